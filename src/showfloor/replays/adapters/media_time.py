"""The clock that fragmented MP4 carries itself (ISO/IEC 14496-12 §8.8.12), to which HLS ties what
is said.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

RATE = 90_000
"""Hz, of the clock that WebVTT segments are tied to (RFC 8216bis §3.1.4)."""
_HEADER = 8
_FULL_BOX = 4
"""Bytes of version and flags."""
_HAS_OFFSET, _HAS_FLAGS = 0x1, 0x4
_PER_SAMPLE = (0x100, 0x200, 0x400)
_HAS_COMPOSITION = 0x800


def first_time(init: bytes, segment: bytes) -> int:
    """The presentation time of the first sample at 90 kHz, of the picture where there is one; 0
    where it cannot be read.
    """
    try:
        rates = dict(_tracks(memoryview(init)))
        times = dict(_starts(memoryview(segment)))
    except (struct.error, IndexError, KeyError):
        return 0
    # The camera's picture is the first track.
    found = [time * RATE // rates[track] for track, time in sorted(times.items()) if track in rates]
    return found[0] if found else 0


def _tracks(init: memoryview) -> Iterator[tuple[int, int]]:
    """Numbers and time scales."""
    for track in _within(init, b"moov", b"trak"):
        boxes = dict(_boxes(track))
        media = dict(_boxes(boxes[b"mdia"]))
        wide = boxes[b"tkhd"][0] == 1
        (number,) = struct.unpack_from(">I", boxes[b"tkhd"], _FULL_BOX + (16 if wide else 8))
        wide = media[b"mdhd"][0] == 1
        (rate,) = struct.unpack_from(">I", media[b"mdhd"], _FULL_BOX + (16 if wide else 8))
        if rate:
            yield number, rate


def _starts(segment: memoryview) -> Iterator[tuple[int, int]]:
    """Numbers and first presentation times of the tracks of the first fragment."""
    for kind, body in _boxes(segment):
        if kind != b"moof":
            continue
        for part, track in _boxes(body):
            if part == b"traf":
                boxes = dict(_boxes(track))
                (number,) = struct.unpack_from(">I", boxes[b"tfhd"], _FULL_BOX)
                wide = boxes[b"tfdt"][0] == 1
                (time,) = struct.unpack_from(">Q" if wide else ">I", boxes[b"tfdt"], _FULL_BOX)
                yield number, max(0, time + _composition(boxes.get(b"trun")))
        return


def _composition(run: memoryview | None) -> int:
    """From decoding the first sample to showing it."""
    if run is None:
        return 0
    flags, count = struct.unpack_from(">II", run, 0)
    if not flags & _HAS_COMPOSITION or not count:
        return 0
    at = 8 + 4 * bool(flags & _HAS_OFFSET) + 4 * bool(flags & _HAS_FLAGS)
    at += 4 * sum(bool(flags & each) for each in _PER_SAMPLE)
    return int(struct.unpack_from(">i", run, at)[0])


def _within(data: memoryview, outer: bytes, inner: bytes) -> Iterator[memoryview]:
    for kind, body in _boxes(data):
        if kind == outer:
            yield from (part for name, part in _boxes(body) if name == inner)


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + _HEADER <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + _HEADER : at + max(size, _HEADER)]
        at += max(size, _HEADER)
