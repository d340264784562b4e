"""What a publisher's messages of media hand on."""

from __future__ import annotations

import pytest

from showfloor.streaming.rtmp import chunks, messages
from showfloor.streaming.rtmp.media import hand_on
from tests.unit.streaming.cameras import Sink
from tests.unit.streaming.ends import IDR, avc

# Media


def handed(kind: int, body: bytes, time: int = 40) -> list[object]:
    sink = Sink()
    assert hand_on(chunks.Message(kind, 1, time, body), sink)
    return sink.got


def test_picture_and_sound_are_handed_on_without_their_framing() -> None:
    assert handed(chunks.VIDEO, avc(IDR, key=True)) == [("h264", 40, True, IDR)]
    assert handed(chunks.VIDEO, b"\x17\0\0\0\0record") == [("video config", "h264", b"record")]
    assert handed(chunks.AUDIO, b"\xaf\1sound") == [("aac", 40, b"sound")]
    assert handed(chunks.AUDIO, b"\xaf\0\x12\x10") == [("audio config", "aac", b"\x12\x10")]


@pytest.mark.parametrize("body", [b"", b"\x17", b"\x17\1\0\0\0", b"\x17\2\0\0\0", b"\xaf\1"])
@pytest.mark.parametrize("kind", [chunks.VIDEO, chunks.AUDIO])
def test_message_without_media_hands_nothing_on(kind: int, body: bytes) -> None:
    frames = [got for got in handed(kind, body) if got and "h264" in str(got)]

    assert frames == []


def test_other_messages_are_nobody_s_media() -> None:
    assert not hand_on(chunks.Message(18, 1, 0, b"onMetaData"), Sink())


def aggregate(*tags: tuple[int, int, bytes]) -> bytes:
    """FLV tags with their back pointers, as one message carries them."""
    return b"".join(
        bytes([kind])
        + len(body).to_bytes(3, "big")
        + (time & 0xFFFFFF).to_bytes(3, "big")
        + bytes([time >> 24])
        + bytes(3)
        + body
        + bytes(4)
        for kind, time, body in tags
    )


def test_aggregate_is_taken_apart_on_the_message_s_own_clock() -> None:
    body = aggregate(
        (chunks.VIDEO, 5000, avc(IDR, key=True)),
        (18, 5000, b"script"),
        (chunks.AUDIO, 5021, b"\xaf\1sound"),
    )

    assert handed(chunks.AGGREGATE, body) == [("h264", 40, True, IDR), ("aac", 61, b"sound")]


def test_torn_aggregate_gives_what_is_whole() -> None:
    whole = aggregate((chunks.AUDIO, 0, b"\xaf\1one"), (chunks.AUDIO, 21, b"\xaf\1two"))

    for cut in range(len(whole)):
        found = handed(chunks.AGGREGATE, whole[:cut])
        assert found in ([], [("aac", 40, b"one")], [("aac", 40, b"one"), ("aac", 61, b"two")])
    assert len(handed(chunks.AGGREGATE, whole[:-4])) == 2


def test_aggregate_of_empty_tags_ends() -> None:
    message = chunks.Message(chunks.AGGREGATE, 1, 0, aggregate(*[(chunks.AUDIO, 0, b"")] * 1200))

    assert len(messages.split_aggregate(message)) == 1000


def test_time_of_an_aggregate_wraps_with_the_clock() -> None:
    body = aggregate((chunks.AUDIO, 0, b"\xaf\1a"), (chunks.AUDIO, 10, b"\xaf\1b"))

    assert handed(chunks.AGGREGATE, body, (1 << 32) - 5) == [
        ("aac", (1 << 32) - 5, b"a"),
        ("aac", 5, b"b"),
    ]
