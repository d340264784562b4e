"""One publisher's connection, byte by byte: handshake, commands, admission, refusal, clocks."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showfloor.kit import clock
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.pool import ConnectionPool
from showfloor.streaming.ports import AudioFrame, LetGo, MediaSink, PublishRefused, VideoFrame
from showfloor.streaming.rtmp import amf, chunks, messages, session
from showfloor.streaming.rtmp.handshake import Handshake, NotRtmp
from showfloor.streaming.rtmp.media import hand_on
from showfloor.streaming.rtmp.session import RtmpSession
from tests.unit.streaming.ends import IDR, avc
from tests.waiting import bounded

HELLO = b"\x03" + bytes(1536)
C2 = bytes(1536)


class Wire(asyncio.Transport):
    """A camera's socket, seen from its other end."""

    def __init__(self) -> None:
        super().__init__()
        self.said = bytearray()
        self.socket = socket.socket()
        self.closed = self.aborted = self.paused = False
        self.ended = asyncio.Event()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "socket":
            return self.socket
        return ("192.0.2.1", 40_000) if name == "peername" else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True
        self.ended.set()

    def abort(self) -> None:
        self.aborted = True
        self.close()

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Sink(MediaSink):
    """Keeps what a publisher sent."""

    def __init__(self) -> None:
        self.got: list[object] = []
        self.closings: list[str | None] = []

    def configure_video(self, codec: str, record: bytes) -> None:
        self.got.append(("video config", codec, record))

    def configure_audio(self, codec: str, record: bytes) -> None:
        self.got.append(("audio config", codec, record))

    def video(self, frame: VideoFrame) -> None:
        self.got.append((frame.codec, frame.stamp, frame.key, bytes(frame.payload)))

    def audio(self, frame: AudioFrame) -> None:
        self.got.append((frame.codec, frame.stamp, bytes(frame.payload)))

    def network(self, loss: float, jitter_ms: int) -> None:
        pass

    def closed(self, problem: str | None = None) -> None:
        self.closings.append(problem)


class Gate:
    """Decides about keys when the test says so."""

    def __init__(self) -> None:
        self.sink = Sink()
        self.keys: list[str] = []
        self.problem: Exception | None = None
        self.asked = asyncio.Event()
        self.decided = asyncio.Event()
        self.close: Callable[[LetGo], None] = lambda reason: None

    async def authorize(self, key: str, close: Callable[[LetGo], None]) -> MediaSink:
        self.keys.append(key)
        self.close = close
        self.asked.set()
        await self.decided.wait()
        if self.problem is not None:
            raise self.problem
        return self.sink


class Camera:
    """A session with both of its ends."""

    def __init__(self, folder: Path, pool: ConnectionPool | None = None) -> None:
        self.config = StreamingConfig("http://127.0.0.1:1", "x", folder)
        self.gate, self.wire = Gate(), Wire()
        if pool is None:
            pool = ConnectionPool(
                most_publishers=10, most_strangers=10, most_strangers_per_network=10
            )
        self.pool = pool
        self.session = RtmpSession(self.config, self.gate, self.pool)
        self.session.connection_made(self.wire)

    def send(self, data: bytes) -> None:
        self.session.data_received(data)

    def greet(self) -> None:
        self.send(HELLO + C2)

    def command(self, name: str, *values: object, stream: int = 0) -> None:
        self.send(chunks.write(3, messages.COMMAND, stream, amf.encode(name, *values)))

    async def publish(self, key: str = "sk_1", app: str = "live") -> None:
        self.greet()
        self.command("connect", 1.0, {"app": app})
        self.command("createStream", 2.0, None)
        self.command("publish", 3.0, None, key, "live", stream=1)
        async with bounded():
            await self.gate.asked.wait()

    async def admitted(self) -> None:
        await self.publish()
        self.gate.decided.set()
        await self.turn()

    async def turn(self) -> None:
        """Let the admission's task go on."""
        for _ in range(5):
            await asyncio.sleep(0)

    def media(self, kind: int, time: int, body: bytes) -> None:
        self.send(chunks.write(6, kind, 1, body, timestamp=time))

    def heard(self) -> list[tuple[int, bytes]]:
        """Kind and payload of every message that the camera got, after the handshake."""
        reader = chunks.ChunkReader(1 << 20)
        found = reader.feed(bytes(self.wire.said[1 + 2 * 1536 :]))
        return [(message.kind, bytes(message.payload)) for message in found]

    def statuses(self) -> list[tuple[str, str]]:
        """Code and description of every onStatus."""
        values = [amf.decode(body) for kind, body in self.heard() if kind == messages.COMMAND]
        infos = [value[3] for value in values if value[0] == "onStatus"]
        return [(str(info["code"]), str(info["description"])) for info in infos]  # type: ignore[index,call-overload] # an object


