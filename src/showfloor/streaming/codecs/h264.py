"""What an H.264 decoder configuration says about the picture (ISO/IEC 14496-15 §5.3.3.1, ITU-T
H.264 §7.3.2.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from showfloor.streaming.codecs.bits import Bits, unescape

_HIGH_PROFILES = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
_PROFILE_NAMES = {
    66: "Baseline",
    77: "Main",
    88: "Extended",
    100: "High",
    110: "High 10",
    122: "High 4:2:2",
    244: "High 4:4:4",
}
_PLAYABLE_PROFILES = (66, 77, 100)
"""Baseline, Main and High: 8 bits, 4:2:0. Firefox and many phones decode no other."""
_MAX_SIDE = 16_384
_SPS = 7
_SPS_BYTES = 2048
"""What is read of a sequence parameter set; scaling lists that nobody sends would be longer."""
_SET_BYTES = 0xFFFF
"""A parameter set has its length in two bytes."""
_NO_SIZE = 2
"""lengthSizeMinusOne that is not allowed: three bytes (14496-15 §5.3.3.1.2)."""


class ConfigError(ValueError):
    """The bytes are not a decoder configuration that can be packaged."""


@dataclass(frozen=True, slots=True)
class VideoConfig:
    """An `avcC` record and what it means. `codec` is its RFC 6381 name.

    `length_size` is how many bytes stand before each NAL unit. With `fields`, two pictures of one
    stamp may be the two fields of a frame.
    """

    record: bytes
    codec: str
    profile: str
    level: str
    width: int
    height: int
    length_size: int = 4
    fields: bool = False

    @property
    def shape(self) -> tuple[str, int, int]:
        """What a player must set up anew when it changes."""
        return self.codec, self.width, self.height

    @property
    def is_widely_playable(self) -> bool:
        """Whether all browsers decode this profile."""
        return int(self.codec[5:7], 16) in _PLAYABLE_PROFILES


def read_config(record: bytes) -> VideoConfig:
    """Parse an AVCDecoderConfigurationRecord; raises ConfigError (also for Annex B, which starts
    with a zero).
    """
    if len(record) < 8 or record[0] != 1 or not record[5] & 31:
        raise ConfigError("not an AVC decoder configuration")
    if record[4] & 3 == _NO_SIZE:
        raise ConfigError("NAL unit lengths of three bytes")
    size = int.from_bytes(record[6:8], "big")
    sps = record[8 : 8 + size]
    if len(sps) < max(size, 4) or sps[0] & 31 != _SPS:
        raise ConfigError("no sequence parameter set")
    _check_lengths(record)
    try:
        width, height, fields = _read_size(Bits(unescape(sps[1:_SPS_BYTES])))
    except IndexError:
        raise ConfigError("sequence parameter set is torn") from None
    if not (16 <= width <= _MAX_SIDE and 16 <= height <= _MAX_SIDE):
        raise ConfigError(f"picture of {width} x {height}")
    return VideoConfig(
        record=bytes(record),
        codec=f"avc1.{sps[1:4].hex()}",
        profile="Constrained Baseline"
        if sps[1] == 66 and sps[2] & 0x40
        else _PROFILE_NAMES.get(sps[1], str(sps[1])),
        level=f"{sps[3] // 10}.{sps[3] % 10}",
        width=width,
        height=height,
        length_size=(record[4] & 3) + 1,
        fields=fields,
    )


def build_config(sps: bytes, pps: bytes, length_size: int) -> VideoConfig:
    """The configuration for parameter sets that came in the stream; raises ConfigError."""
    if max(len(sps), len(pps)) > _SET_BYTES:
        raise ConfigError("parameter set is too long")
    head = b"\1" + sps[1:4] + bytes([0xFC | length_size - 1, 0xE1])
    sets = len(sps).to_bytes(2, "big") + sps + b"\1" + len(pps).to_bytes(2, "big") + pps
    # High profile says its chroma format and bit depths once more: 4:2:0, 8 bits.
    rest = b"\xfd\xf8\xf8\0" if sps[1:2] == b"\x64" else b""
    return read_config(head + sets + rest)


def _check_lengths(record: bytes) -> None:
    """All parameter sets are whole; browsers refuse the init segment otherwise. A PPS may be
    missing: it may come in the stream.
    """
    position = 5
    for mask in (31, 255):
        count = record[position] & mask if position < len(record) else 1
        position += 1
        for _ in range(count):
            position += 2 + int.from_bytes(record[position : position + 2], "big")
    if position > len(record):
        raise ConfigError("parameter sets are torn")


def _read_size(bits: Bits) -> tuple[int, int, bool]:
    """Width and height in pixels after cropping, and whether pictures may be fields (H.264
    §7.3.2.1.1).
    """
    profile = bits.fixed(8)
    bits.fixed(16)
    bits.unsigned()
    chroma = _read_chroma(bits) if profile in _HIGH_PROFILES else 1
    bits.unsigned()
    _skip_picture_order(bits)
    bits.unsigned()
    bits.fixed(1)
    width = (bits.unsigned() + 1) * 16
    map_height = bits.unsigned() + 1
    frames_only = bits.fixed(1)
    height = map_height * 16 * (2 - frames_only)
    if not frames_only:
        bits.fixed(1)
    bits.fixed(1)
    if not bits.fixed(1):
        return width, height, not frames_only
    left, right, top, bottom = (bits.unsigned() for _ in range(4))
    step_x = 2 if chroma in (1, 2) else 1
    step_y = (2 if chroma == 1 else 1) * (2 - frames_only)
    width, height = width - (left + right) * step_x, height - (top + bottom) * step_y
    return width, height, not frames_only


def _read_chroma(bits: Bits) -> int:
    chroma = bits.unsigned()
    if chroma == 3:
        bits.fixed(1)
    bits.unsigned()
    bits.unsigned()
    bits.fixed(1)
    if bits.fixed(1):
        for index in range(8 if chroma != 3 else 12):
            if bits.fixed(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma


def _skip_scaling_list(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_picture_order(bits: Bits) -> None:
    kind = bits.unsigned()
    if kind == 0:
        bits.unsigned()
    elif kind == 1:
        bits.fixed(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.unsigned(), 255)):
            bits.signed()
