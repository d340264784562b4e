"""What an AAC decoder configuration says about the sound (ISO/IEC 14496-3 §1.6.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_LC, _SBR, _PS = 2, 5, 29
_ADTS_HEADER = 7
_SINGLE, _PAIR, _LOW, _END = 0, 1, 3, 7
"""Syntactic elements (14496-3 table 4.85): SCE, CPE, LFE, and the end of a block."""
_ELEMENTS = {
    1: (_SINGLE,),
    2: (_PAIR,),
    3: (_SINGLE, _PAIR),
    4: (_SINGLE, _PAIR, _SINGLE),
    5: (_SINGLE, _PAIR, _PAIR),
    6: (_SINGLE, _PAIR, _PAIR, _LOW),
    7: (_SINGLE, _PAIR, _PAIR, _PAIR, _LOW),
    11: (_SINGLE, _PAIR, _PAIR, _SINGLE, _LOW),
    12: (_SINGLE, _PAIR, _PAIR, _PAIR, _LOW),
    14: (_SINGLE, _PAIR, _PAIR, _LOW, _PAIR),
}
"""In a block of each channel configuration (table 1.19)."""
_SILENT_CHANNEL = "0" * 22
"""An individual_channel_stream without a spectrum: global_gain (8 bits), ics_info with max_sfb 0
(11), and no pulses, noise shaping or gain control (3).
"""


class ConfigError(ValueError):
    """The bytes are not an AudioSpecificConfig that can be packaged."""


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """An AudioSpecificConfig and what it means.

    `rate` is the core's sampling rate: the time scale in which a packet lasts `frame` ticks. HE-AAC
    plays at `output_rate`.
    """

    record: bytes
    codec: str
    rate: int
    output_rate: int
    layout: int
    """The channelConfiguration (table 1.19)."""
    frame: int

    @property
    def channels(self) -> int:
        return sum(2 if element == _PAIR else 1 for element in _ELEMENTS[self.layout])


def read_config(record: bytes) -> AudioConfig:
    """Raises ConfigError. Encoders that learn their configuration late send an empty one first;
    that is an error here, too.
    """
    if len(record) < 2:
        raise ConfigError("AudioSpecificConfig is empty")
    bits = _Bits(record)
    try:
        return _read(bits, bytes(record))
    except IndexError:
        raise ConfigError("AudioSpecificConfig is torn") from None


def split_adts(payload: memoryview) -> list[memoryview]:
    """The ADTS frames that fill a packet (14496-3 §1.A.3), with their headers; none when it is raw
    AAC.
    """
    frames = []
    position, end = 0, len(payload)
    while position < end:
        head = payload[position : position + _ADTS_HEADER]
        if len(head) < _ADTS_HEADER or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
            return []
        size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        if size <= _adts_header_size(head) or position + size > end:
            return []
        frames.append(payload[position : position + size])
        position += size
    return frames


def adts_config(frame: memoryview) -> bytes:
    """The AudioSpecificConfig that an ADTS header stands for."""
    kind, rate = (frame[2] >> 6) + 1, frame[2] >> 2 & 15
    channels = (frame[2] & 1) << 2 | frame[3] >> 6
    return (kind << 11 | rate << 7 | channels << 3).to_bytes(2, "big")


def without_adts(frame: memoryview) -> memoryview:
    """The raw AAC behind an ADTS header."""
    return frame[_adts_header_size(frame) :]


def silence(config: AudioConfig) -> bytes:
    """A packet of digital silence: one raw_data_block (14496-3 §4.4.2.1) in which no element has a
    spectrum. With HE-AAC the core alone, which decoders raise to the output's rate.
    """
    bits, instances = "", dict.fromkeys((_SINGLE, _PAIR, _LOW), 0)
    for element in _ELEMENTS[config.layout]:
        # id_syn_ele and element_instance_tag.
        bits += f"{element:03b}{instances[element]:04b}"
        instances[element] += 1
        # common_window: each channel of a pair has a window of its own.
        bits += "0" + 2 * _SILENT_CHANNEL if element == _PAIR else _SILENT_CHANNEL
    bits += f"{_END:03b}"
    size = -(-len(bits) // 8)
    return int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big")


def _adts_header_size(head: memoryview) -> int:
    """Two bytes more with a checksum (protection_absent is 0)."""
    return _ADTS_HEADER if head[1] & 1 else _ADTS_HEADER + 2


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, size: int) -> int:
        if size > self._left:
            raise IndexError
        self._left -= size
        return self._value >> self._left & ((1 << size) - 1)


def _read(bits: _Bits, record: bytes) -> AudioConfig:
    kind = _read_object_type(bits)
    rate = output_rate = _read_rate(bits)
    layout = bits.take(4)
    core = kind
    if kind in (_SBR, _PS):
        # Explicit, hierarchical signalling: the extension's rate, then the core's object type.
        output_rate = _read_rate(bits)
        core = _read_object_type(bits)
    if core not in (1, _LC, 3, 4):
        raise ConfigError(f"AAC object type {core}")
    if layout not in _ELEMENTS:
        raise ConfigError("channel layout inside the stream")
    short_frame = bits.take(1)
    return AudioConfig(
        record=record,
        codec=f"mp4a.40.{kind}",
        rate=rate,
        output_rate=output_rate,
        layout=layout,
        frame=960 if short_frame else 1024,
    )


def _read_object_type(bits: _Bits) -> int:
    kind = bits.take(5)
    return 32 + bits.take(6) if kind == 31 else kind


def _read_rate(bits: _Bits) -> int:
    index = bits.take(4)
    if index == 15:
        rate = bits.take(24)
        if not 1000 <= rate <= 192_000:
            raise ConfigError(f"sampling rate {rate}")
        return rate
    if index >= len(_RATES):
        raise ConfigError(f"sampling rate index {index}")
    return _RATES[index]
