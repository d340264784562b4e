"""Frames as RTMP messages (FLV tag bodies, Adobe FLV 10.1 §E.4), made once for all destinations."""

from __future__ import annotations

from typing import NamedTuple

from showfloor.streaming.codecs.aac import AudioConfig
from showfloor.streaming.codecs.h264 import VideoConfig
from showfloor.streaming.packaging.audio import Packet
from showfloor.streaming.packaging.cmaf import Tracks
from showfloor.streaming.packaging.packager import Frame
from showfloor.streaming.rtmp import amf, chunks

CHUNK_SIZE = 4096
"""What OBS uses, so every network takes it."""
METADATA = 18
_STREAMS = {chunks.AUDIO: 4, chunks.VIDEO: 6, METADATA: 5}
_EXTENDED = 0xFFFFFF
_AAC = b"\xaf"
"""For AAC the rest of the byte is fixed: 44 kHz, 16 bits, stereo (§E.4.2.1)."""


class Tag(NamedTuple):
    """One message. `time` is ms on the show's push clock, `chunked` its body in chunks without
    their first header.
    """

    kind: int
    time: int
    key: bool
    body: bytes
    chunked: bytes

    def message(self, base: int, stream: int) -> bytes:
        """All chunks for one destination, whose clock begins at `base`."""
        timestamp = max(self.time - base, 0) & 0xFFFFFFFF
        number = _STREAMS[self.kind]
        if timestamp >= _EXTENDED:
            return chunks.write(
                number, self.kind, stream, self.body, timestamp=timestamp, chunk_size=CHUNK_SIZE
            )
        head = (
            number << 88 | timestamp << 64 | len(self.body) << 40 | self.kind << 32
        ) + int.from_bytes(stream.to_bytes(4, "little"), "big")
        return head.to_bytes(12, "big") + self.chunked


def _tag(kind: int, time: int, body: bytes, *, key: bool = False) -> Tag:
    return Tag(kind, time, key, body, chunks.split(_STREAMS[kind], body, CHUNK_SIZE))


def video_tag(time: int, frame: Frame, pieces: list[memoryview]) -> Tag:
    head = bytes([0x17 if frame.key else 0x27, 1])
    composition = (frame.composition & 0xFFFFFF).to_bytes(3, "big")
    body = b"".join([head, composition, *pieces])
    return _tag(chunks.VIDEO, time, body, key=frame.key)


def audio_tag(time: int, packet: Packet) -> Tag:
    return _tag(chunks.AUDIO, time, b"".join([_AAC, b"\1", packet.data]))


def video_header(time: int, config: VideoConfig) -> Tag:
    return _tag(chunks.VIDEO, time, b"\x17\0\0\0\0" + config.record)


def audio_header(time: int, config: AudioConfig) -> Tag:
    return _tag(chunks.AUDIO, time, _AAC + b"\0" + config.record)


def metadata(time: int, tracks: Tracks) -> Tag:
    """`onMetaData`: several networks show nothing before they know size and codecs."""
    about: dict[str, object] = {"encoder": "Showfloor"}
    if tracks.video is not None:
        about |= {"width": tracks.video.width, "height": tracks.video.height, "videocodecid": 7}
    if tracks.audio is not None:
        about |= {
            "audiocodecid": 10,
            "audiosamplerate": tracks.audio.output_rate,
            "audiosamplesize": 16,
            "stereo": tracks.audio.channels > 1,
        }
    return _tag(METADATA, time, amf.encode("@setDataFrame", "onMetaData", about))
