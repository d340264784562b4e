"""CMAF boxes (ISO/IEC 14496-12 §8, 14496-15 §5, 14496-14 §6, 23000-19): an init segment and the
fragments that follow it.

Nothing is transcoded: RTMP already carries length-prefixed H.264 and raw AAC, so packaging is
writing headers in front of them.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import NamedTuple

from showfloor.streaming.codecs.aac import AudioConfig
from showfloor.streaming.codecs.h264 import VideoConfig

VIDEO_TRACK = 1
AUDIO_TRACK = 2
VIDEO_TIMESCALE = 90_000

SYNC = 0x02000000
"""sample_depends_on = 2: a random access point (14496-12 §8.8.3.1)."""
DEPENDENT = 0x01010000
"""sample_depends_on = 1, sample_is_non_sync_sample."""

_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_BASE_IS_MOOF = 0x020000
_DURATION_IS_EMPTY = 0x010000
_TRUN_FLAGS = 0xF01
"""Data offset; per sample duration, size, flags and composition offset."""
_SAMPLE = struct.Struct(">IIIi")


@dataclass(frozen=True, slots=True)
class Tracks:
    """What an init segment describes: one of them may be missing, not both."""

    video: VideoConfig | None
    audio: AudioConfig | None

    @property
    def codecs(self) -> str:
        """The CODECS attribute (RFC 6381)."""
        return ",".join(config.codec for config in (self.video, self.audio) if config is not None)


class InitSegment(NamedTuple):
    """Named after its content, so that the same tracks have the same name after a reconnect or a
    restart.
    """

    name: str
    data: bytes


class Run(NamedTuple):
    """Consecutive samples of one track. `samples` are packed by `sample`; the bytes of `payloads`
    follow in the same order, in any number of pieces.
    """

    track: int
    decode_time: int
    samples: list[bytes]
    payloads: list[memoryview]


def sample(duration: int, size: int, flags: int, composition: int) -> bytes:
    """One line of a `trun` box, in units of the track's time scale."""
    return _SAMPLE.pack(duration, size, flags, composition)


def fragment(sequence: int, runs: list[Run]) -> bytes:
    """`moof` and `mdat`.

    Without a sample in any run it is an empty fragment, which says that its time holds nothing new.
    """
    filled = [run for run in runs if run.samples]
    head = 24 + sum(64 + 16 * len(run.samples) for run in filled)
    payload_size = 0
    boxes = []
    for run in filled:
        boxes.append(_traf(run, head + 8 + payload_size))
        payload_size += sum(map(len, run.payloads))
    if not filled:
        boxes.append(_empty_traf(runs[0]))
    moof = _box(b"moof", _full_box(b"mfhd", 0, 0, struct.pack(">I", sequence)), *boxes)
    pieces: list[bytes | memoryview] = [moof, struct.pack(">I4s", 8 + payload_size, b"mdat")]
    for run in filled:
        pieces += run.payloads
    return b"".join(pieces)


def init_segment(tracks: Tracks) -> InitSegment:
    """`ftyp` and `moov` of a live presentation: no samples, `mvex` announces fragments."""
    boxes, numbers = [], []
    if tracks.video is not None:
        boxes.append(_video_trak(tracks.video))
        numbers.append(VIDEO_TRACK)
    if tracks.audio is not None:
        boxes.append(_audio_trak(tracks.audio))
        numbers.append(AUDIO_TRACK)
    movie_header = (
        struct.pack(">IIIII", 0, 0, 1000, 0, 0x10000)
        + b"\x01\0"
        + bytes(10)
        + _MATRIX
        + bytes(24)
        + struct.pack(">I", 3)
    )
    defaults = [
        _full_box(b"trex", 0, 0, struct.pack(">IIIII", number, 1, 0, 0, 0)) for number in numbers
    ]
    data = _box(b"ftyp", b"iso6", bytes(4), b"iso6cmfcmp41") + _box(
        b"moov", _full_box(b"mvhd", 0, 0, movie_header), *boxes, _box(b"mvex", *defaults)
    )
    return InitSegment(f"init-{hashlib.sha256(data).hexdigest()[:16]}.mp4", data)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _traf(run: Run, data_offset: int) -> bytes:
    head = _full_box(b"tfhd", 0, _BASE_IS_MOOF, struct.pack(">I", run.track))
    start = _full_box(b"tfdt", 1, 0, struct.pack(">Q", run.decode_time))
    # Version 1 has signed composition offsets: B-frames may be shown before they would be decoded.
    samples = _full_box(
        b"trun", 1, _TRUN_FLAGS, struct.pack(">Ii", len(run.samples), data_offset), *run.samples
    )
    return _box(b"traf", head, start, samples)


