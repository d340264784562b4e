"""One publisher's connection, byte by byte: handshake, admission, refusal, commands."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from showfloor.streaming.pool import ConnectionPool
from showfloor.streaming.ports import LetGo, PublishRefused
from showfloor.streaming.rtmp import amf, chunks, messages
from showfloor.streaming.rtmp.handshake import Handshake, NotRtmp
from tests.unit.streaming.cameras import C2, HELLO, Camera, camera, soon
from tests.unit.streaming.ends import IDR, avc
from tests.waiting import bounded

__all__ = ["camera", "soon"]


# The handshake


def test_handshake_answers_with_what_it_was_sent() -> None:
    handshake = Handshake()
    c1 = bytes(range(256)) * 6

    reply, rest = handshake.feed(b"\x03" + c1)

    assert len(reply) == 1 + 2 * 1536 and reply[0] == 3
    assert reply[1537:] == c1 and rest is None


@pytest.mark.parametrize("size", [1, 100, 1536, 1537, 3073])
def test_handshake_may_come_in_pieces(size: int) -> None:
    handshake = Handshake()
    whole = HELLO + C2 + b"after"
    replies, rests = [], []
    for start in range(0, len(whole), size):
        reply, rest = handshake.feed(whole[start : start + size])
        replies.append(reply)
        if rest is not None:
            rests.append(rest)
            rests.append(whole[start + size :])
            break

    assert len(b"".join(replies)) == 3073
    assert b"".join(rests) == b"after"


@pytest.mark.parametrize("first", [b"\x16\x03\x01", b"GET / HTTP/1.1", b"\x06", b"\x00"])
def test_what_is_no_rtmp_is_known_by_its_first_byte(first: bytes) -> None:
    with pytest.raises(NotRtmp):
        Handshake().feed(first)


async def test_browser_on_the_camera_s_port_is_closed_without_a_word(camera: Camera) -> None:
    camera.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert camera.wire.aborted and not camera.wire.said


# Admission


async def test_camera_with_a_valid_key_publishes(camera: Camera) -> None:
    await camera.admitted()

    assert camera.gate.keys == ["sk_1"]
    assert [code for code, _ in camera.statuses()] == ["NetStream.Publish.Start"]
    assert not camera.wire.paused and not camera.wire.closed


async def test_nothing_is_read_while_the_key_is_looked_up(camera: Camera) -> None:
    camera.greet()
    publish = amf.encode("publish", 3.0, None, "sk_1", "live")
    hasty = chunks.write(6, chunks.VIDEO, 1, avc(IDR, key=True), timestamp=7)
    camera.send(chunks.write(3, messages.COMMAND, 1, publish) + hasty)
    async with bounded():
        await camera.gate.asked.wait()
    assert camera.wire.paused and camera.gate.sink.got == []

    camera.gate.decided.set()
    await camera.turn()

    assert camera.gate.sink.got == [("h264", 7, True, IDR)]
    assert not camera.wire.paused


@pytest.mark.parametrize(
    ("temporary", "code"),
    [(False, "NetStream.Publish.BadName"), (True, "NetStream.Publish.Failed")],
)
async def test_refused_camera_is_told_why(
    camera: Camera, soon: None, temporary: bool, code: str
) -> None:
    camera.gate.problem = PublishRefused("show_ended", "This show is over.", temporary=temporary)
    await camera.publish()

    camera.gate.decided.set()
    async with bounded():
        await camera.wire.ended.wait()

    assert camera.statuses() == [(code, "show_ended: This show is over.")]
    assert not camera.wire.aborted and camera.gate.sink.closings == []


async def test_refusal_can_be_read_by_who_never_sent_connect(camera: Camera, soon: None) -> None:
    reason = "This show is over. " * 20
    camera.gate.problem = PublishRefused("show_ended", reason)
    camera.greet()
    camera.command("publish", 3.0, None, "sk_1", "live", stream=1)
    async with bounded():
        await camera.gate.asked.wait()

    camera.gate.decided.set()
    async with bounded():
        await camera.wire.ended.wait()

    assert camera.statuses() == [("NetStream.Publish.BadName", f"show_ended: {reason}")]


async def test_fault_while_asking_ends_this_connection_alone(camera: Camera) -> None:
    camera.gate.problem = ZeroDivisionError()
    await camera.publish()

    camera.gate.decided.set()
    await camera.turn()

    assert camera.wire.aborted


async def test_camera_that_left_meanwhile_keeps_no_show(camera: Camera) -> None:
    await camera.publish()
    camera.wire.close()

    camera.gate.decided.set()
    await camera.turn()

    assert camera.gate.sink.closings == [None] and camera.statuses() == []


async def test_camera_beyond_the_places_is_asked_to_come_later(tmp_path: Path, soon: None) -> None:
    pool = ConnectionPool(most_publishers=1, most_strangers=9, most_strangers_per_network=9)
    first, second = Camera(tmp_path, pool), Camera(tmp_path, pool)
    await first.admitted()

    await second.admitted()
    async with bounded():
        await second.wire.ended.wait()

    assert second.statuses()[0][0] == "NetStream.Publish.Failed"
    assert second.gate.sink.closings == [None]
    assert not first.wire.closed and first.gate.sink.closings == []
    for each in (first, second):
        each.session.connection_lost(None)


@pytest.mark.parametrize(
    ("app", "name", "key"),
    [
        ("live", "sk_1", "sk_1"),
        ("live", " sk_1\n", "sk_1"),
        ("live", "\u200esk_1\u00a0", "sk_1"),
        ("live/sk_1", "", "sk_1"),
        ("live", "stage?key=sk_1", "sk_1"),
    ],
)
async def test_key_is_found_where_encoders_put_it(
    camera: Camera, app: str, name: str, key: str
) -> None:
    await camera.publish(name, app)

    assert camera.gate.keys == [key]


async def test_second_publishing_on_one_connection_is_refused_alone(camera: Camera) -> None:
    await camera.admitted()

    camera.command("publish", 4.0, None, "sk_2", "live", stream=1)

    assert camera.statuses()[-1][0] == "NetStream.Publish.BadName"
    assert not camera.wire.closed
    assert camera.gate.sink.closings == [] and camera.gate.keys == ["sk_1"]


# Commands


async def test_connect_is_answered_with_window_bandwidth_and_success(camera: Camera) -> None:
    camera.greet()

    camera.command("connect", 1.0, {"app": "live"})

    kinds = [kind for kind, _ in camera.heard()]
    assert kinds == [messages.WINDOW_SIZE, messages.PEER_BANDWIDTH, messages.COMMAND]
    name, transaction, _, info = amf.decode(camera.heard()[-1][1])
    assert (name, transaction) == ("_result", 1.0)
    assert info["code"] == "NetConnection.Connect.Success"  # type: ignore[index,call-overload] # an object


async def test_transaction_that_is_no_number_is_answered_as_zero(camera: Camera) -> None:
    """Each byte that is no UTF-8 would be sent back as three, and an AMF key is 64 KB at most."""
    camera.greet()
    odd = b"\x03" + struct.pack(">H", 40_000) + b"\xff" * 40_000 + b"\x05\0\0\x09"

    camera.send(
        chunks.write(3, messages.COMMAND, 0, amf.encode("createStream") + odd, chunk_size=128)
    )

    assert not camera.wire.closed
    assert amf.decode(camera.heard()[-1][1])[:2] == ["_result", 0.0]


@pytest.mark.parametrize("name", ["releaseStream", "FCPublish", "_checkbw", "createStream"])
async def test_formality_is_answered(camera: Camera, name: str) -> None:
    camera.greet()

    camera.command(name, 4.0, None, "sk_1")

    assert amf.decode(camera.heard()[-1][1])[:2] == ["_result", 4.0]


@pytest.mark.parametrize("name", ["getStreamLength", "FCUnpublish", "deleteStream", "closeStream"])
async def test_meaningless_command_before_publishing_changes_nothing(
    camera: Camera, name: str
) -> None:
    camera.greet()
    camera.command(name, 4.0, None, 1.0)
    assert not camera.wire.closed

    camera.command("publish", 5.0, None, "sk_1", "live", stream=1)

    async with bounded():
        await camera.gate.asked.wait()


async def test_command_in_the_other_encoding_is_understood(camera: Camera) -> None:
    camera.greet()
    payload = b"\0" + amf.encode("createStream", 2.0, None)

    camera.send(chunks.write(3, messages.COMMAND_AMF3, 0, payload))

    assert amf.decode(camera.heard()[-1][1])[:2] == ["_result", 2.0]


async def test_player_is_sent_to_hls(camera: Camera, soon: None) -> None:
    camera.greet()
    camera.command("connect", 1.0, {"app": "live"})

    camera.command("play", 5.0, None, "stage", stream=1)
    async with bounded():
        await camera.wire.ended.wait()

    ((code, description),) = camera.statuses()
    assert code == "NetStream.Play.Failed" and "HLS" in description


@pytest.mark.parametrize("name", ["FCUnpublish", "deleteStream", "closeStream"])
async def test_camera_that_stops_is_off_the_show_and_may_publish_again(
    camera: Camera, name: str
) -> None:
    await camera.admitted()

    camera.command(name, 9.0, None, "sk_1")

    assert camera.gate.sink.closings == [None] and not camera.wire.closed


async def test_nonsense_from_a_stranger_ends_the_connection(camera: Camera) -> None:
    camera.greet()

    camera.send(chunks.write(3, messages.COMMAND, 0, b"\x05"))

    assert camera.wire.aborted


async def test_nonsense_from_a_publisher_is_ignored(camera: Camera) -> None:
    await camera.admitted()

    camera.send(chunks.write(3, messages.COMMAND, 0, b"\x05"))

    assert not camera.wire.closed and camera.gate.sink.closings == []


async def test_show_that_ends_lets_its_camera_go_with_a_word(camera: Camera, soon: None) -> None:
    await camera.admitted()

    camera.gate.close(LetGo.REPLACED)
    camera.gate.close(LetGo.REPLACED)

    assert camera.gate.sink.closings == [None]
    assert camera.statuses()[-1][0] == "NetStream.Unpublish.Success"
    async with bounded():
        await camera.wire.ended.wait()


async def test_lost_connection_closes_the_ingest_once(camera: Camera) -> None:
    await camera.admitted()

    camera.session.connection_lost(ConnectionResetError())
    camera.gate.close(LetGo.REPLACED)

    assert camera.gate.sink.closings == [None] and len(camera.pool) == 0


async def test_lost_connection_ends_the_question_about_its_key(camera: Camera) -> None:
    await camera.publish()

    camera.session.connection_lost(None)
    await camera.turn()
    camera.gate.decided.set()
    await camera.turn()

    assert camera.gate.sink.closings == [] and camera.statuses() == []
