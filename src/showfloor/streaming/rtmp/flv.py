"""What an RTMP audio or video message holds: FLV tag bodies (Adobe FLV 10.1 §E.4) and Enhanced RTMP
v2.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

Body = bytes | bytearray


class Packet(Enum):
    """What a tag brings."""

    CONFIG = "config"
    FRAME = "frame"
    OTHER = "other"
    """End of sequence, metadata, another track: nothing to package."""


CONFIG, FRAME, OTHER = Packet
"""Looking a member up in its class takes as long as reading the rest of a tag."""
_PACKETS = {0: CONFIG, 1: FRAME}
_AUDIO_PACKETS = {0: CONFIG}


class VideoTag(NamedTuple):
    """`offset` is where the packet starts in the body; `composition` is milliseconds from decoding
    to presentation.
    """

    codec: str
    packet: Packet
    key: bool
    composition: int
    offset: int


class AudioTag(NamedTuple):
    codec: str
    packet: Packet
    offset: int


_VIDEO_CODECS = {
    2: "h263",
    3: "screen",
    4: "vp6",
    5: "vp6",
    6: "screen",
    7: "h264",
    8: "h263",
    9: "mpeg4",
    12: "hevc",
    13: "av1",
}
_AUDIO_CODECS = {
    0: "pcm",
    1: "adpcm",
    2: "mp3",
    3: "pcm",
    4: "nellymoser",
    5: "nellymoser",
    6: "nellymoser",
    7: "g711",
    8: "g711",
}
_AUDIO_CODECS |= {10: "aac", 11: "speex", 14: "mp3"}
_FOURCC = {
    b"avc1": "h264",
    b"hvc1": "hevc",
    b"av01": "av1",
    b"vp09": "vp9",
    b"vp08": "vp8",
    b"vvc1": "vvc",
    b"mp4a": "aac",
    b"Opus": "opus",
    b".mp3": "mp3",
    b"ac-3": "ac3",
    b"ec-3": "eac3",
    b"fLaC": "flac",
}
_SEQUENCE_START, _CODED, _CODED_WITHOUT_OFFSET, _MULTITRACK, _MOD_EX = 0, 1, 3, 6, 7
_AUDIO_MULTITRACK = 5
_WITH_COMPOSITION = ("h264", "hevc", "vvc")
_ONE_TRACK = 0


def read_video(body: Body) -> VideoTag | None:
    """None when the body is too short to be anything."""
    if len(body) < 2:
        return None
    first = body[0]
    if first & 0x80:
        return _read_enhanced_video(body)
    codec = _VIDEO_CODECS.get(first & 15, f"flv{first & 15}")
    key = first >> 4 == 1
    if codec not in ("h264", "hevc"):
        return VideoTag(codec, FRAME, key, 0, 1)
    if len(body) < 5:
        return None
    packet = _PACKETS.get(body[1], OTHER)
    return VideoTag(codec, packet, key, _signed24(body, 2), 5)


def read_audio(body: Body) -> AudioTag | None:
    """None when the body is too short to be anything."""
    if len(body) < 2:
        return None
    form = body[0] >> 4
    if form == 9:
        return _read_enhanced_audio(body)
    codec = _AUDIO_CODECS.get(form, f"flv{form}")
    if codec != "aac":
        return AudioTag(codec, FRAME, 1)
    return AudioTag(codec, _AUDIO_PACKETS.get(body[1], FRAME), 2)


def _read_enhanced_video(body: Body) -> VideoTag | None:
    """ExVideoTagHeader (E-RTMP v2 §Enhanced Video)."""
    key = body[0] >> 4 & 7 == 1
    kind, codec, position = _read_enhanced_head(body, _MULTITRACK)
    if position > len(body):
        return None
    if kind == _SEQUENCE_START:
        return VideoTag(codec, CONFIG, key, 0, position)
    if kind == _CODED and codec in _WITH_COMPOSITION:
        if len(body) < position + 3:
            return None
        return VideoTag(codec, FRAME, key, _signed24(body, position), position + 3)
    packet = FRAME if kind in (_CODED, _CODED_WITHOUT_OFFSET) else OTHER
    return VideoTag(codec, packet, key, 0, position)


def _read_enhanced_audio(body: Body) -> AudioTag | None:
    """ExAudioTagHeader (E-RTMP v2 §Enhanced Audio)."""
    kind, codec, position = _read_enhanced_head(body, _AUDIO_MULTITRACK)
    if position > len(body):
        return None
    packet = {_SEQUENCE_START: CONFIG, _CODED: FRAME}.get(kind, OTHER)
    return AudioTag(codec, packet, position)


def _read_enhanced_head(body: Body, multitrack: int) -> tuple[int, str, int]:
    """Packet type (-1 for what is not ours), codec, and where the rest starts (beyond the end when
    the head is torn).

    Of several tracks only a single one with number 0 is packaged; a bundle of renditions (OBS
    multitrack) is left alone.
    """
    kind, position = _skip_mod_ex(body, body[0] & 15)
    form = -1
    if kind == multitrack and position < len(body):
        form, kind = body[position] >> 4, body[position] & 15
        position += 1
    codec = _FOURCC.get(bytes(body[position : position + 4]), "unknown")
    position += 4
    if form < 0:
        return kind, codec, position
    ours = form == _ONE_TRACK and position < len(body) and body[position] == 0
    return (kind if ours else -1), codec, position + 1


def _skip_mod_ex(body: Body, kind: int) -> tuple[int, int]:
    """Step over modifier extensions (nanosecond offsets), which change nothing for us.

    Returns packet type and position.
    """
    position = 1
    while kind == _MOD_EX and position < len(body):
        size = body[position] + 1
        position += 1
        if size == 256:
            size = int.from_bytes(body[position : position + 2], "big") + 1
            position += 2
        position += size
        kind = body[position] & 15 if position < len(body) else -1
        position += 1
    return kind, position


def _signed24(body: Body, position: int) -> int:
    return int.from_bytes(body[position : position + 3], "big", signed=True)
