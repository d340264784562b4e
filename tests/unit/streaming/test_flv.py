"""Tag headers: the old form, Enhanced RTMP, and HEVC under its old numbers."""

from __future__ import annotations

import pytest

from showfloor.streaming.rtmp import flv
from showfloor.streaming.rtmp.flv import AudioTag, Packet, VideoTag


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("1700000000014d", VideoTag("h264", Packet.CONFIG, True, 0, 5)),
        ("1701000021aa", VideoTag("h264", Packet.FRAME, True, 33, 5)),
        ("2701ffffdfaa", VideoTag("h264", Packet.FRAME, False, -33, 5)),
        ("1702000000", VideoTag("h264", Packet.OTHER, True, 0, 5)),
        ("1c01000000aa", VideoTag("hevc", Packet.FRAME, True, 0, 5)),
        ("12aa", VideoTag("h263", Packet.FRAME, True, 0, 1)),
        ("9061766331014d", VideoTag("h264", Packet.CONFIG, True, 0, 5)),
        ("9161766331000021aa", VideoTag("h264", Packet.FRAME, True, 33, 8)),
        ("a361766331aa", VideoTag("h264", Packet.FRAME, False, 0, 5)),
        ("9068766331aa", VideoTag("hevc", Packet.CONFIG, True, 0, 5)),
        ("9161763031aa", VideoTag("av1", Packet.FRAME, True, 0, 5)),
        ("9476703039aa", VideoTag("vp9", Packet.OTHER, True, 0, 5)),
        ("960161766331000000" + "21aa", VideoTag("h264", Packet.FRAME, True, 33, 10)),
        ("960161766331010000" + "21aa", VideoTag("h264", Packet.OTHER, True, 0, 7)),
        ("961161766331000000" + "02aaaa", VideoTag("h264", Packet.OTHER, True, 0, 7)),
        (
            "9702112233" + "01" + "61766331" + "000021aa",
            VideoTag("h264", Packet.FRAME, True, 33, 13),
        ),
    ],
)
def test_what_a_video_tag_is(body: str, tag: VideoTag) -> None:
    assert flv.read_video(bytes.fromhex(body)) == tag


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("af001190", AudioTag("aac", Packet.CONFIG, 2)),
        ("af01aabb", AudioTag("aac", Packet.FRAME, 2)),
        ("2faabb", AudioTag("mp3", Packet.FRAME, 1)),
        ("906d70346111", AudioTag("aac", Packet.CONFIG, 5)),
        ("916d703461aa", AudioTag("aac", Packet.FRAME, 5)),
        ("914f707573aa", AudioTag("opus", Packet.FRAME, 5)),
        ("95016d70346100aa", AudioTag("aac", Packet.FRAME, 7)),
        ("95016d70346101aa", AudioTag("aac", Packet.OTHER, 7)),
    ],
)
def test_what_an_audio_tag_is(body: str, tag: AudioTag) -> None:
    assert flv.read_audio(bytes.fromhex(body)) == tag


def test_torn_tags_are_none_or_readable_but_never_an_error() -> None:
    for body in (
        "1701000021",
        "9702112233016176633100",
        "960161766331000000",
        "97ffffff",
        "9f",
        "95016d703461",
        "",
    ):
        raw = bytes.fromhex(body)
        for size in range(len(raw) + 1):
            flv.read_video(raw[:size])
            flv.read_audio(raw[:size])
    assert flv.read_video(b"\x17") is None
    assert flv.read_video(b"\x17\x01\0") is None
    assert flv.read_audio(b"\xaf") is None
