"""The sound of a show without its picture, cut from what the packager made (no decoding).

Nothing of it is kept: a segment's sound is a few kilobytes, copied out of its fragments when a
viewer asks. Only fragments and init segments that `cmaf` wrote are read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from showfloor.streaming.packaging import cmaf

_HEADER = 8
_FULL_BOX = 4
_RUN_HEADER = _FULL_BOX + 8
"""Of a `trun`: version and flags, sample count, data offset."""
_SAMPLE = 16


class _Box(NamedTuple):
    kind: bytes
    data: memoryview
    """The whole box with its header."""

    @property
    def body(self) -> memoryview:
        return self.data[_HEADER:]


def init_segment(init: bytes) -> bytes | None:
    """The init segment of the sound alone; None where there is no sound."""
    pieces: list[bytes | memoryview] = []
    found = False
    for box in _boxes(memoryview(init)):
        if box.kind != b"moov":
            pieces.append(box.data)
            continue
        kept = [child for child in _boxes(box.body) if not _is_of_video(child)]
        found = any(child.kind == b"trak" for child in kept)
        body = [_without_video(child) if child.kind == b"mvex" else child.data for child in kept]
        pieces += [_header(b"moov", sum(map(len, body))), *body]
    return b"".join(pieces) if found else None


def segment(fragments: Iterable[bytes]) -> bytes | None:
    """The sound of a segment's fragments as one fragment; a second one follows a hole. None where
    there is no sound.
    """
    joined: list[cmaf.Run] = []
    ends = 0
    for run, duration in _runs(fragments):
        if joined and run.decode_time == ends:
            joined[-1].samples.extend(run.samples)
            joined[-1].payloads.extend(run.payloads)
        else:
            joined.append(run)
        ends = run.decode_time + duration
    if not joined:
        return None
    return b"".join(cmaf.fragment(number, [run]) for number, run in enumerate(joined, 1))


def _runs(fragments: Iterable[bytes]) -> Iterator[tuple[cmaf.Run, int]]:
    """The runs of the audio track, each with its duration in samples."""
    for data in fragments:
        view = memoryview(data)
        # A recorded segment is several fragments in one piece.
        start = 0
        for box in _boxes(view):
            if box.kind == b"moof":
                for child in _boxes(box.body):
                    if child.kind == b"traf" and (read := _read_run(child, view[start:])):
                        yield read
            start += len(box.data)


def _read_run(track: _Box, fragment: memoryview) -> tuple[cmaf.Run, int] | None:
    boxes = {child.kind: child.body for child in _boxes(track.body)}
    (number,) = struct.unpack_from(">I", boxes[b"tfhd"], _FULL_BOX)
    if number != cmaf.AUDIO_TRACK or b"trun" not in boxes:
        return None
    (decode_time,) = struct.unpack_from(">Q", boxes[b"tfdt"], _FULL_BOX)
    run = boxes[b"trun"]
    count, offset = struct.unpack_from(">Ii", run, _FULL_BOX)
    table = run[_RUN_HEADER : _RUN_HEADER + count * _SAMPLE]
    lines = list(struct.iter_unpack(">IIIi", table))
    payload = fragment[offset : offset + sum(line[1] for line in lines)]
    read = cmaf.Run(
        cmaf.AUDIO_TRACK, decode_time, [cmaf.sample(*line) for line in lines], [payload]
    )
    return read, sum(line[0] for line in lines)


def _is_of_video(box: _Box) -> bool:
    if box.kind == b"trex":
        return bool(struct.unpack_from(">I", box.body, _FULL_BOX)[0] == cmaf.VIDEO_TRACK)
    if box.kind != b"trak":
        return False
    header = next(child.body for child in _boxes(box.body) if child.kind == b"tkhd")
    return bool(struct.unpack_from(">I", header, _FULL_BOX + 8)[0] == cmaf.VIDEO_TRACK)


def _without_video(extends: _Box) -> bytes:
    kept = b"".join(child.data for child in _boxes(extends.body) if not _is_of_video(child))
    return _header(extends.kind, len(kept)) + kept


def _header(kind: bytes, size: int) -> bytes:
    return struct.pack(">I4s", _HEADER + size, kind)


def _boxes(data: memoryview) -> Iterator[_Box]:
    at = 0
    while at + _HEADER <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield _Box(kind, data[at : at + size])
        at += max(size, _HEADER)
