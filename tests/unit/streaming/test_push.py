"""Where a destination may be, how a frame becomes a message, how long a pause is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit.contract import DestinationOrder, ShowOrders, from_json, to_json
from showfloor.streaming.codecs import aac
from showfloor.streaming.packaging.audio import Packet
from showfloor.streaming.packaging.cmaf import Tracks
from showfloor.streaming.packaging.packager import Frame
from showfloor.streaming.push import tags
from showfloor.streaming.push.address import Target, find_addresses, read_target
from showfloor.streaming.push.destination import pause
from showfloor.streaming.push.errors import PushFailed
from showfloor.streaming.rtmp import amf, chunks
from tests.unit.streaming.shows import VIDEO

AUDIO = aac.read_config(b"\x11\x90")


async def test_a_name_of_this_machine_is_found_out_before_anything_is_connected() -> None:
    with pytest.raises(PushFailed) as refusal:
        await find_addresses(Target("rtmp", "localhost", 1935, "live"), ())

    assert refusal.value.code == "address_forbidden"


async def test_a_name_that_does_not_exist_is_out_of_reach() -> None:
    with pytest.raises(PushFailed) as refusal:
        await find_addresses(Target("rtmp", "no-such-host.invalid", 1935, "live"), ())

    assert refusal.value.code == "unreachable"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("rtmp://a.example/live2", Target("rtmp", "a.example", 1935, "live2")),
        ("rtmps://a.example:443/rtmp/", Target("rtmps", "a.example", 443, "rtmp")),
        ("rtmps://a.example/x/y?z=1", Target("rtmps", "a.example", 443, "x/y?z=1")),
        ("rtmp://[2a00::1]:1936/app", Target("rtmp", "2a00::1", 1936, "app")),
    ],
)
def test_an_address_is_taken_apart_as_encoders_do_it(url: str, target: Target) -> None:
    assert read_target(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://a.example/live",
        "rtmp://a.example",
        "rtmp:///live",
        "rtmp://a:x/live",
        "rtmp://[",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(PushFailed) as refusal:
        read_target(url)

    assert refusal.value.code == "address_invalid"


def test_the_url_that_is_told_to_the_server_has_a_port_only_when_it_is_another() -> None:
    assert read_target("rtmps://a.example:443/live").url == "rtmps://a.example/live"
    assert read_target("rtmp://[2a00::1]:1936/live").url == "rtmp://[2a00::1]:1936/live"


@given(
    size=st.integers(1, 20_000),
    time=st.integers(0, 1 << 33),
    base=st.integers(0, 1 << 31),
    stream=st.sampled_from([1, 7, 1 << 24]),
)
def test_a_message_says_the_same_as_the_frame(size: int, time: int, base: int, stream: int) -> None:
    payload = random.Random(size).randbytes(size)
    tag = tags.video_tag(time, Frame(0, 66, True, [memoryview(payload)]), [memoryview(payload)])

    reader = chunks.ChunkReader(1 << 20)
    announced = chunks.write(2, chunks.SET_CHUNK_SIZE, 0, tags.CHUNK_SIZE.to_bytes(4, "big"))
    (message,) = reader.feed(announced + tag.message(base, stream))

    assert message.kind == chunks.VIDEO
    assert message.stream == stream
    assert message.timestamp == max(time - base, 0) % (1 << 32)
    assert bytes(message.payload) == b"\x17\1\0\0\x42" + payload


def test_a_picture_before_its_decode_time_keeps_its_sign() -> None:
    frame = Frame(0, -40, False, [memoryview(b"x")])

    assert tags.video_tag(0, frame, frame.pieces).body == b"\x27\1\xff\xff\xd8x"


def test_headers_are_the_cameras_own() -> None:
    assert tags.video_header(5, VIDEO).body == b"\x17\0\0\0\0" + VIDEO.record
    assert tags.audio_header(5, AUDIO).body == b"\xaf\0\x11\x90"
    assert tags.audio_tag(5, Packet(5, memoryview(b"sound"))).body == b"\xaf\1sound"


def test_metadata_says_what_the_tracks_are() -> None:
    command, event, about = amf.decode(tags.metadata(0, Tracks(VIDEO, AUDIO)).body)

    assert (command, event) == ("@setDataFrame", "onMetaData")
    assert isinstance(about, dict)
    assert about["width"] == VIDEO.width
    assert about["audiosamplerate"] == 48000.0
    assert about["stereo"] is True


def test_pauses_grow_to_the_longest_and_are_never_the_same_for_all() -> None:
    assert all(0.25 <= pause(0, 30.0) <= 0.5 for _ in range(100))
    assert all(15.0 <= pause(number, 30.0) <= 30.0 for number in range(7, 5000, 50))
    assert len({pause(3, 30.0) for _ in range(20)}) > 10


def test_an_order_is_not_written_down_with_its_key() -> None:
    order = DestinationOrder("dest_1", "rtmp://a.example/live", "live_secret")

    assert "secret" not in repr(order)
    assert "a.example" not in repr(order)
    orders = ShowOrders("live", 0, "", False, [], destinations=[order])
    assert from_json(ShowOrders, to_json(orders)) == orders


def test_orders_of_a_web_that_knows_no_destinations_have_none() -> None:
    text = b'{"state":"live","cue_offset_ms":0,"preview_token":"","key_revoked":false,"cues":[]}'

    assert from_json(ShowOrders, text).destinations == []