@pytest.fixture
async def camera(tmp_path: Path) -> Any:
    camera = Camera(tmp_path)
    yield camera
    camera.session.connection_lost(None)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal does not linger."""
    monkeypatch.setattr(session, "_LINGER_SECONDS", 0.0)


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
    for camera in (first, second):
        camera.session.connection_lost(None)


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


# Control messages


async def test_ping_is_answered(camera: Camera) -> None:
    camera.greet()

    camera.send(chunks.write(2, messages.USER_CONTROL, 0, struct.pack(">HI", 6, 77)))
    camera.send(chunks.write(2, messages.USER_CONTROL, 0, struct.pack(">HI", 3, 77)))
    camera.send(chunks.write(2, messages.USER_CONTROL, 0, b"\0\6"))

    assert camera.heard() == [(messages.USER_CONTROL, struct.pack(">HI", 7, 77))]


async def test_received_bytes_are_acknowledged_once_a_window(camera: Camera) -> None:
    await camera.admitted()
    camera.send(chunks.write(2, messages.WINDOW_SIZE, 0, struct.pack(">I", 1)))
    before = len(camera.heard())

    for time in range(3):
        camera.media(chunks.VIDEO, time, avc(IDR + bytes(40_000), key=True))

    acknowledged = [body for kind, body in camera.heard()[before:] if kind == 3]
    assert len(acknowledged) == 1, "the window is 64 KiB at least"
    assert struct.unpack(">I", acknowledged[0])[0] > 1 << 16


def test_acknowledgement_wraps_around() -> None:
    (message,) = chunks.ChunkReader(100).feed(messages.acknowledgement((1 << 32) + 5))

    assert bytes(message.payload) == b"\0\0\0\5"


# Clocks


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    yield at


@pytest.mark.parametrize(
    ("greets", "seconds", "closed"),
    [(False, 3.0, False), (False, 3.1, True), (True, 8.0, False), (True, 8.1, True)],
)
async def test_stranger_has_so_long_to_shake_hands_and_to_publish(
    at: list[float], tmp_path: Path, greets: bool, seconds: float, closed: bool
) -> None:
    camera = Camera(tmp_path)
    if greets:
        camera.greet()

    at[0] += seconds
    camera.session.check()

    assert camera.wire.aborted is closed
    camera.session.connection_lost(None)


async def test_camera_that_is_let_go_has_time_to_read_why(at: list[float], tmp_path: Path) -> None:
    camera = Camera(tmp_path)
    await camera.admitted()
    at[0] += 60.0
    camera.media(chunks.AUDIO, 0, b"\xaf\x01x")

    camera.gate.close(LetGo.REPLACED)
    camera.session.check()

    assert not camera.wire.aborted
    camera.session.connection_lost(None)


async def test_camera_that_reads_no_answer_is_closed(camera: Camera) -> None:
    await camera.admitted()

    camera.session.pause_writing()

    assert camera.wire.aborted


async def test_camera_may_be_silent_for_twelve_seconds(at: list[float], tmp_path: Path) -> None:
    camera = Camera(tmp_path)
    await camera.admitted()
    for _ in range(5):
        at[0] += 12.0
        camera.session.check()
        camera.media(chunks.AUDIO, 0, b"\xaf\x01x")
    assert not camera.wire.closed

    at[0] += 12.1
    camera.session.check()

    assert camera.wire.aborted
    camera.session.connection_lost(None)


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
