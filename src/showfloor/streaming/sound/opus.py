"""One publisher's Opus as AAC, with the stamps that it came with."""

from __future__ import annotations

from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.fifo import AudioFifo
from av.audio.resampler import AudioResampler

from showfloor.streaming.sound.types import Stamped

_RATE = 48_000
"""Opus is always decoded at 48 kHz (RFC 6716 §2)."""
_FRAME = 1024
_BITRATE = 128_000
_GAP_US = 60_000
"""A stamp further off than three packets of sound is a hole; less is jitter."""
_MICROSECONDS = 1_000_000


class OpusToAac:
    """Decoder and encoder of one publisher. Not for two threads at a time."""

    def __init__(self) -> None:
        self._decoder = AudioCodecContext.create("libopus", "r")
        self._decoder.sample_rate = _RATE
        self._decoder.layout = "stereo"
        self._encoder = AudioCodecContext.create("aac", "w")
        self._encoder.sample_rate = _RATE
        self._encoder.layout = "stereo"
        self._encoder.format = "fltp"
        self._encoder.bit_rate = _BITRATE
        self._encoder.time_base = Fraction(1, _RATE)
        self._encoder.open()
        self._resampler = AudioResampler("fltp", "stereo", _RATE)
        self._restart(0)
        self._expected: int | None = None

    @property
    def config(self) -> bytes:
        """The AudioSpecificConfig of what comes out."""
        return bytes(self._encoder.extradata or b"")

    def convert(self, packets: list[Stamped]) -> list[Stamped]:
        """What is complete so far. A packet that is no Opus is left out, as if it had been lost."""
        converted: list[Stamped] = []
        for packet in packets:
            if not packet.payload:
                continue  # to the decoder that would mean the end
            try:
                converted += self._convert(packet)
            except av.FFmpegError:
                self._expected = None
        return converted

    def _convert(self, packet: Stamped) -> list[Stamped]:
        if self._expected is None or abs(packet.stamp - self._expected) > _GAP_US:
            self._restart(packet.stamp)
            self._expected = packet.stamp
        for decoded in self._decoder.decode(av.Packet(packet.payload)):
            self._expected += decoded.samples * _MICROSECONDS // _RATE
            decoded.pts = None
            for sound in self._resampler.resample(decoded):
                sound.pts = None
                self._fifo.write(sound)
        return self._encode()

    def _encode(self) -> list[Stamped]:
        encoded = []
        while (frame := self._fifo.read(_FRAME)) is not None:
            frame.pts = self._position
            frame.time_base = Fraction(1, _RATE)
            self._position += _FRAME
            for packet in self._encoder.encode(frame):
                # The encoder's own delay is in its stamps: the first is 1,024 samples early.
                stamp = (packet.pts or 0) * _MICROSECONDS // _RATE
                encoded.append(Stamped(stamp, bytes(packet)))
        return encoded

    def _restart(self, stamp: int) -> None:
        """Count samples from a new stamp."""
        self._fifo = AudioFifo()
        self._position = stamp * _RATE // _MICROSECONDS
