"""Video packets to pictures.

Most encoders send one picture a packet. Some send each slice, each SEI message or each access unit
delimiter in a packet of its own, or NAL units without a byte in them, and decoders accept none of
that as a sample.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from showfloor.streaming.codecs import h264, nal
from showfloor.streaming.ports import VideoFrame

_MOST_HELD = 64
"""Units that wait for the next picture; what comes beyond that is damage."""
_HELD_BYTES = 64 << 10
_PARAMETERS = (nal.SPS, nal.PPS)
_PICTURE_BYTES = 8 << 20
_SAME_PICTURE_MS = 10
"""Slices that an encoder stamps one by one are no further apart."""
_WRAP = 1 << 32
_HALF = 1 << 31


class Picture(NamedTuple):
    """The bytes of a picture, or with `continues` more slices of the newest one."""

    continues: bool
    key: bool
    size: int
    pieces: list[memoryview]


class Unreadable(ValueError):
    """The packet is not a row of length-prefixed NAL units."""


class PictureAssembler:
    """Joins the packets of one picture, and keeps what belongs to the next.

    `parameters` are the newest SPS and PPS that came in the stream.
    """

    def __init__(self) -> None:
        self.parameters: dict[int, bytes] = {}
        self._held: deque[memoryview] = deque(maxlen=_MOST_HELD)
        self._held_size = 4
        self._stamp: int | None = None
        self._size = 0

    def add(self, frame: VideoFrame, config: h264.VideoConfig | None) -> Picture | None:
        """The picture in a packet, None when it holds no slice; raises Unreadable."""
        size = config.length_size if config is not None else 4
        units = nal.split(frame.payload, size)
        if units is None:
            raise Unreadable
        slices = []
        length = 0
        for unit in units:
            length += len(unit)
            kind = nal.kind(unit, size)
            if nal.is_slice(kind):
                slices.append(unit)
            elif kind in _PARAMETERS:
                self.parameters[kind] = bytes(unit[size:])
        if not slices:
            self._hold(units, size)
            return None
        key = nal.can_start_decoding(slices, size, claimed=frame.key)
        pieces = [frame.payload] if length == len(frame.payload) else units
        if self._continues(frame.stamp, slices[0], config, size):
            self._size += length
            return Picture(True, key, length, pieces)
        self._stamp, self._size = frame.stamp, length
        if self._held:
            held = self._take_held(size)
            length += sum(map(len, held))
            pieces = [*held, *pieces]
        return Picture(False, key, length, pieces)

    def _continues(
        self, stamp: int, first: memoryview, config: h264.VideoConfig | None, size: int
    ) -> bool:
        """Whether a slice is part of the newest picture: it begins below the top, or it is the
        second field of the same stamp.
        """
        if self._stamp is None or self._size > _PICTURE_BYTES:
            return False
        distance = (stamp - self._stamp + _HALF) % _WRAP - _HALF
        if not nal.begins_picture(first, size):
            return abs(distance) <= _SAME_PICTURE_MS
        return config is not None and config.fields and distance == 0

    def _hold(self, units: list[memoryview], size: int) -> None:
        if size != self._held_size:
            self._held.clear()
            self._held_size = size
        # Copies: a unit of a few bytes must not keep a packet of megabytes.
        self._held.extend(
            memoryview(bytes(unit)) for unit in units if nal.belongs_to_next(nal.kind(unit, size))
        )
        if sum(map(len, self._held)) > _HELD_BYTES:
            self._held.clear()

    def _take_held(self, size: int) -> list[memoryview]:
        held = list(self._held) if size == self._held_size else []
        self._held.clear()
        return held
