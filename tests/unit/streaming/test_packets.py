"""The binary messages of a publisher by WebSocket."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit import publishing as packets
from showfloor.kit.publishing import Codec, Unreadable


def test_hello_brings_the_key_without_marks() -> None:
    hello = packets.read_hello(packets.write_hello(" sk_abc\u200b ", "opus"))

    assert hello == packets.Hello("sk_abc", opus=True)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\1",
        b"\1{",
        b"\1[]",
        b'\1{"key": 5}',
        b"\4" + json.dumps({"key": "sk_a"}).encode(),
        b"\1" + json.dumps({"key": "k" * 201}).encode(),
        b"\1" + b"[" * 4000,
        b"\1\xff\xfe",
    ],
    ids=[
        "empty",
        "alone",
        "torn",
        "list",
        "number",
        "other kind",
        "long",
        "deep",
        "no UTF-8",
    ],
)
def test_what_is_no_hello_is_refused(message: bytes) -> None:
    with pytest.raises(Unreadable):
        packets.read_hello(message)


def test_frames_keep_stamp_flags_and_bytes() -> None:
    video = packets.read(packets.write_video(-5_000, b"abc", key=True))
    audio = packets.read(packets.write_audio(1 << 40, b"de", Codec.OPUS))

    assert video == packets.Video(-5_000, True, False, memoryview(b"abc"))
    assert audio == packets.Audio(Codec.OPUS, 1 << 40, memoryview(b"de"))


def test_network_keeps_its_figures() -> None:
    network = packets.Network(0.0125, 17)

    assert packets.read(packets.write_network(network)) == network


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"loss": 2, "jitter_ms": 1}',
        '{"loss": NaN, "jitter_ms": 1}',
        '{"loss": 0, "jitter_ms": -1}',
        '{"loss": 0, "jitter_ms": 1e99}',
        '{"loss": 0, "jitter_ms": Infinity}',
        '{"loss": "much", "jitter_ms": 1}',
        "[" * 4000,
        "[" * 5000,
    ],
)
def test_what_is_no_network_is_refused(said: str) -> None:
    with pytest.raises(Unreadable):
        packets.read(b"\6" + said.encode())


def test_configurations_keep_codec_and_record() -> None:
    video = packets.read(packets.write_video_config(b"\1record"))
    audio = packets.read(packets.write_audio_config(b"\x11\x90", Codec.AAC))

    assert video == packets.VideoConfig(b"\1record")
    assert audio == packets.AudioConfig(Codec.AAC, b"\x11\x90")


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0abc",
        b"\1{}",
        b"\xff" * 20,
        b"\4\1" + bytes(8),
        b"\5\7" + bytes(8) + b"sound",
        b"\3",
        b"\3\2abc",
        packets.write_video_config(bytes(packets.CONFIG_LIMIT)),
        packets.write_audio(0, bytes(packets.SOUND_LIMIT + 1), Codec.AAC),
    ],
    ids=[
        "empty",
        "kind 0",
        "second hello",
        "noise",
        "head alone",
        "codec 7",
        "no codec",
        "configuration of codec 2",
        "long configuration",
        "long sound",
    ],
)
def test_what_is_no_packet_is_refused(message: bytes) -> None:
    with pytest.raises(Unreadable):
        packets.read(message)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_packet_or_refused(message: bytes) -> None:
    try:
        packets.read(message)
    except Unreadable as refusal:
        assert refusal.detail