def _empty_traf(run: Run) -> bytes:
    head = _full_box(b"tfhd", 0, _BASE_IS_MOOF | _DURATION_IS_EMPTY, struct.pack(">I", run.track))
    return _box(b"traf", head, _full_box(b"tfdt", 1, 0, struct.pack(">Q", run.decode_time)))


def _video_trak(config: VideoConfig) -> bytes:
    size = struct.pack(">HH", config.width, config.height)
    entry = _box(
        b"avc1",
        bytes(6) + b"\0\1" + bytes(16) + size + struct.pack(">IIIH", 0x480000, 0x480000, 0, 1),
        bytes(32) + struct.pack(">Hh", 24, -1),
        _box(b"avcC", config.record),
    )
    shape = struct.pack(">II", config.width << 16, config.height << 16)
    media_header = _full_box(b"vmhd", 0, 1, bytes(8))
    return _trak(VIDEO_TRACK, VIDEO_TIMESCALE, b"vide", 0, shape, media_header, entry)


def _audio_trak(config: AudioConfig) -> bytes:
    # The field is 16.16 fixed point; a rate that does not fit stands in the AudioSpecificConfig
    # alone.
    rate = config.rate << 16 if config.rate < 0x10000 else 0
    entry = _box(
        b"mp4a",
        bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHI", config.channels, 16, 0, 0, rate),
        _full_box(b"esds", 0, 0, _elementary_stream(config.record)),
    )
    return _trak(
        AUDIO_TRACK,
        config.rate,
        b"soun",
        0x100,
        bytes(8),
        _full_box(b"smhd", 0, 0, bytes(4)),
        entry,
    )


def _elementary_stream(record: bytes) -> bytes:
    """ES_Descriptor around the AudioSpecificConfig (14496-1 §7.2.6.5)."""
    decoder = _descriptor(4, b"\x40\x15" + bytes(11) + _descriptor(5, record))
    return _descriptor(3, b"\0\2\0" + decoder + _descriptor(6, b"\2"))


def _descriptor(tag: int, body: bytes) -> bytes:
    size = len(body)
    return (
        bytes(
            [tag, size >> 21 & 127 | 128, size >> 14 & 127 | 128, size >> 7 & 127 | 128, size & 127]
        )
        + body
    )


def _trak(
    number: int,
    timescale: int,
    handler: bytes,
    volume: int,
    shape: bytes,
    media_header: bytes,
    entry: bytes,
) -> bytes:
    track_header = (
        struct.pack(">IIIII", 0, 0, number, 0, 0)
        + bytes(8)
        + struct.pack(">hhHH", 0, 0, volume, 0)
        + _MATRIX
        + shape
    )
    samples = (
        _full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        *(_full_box(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc")),
        _full_box(b"stsz", 0, 0, bytes(8)),
        _full_box(b"stco", 0, 0, bytes(4)),
    )
    here = _full_box(b"dref", 0, 0, struct.pack(">I", 1), _full_box(b"url ", 0, 1))
    return _box(
        b"trak",
        _full_box(b"tkhd", 0, 3, track_header),
        _box(
            b"mdia",
            _full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale, 0, 0x55C4, 0)),
            _full_box(b"hdlr", 0, 0, bytes(4) + handler + bytes(12) + b"\0"),
            _box(b"minf", media_header, _box(b"dinf", here), _box(b"stbl", *samples)),
        ),
    )
