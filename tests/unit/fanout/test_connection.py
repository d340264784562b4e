"""One connection of the room server: request in, stream or short answer out, places given back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import cast
from uuid import UUID

import pytest

from showfloor.fanout import routes
from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.feed import Feed
from showfloor.fanout.log import RoomLog
from showfloor.fanout.protocol import MOST_IGNORED, Connection
from showfloor.fanout.queries import Unavailable
from showfloor.fanout.registry import MOST_REFUSED, ConnectionRegistry
from showfloor.fanout.room import Room
from showfloor.fanout.viewer import Viewer
from showfloor.kit import clock, ids

ROOM = UUID(int=7)
EVENTS = f"/rooms/{ids.encode('show', ROOM)}/events"
HOST = b"Host: rooms.test\r\n"


class Wire(asyncio.Transport):
    """A viewer's socket, seen from its other end."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        super().__init__()
        self._address = address
        self.said = b""
        self.ended = self.aborted = self.closed = False
        self.handed_to: object = None
        self.high: int | None = None

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 40_000) if name == "peername" and self._address else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += bytes(data)

    def writelines(self, parts: object) -> None:
        self.write(b"".join(cast("list[bytes]", parts)))

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.handed_to = protocol

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.high = high


class Rooms(Feed):
    """The feed as connections know it: one room in memory, others that the database may have."""

    def __init__(self) -> None:
        self.memory: dict[UUID, Room] = {}
        self.wanted: dict[UUID, asyncio.Future[Room | None]] = {}

    def watched(self, room_id: UUID) -> Room | None:
        return self.memory.get(room_id)

    def want(self, room_id: UUID) -> asyncio.Future[Room | None]:
        return self.wanted.setdefault(room_id, asyncio.get_running_loop().create_future())


def make_room() -> Room:
    log = RoomLog(3, {"show": '{"state":"live"}'}, most_events=10, most_bytes=10_000)
    return Room(log, lambda room: None, state_every=0.1)


class Port:
    def __init__(self, **config: int | float | str) -> None:
        self.rooms = Rooms()
        self.registry = ConnectionRegistry(
            FanoutConfig("postgresql://", **config),  # type: ignore[arg-type] # by name
            self.rooms,
        )

    def connect(self, address: str = "192.0.2.1") -> tuple[Connection, Wire]:
        connection, wire = Connection(self.registry), Wire(address)
        connection.connection_made(wire)
        return connection, wire

    def ask(self, target: str, *, method: str = "GET", headers: bytes = HOST) -> Wire:
        connection, wire = self.connect()
        connection.data_received(f"{method} {target} HTTP/1.1\r\n".encode() + headers + b"\r\n")
        return wire


@pytest.fixture
async def port() -> Port:
    return Port()


async def turn() -> None:
    """Let what a future's end leads to happen."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_room_in_memory_streams_at_once(port: Port) -> None:
    port.rooms.memory[ROOM] = make_room()

    wire = port.ask(EVENTS)

    assert wire.said.startswith(routes.STREAM)
    assert b"event: snapshot\nid: 3\n" in wire.said
    assert isinstance(wire.handed_to, Viewer) and wire.high == port.registry.config.high_water
    assert not wire.ended and port.registry.audience == {wire.handed_to}
    assert port.registry.waiting == {}


async def test_room_of_the_database_streams_when_it_is_read(port: Port) -> None:
    first, second = port.ask(EVENTS), port.ask(EVENTS)
    assert first.said == second.said == b"" and len(port.rooms.wanted) == 1

    port.rooms.wanted[ROOM].set_result(make_room())
    await turn()

    assert first.said.startswith(routes.STREAM) and second.said.startswith(routes.STREAM)
    assert len(port.registry.audience) == 2


@pytest.mark.parametrize(
    ("settle", "answer"),
    [
        (lambda future: future.set_result(None), routes.UNKNOWN_ROOM),
        (lambda future: future.set_exception(Unavailable()), routes.BUSY),
    ],
    ids=["unknown", "database away"],
)
async def test_viewer_of_a_room_that_cannot_be_had_is_told(
    port: Port, settle: Callable[[asyncio.Future[Room | None]], None], answer: bytes
) -> None:
    wire = port.ask(EVENTS)

    settle(port.rooms.wanted[ROOM])
    await turn()

    assert wire.said == answer and wire.ended and port.registry.audience == set()


async def test_viewer_who_left_meanwhile_joins_nothing(port: Port) -> None:
    connection, wire = port.connect()
    connection.data_received(f"GET {EVENTS} HTTP/1.1\r\n".encode() + HOST + b"\r\n")

    connection.connection_lost(None)
    port.rooms.wanted[ROOM].set_result(make_room())
    await turn()

    assert wire.said == b"" and port.registry.audience == set() and port.registry.waiting == {}


async def test_viewer_goes_on_after_the_event_that_it_had(port: Port) -> None:
    port.rooms.memory[ROOM] = make_room()

    newest = port.ask(f"{EVENTS}?last_event_id=1", headers=HOST + b"Last-Event-ID: 3\r\n")
    by_query = port.ask(f"{EVENTS}?last_event_id=3")
    unreadable = port.ask(EVENTS, headers=HOST + b"Last-Event-ID: three\r\n")

    assert b"event: snapshot" not in newest.said and b"event: snapshot" not in by_query.said
    assert b"event: snapshot" in unreadable.said


async def test_request_may_come_byte_by_byte(port: Port) -> None:
    port.rooms.memory[ROOM] = make_room()
    connection, wire = port.connect()

    for byte in f"GET {EVENTS} HTTP/1.1\r\n".encode() + HOST + b"\r\n":
        assert wire.said == b""
        connection.data_received(bytes([byte]))

    assert wire.said.startswith(routes.STREAM)


@pytest.mark.parametrize(
    ("target", "method", "answer"),
    [
        ("/healthz", "GET", routes.HEALTHY),
        ("/nothing", "GET", routes.UNKNOWN_PATH),
        ("/rooms/show_1/events", "GET", routes.UNKNOWN_ROOM),
        (EVENTS, "POST", routes.WRONG_METHOD),
        (EVENTS, "HEAD", routes.WRONG_METHOD_HEAD),
        (EVENTS, "OPTIONS", routes.PREFLIGHT),
    ],
)
async def test_short_answer_ends_the_connection(
    port: Port, target: str, method: str, answer: bytes
) -> None:
    wire = port.ask(target, method=method)

    assert wire.said == answer and wire.ended and not wire.aborted


@pytest.mark.parametrize(
    "headers", [b"", HOST + HOST, b"Host: user@rooms.test\r\n", b"Host: a b\r\n"]
)
async def test_request_without_exactly_one_host_is_refused(port: Port, headers: bytes) -> None:
    wire = port.ask("/healthz", headers=headers)

    assert wire.said == routes.BAD_HOST and wire.ended


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\0\0", b"hello\r\n\r\n", b"GET\r\n\r\n"])
async def test_what_is_no_http_is_refused(port: Port, sent: bytes) -> None:
    connection, wire = port.connect()

    connection.data_received(sent)

    assert wire.said == routes.MALFORMED and wire.ended


async def test_upgrade_is_ignored(port: Port) -> None:
    wire = port.ask("/healthz", headers=HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n")

    assert wire.said == routes.HEALTHY


async def test_second_request_behind_the_first_is_ignored(port: Port) -> None:
    connection, wire = port.connect()

    connection.data_received(
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\nGET /nothing HTTP/1.1\r\n" + HOST + b"\r\n"
    )

    assert wire.said == routes.HEALTHY


async def test_large_head_is_refused(port: Port) -> None:
    connection, wire = port.connect()
    connection.data_received(b"GET /healthz HTTP/1.1\r\n" + HOST)
    assert wire.said == b""

    connection.data_received(b"Cookie: " + b"x" * port.registry.config.header_bytes)

    assert wire.said == routes.LARGE_HEAD and wire.ended


async def test_client_that_never_stops_sending_is_cut_off(port: Port) -> None:
    connection, wire = port.connect()
    connection.data_received(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")

    connection.data_received(bytes(MOST_IGNORED // 2))
    assert not wire.aborted
    connection.data_received(bytes(MOST_IGNORED // 2))

    assert wire.aborted


async def test_connection_beyond_the_places_is_told_and_counted_out() -> None:
    port = Port(most_connections=1)
    first, _ = port.connect()

    second, refused = port.connect("192.0.2.2")
    assert refused.said == routes.FULL and refused.ended and not refused.closed
    assert json.loads(refused.said.partition(b"\r\n\r\n")[2])["code"] == "busy"

    second.connection_lost(None)
    first.connection_lost(None)
    third, wire = port.connect("192.0.2.3")
    assert wire.said == b"" and list(port.registry.waiting) == [third]


async def test_many_refused_connections_are_closed_at_once() -> None:
    port = Port(most_connections=0)

    wires = [port.connect(f"192.0.2.{number}")[1] for number in range(MOST_REFUSED + 2)]

    assert [wire.closed for wire in wires] == [False] * MOST_REFUSED + [True, True]


async def test_one_network_leaves_places_to_others() -> None:
    port = Port(most_per_network=2)
    wires = [port.connect(f"2001:db8:1:2::{number}")[1] for number in range(3)]

    assert [wire.said for wire in wires] == [b"", b"", routes.FULL]
    assert port.connect("2001:db8:1:3::1")[1].said == b""


async def test_place_of_a_viewer_is_given_back_when_it_leaves() -> None:
    port = Port(most_connections=1)
    port.rooms.memory[ROOM] = make_room()
    viewer = port.ask(EVENTS).handed_to
    assert isinstance(viewer, Viewer)
    assert port.connect()[1].said == routes.FULL

    viewer.connection_lost(None)

    assert port.registry.audience == set()
    assert port.connect()[1].said == b""


async def test_request_that_does_not_come_in_time_is_cut_off(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    slow, slow_wire = port.connect()
    slow.data_received(b"GET /healthz HT")
    waiting_wire = port.ask(EVENTS)
    at[0] += 5
    _, later_wire = port.connect()

    at[0] += port.registry.config.header_timeout - 4.9
    port.registry.close_late()

    assert slow_wire.aborted
    assert not waiting_wire.aborted, "its request is whole: it waits for the database"
    assert not later_wire.aborted


async def test_answer_that_nobody_takes_is_cut_off(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    wire = port.ask("/healthz")

    at[0] += port.registry.config.header_timeout + 0.1
    port.registry.close_late()

    assert wire.aborted


async def test_socket_of_the_same_machine_has_no_address(port: Port) -> None:
    connection, wire = port.connect("")

    connection.data_received(b"GET /healthz HTTP/1.0\r\n\r\n")
    connection.connection_lost(None)

    assert wire.said == routes.HEALTHY
