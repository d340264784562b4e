"""Slow viewers, bad requests, a database that goes away, the end of the process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

import psycopg
import pytest

from showfloor.fanout.registry import MOST_REFUSED
from showfloor.fanout.server import RESERVED_FILES, within_open_files
from showfloor.kit import ids
from tests.integration.fanout.conftest import NEVER
from tests.waiting import bounded, until

SMALL = 4_096
"""Bytes; the kernel takes about twice that on either side."""


async def test_slow_viewer_gets_the_latest_state_when_it_reads_again(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    await house.run(
        "insert into room_stock select %s, 'SKU-' || n, 0 from generate_series(1, 600) n", room
    )
    async with serve(socket_buffer=SMALL, high_water=8_192) as server:
        quick = await watch(server, room)
        slow = await watch(server, room, receive_buffer=SMALL)
        for number in range(1, 25):
            await house.run("update room_stock set available = %s", number)
            await quick.state_when(lambda state, number=number: state["stock"]["SKU-1"] == number)
        held = [viewer.transport.get_write_buffer_size() for viewer in server.connections.audience]
        assert max(held) < 8_192 + 12_000

        slow.reader._limit = 2**16
        await slow.state_when(lambda state: state["stock"]["SKU-1"] == 24)
        assert len(slow.states) < len(quick.states) / 2


async def test_slow_viewer_gets_every_event_when_it_reads_again(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(socket_buffer=SMALL, high_water=8_192) as server:
        quick = await watch(server, room)
        slow = await watch(server, room, receive_buffer=SMALL)
        for number in range(1, 31):
            await house.set(room, "a", f"{number}{'x' * 4_000}")
        while (await quick.next_log()).id < 30:
            pass
        assert min(viewer.seq for viewer in server.connections.audience) < 30

        slow.reader._limit = 2**16
        assert [(await slow.next_log()).id for _ in range(31)] == list(range(31))


async def test_viewer_that_falls_too_far_behind_is_closed_and_resumes(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(socket_buffer=SMALL, high_water=8_192, log_events=10) as server:
        quick = await watch(server, room)
        slow = await watch(server, room, receive_buffer=SMALL)
        await quick.state_when(lambda state: state["viewers"] == 2)
        for number in range(1, 31):
            await house.set(room, "a", f"{number}{'x' * 4_000}")
            assert (await quick.next_log()).id == number
            assert (
                max(
                    viewer.transport.get_write_buffer_size()
                    for viewer in server.connections.audience
                )
                < 8_192 + 5_000
            )
        await quick.state_when(lambda state: state["viewers"] == 1)
        assert server.feed.rooms[room].log.oldest == 20

        await slow.ended()
        again = await watch(server, room, "Last-Event-ID: 1")
        assert (await again.next_log()).kind == "snapshot"


async def test_stalled_viewer_is_closed(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room()
    async with serve(socket_buffer=SMALL, high_water=8_192, heartbeat_every=NEVER) as server:
        quick = await watch(server, room)
        slow = await watch(server, room, receive_buffer=SMALL)
        for number in range(1, 16):
            await house.set(room, "a", f"{number}{'x' * 4_000}")
        while (await quick.next_log()).id < 15:
            pass
        await until(
            lambda: sorted(one.ready for one in server.connections.audience) == [False, True]
        )
        (stalled,) = (viewer for viewer in server.connections.audience if not viewer.ready)

        await server.beat(stalled.paused_at + NEVER)
        assert stalled in server.connections.audience
        await server.beat(stalled.paused_at + NEVER + 0.001)

        await quick.state_when(lambda state: state["viewers"] == 1)
        assert quick.heartbeats == 2
        await slow.ended()
        assert stalled not in server.connections.audience


@pytest.mark.parametrize("sent", [b"", b"GET /rooms/", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
async def test_half_open_request_is_closed(
    serve: Any, connect: Any, house: Any, sent: bytes
) -> None:
    async with serve(header_timeout=0.05) as server:
        viewer = await connect(server)
        if sent:
            viewer.writer.write(sent)

        assert await viewer.ended() == b""
        assert server.connections.waiting == {}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nCookie: " + b"x" * 9_000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 3_000, 431),
        (b"GET /" + b"x" * 20_000, 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 400, 400),
        (b"SELECT 1;\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /rooms/show_1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 405),
        (b"GET /rooms/show_1/events HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    ],
)
async def test_bad_request_is_refused_with_a_problem(
    serve: Any, connect: Any, house: Any, sent: bytes, status: int
) -> None:
    async with serve() as server:
        viewer = await connect(server)
        viewer.writer.write(sent)

        head, _, body = (await viewer.ended()).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(body)["status"] == status


async def test_header_bomb_in_small_pieces_is_refused(serve: Any, connect: Any, house: Any) -> None:
    async with serve() as server:
        viewer = await connect(server)
        viewer.writer.write(b"GET /healthz HTTP/1.1\r\n")
        for number in range(400):
            viewer.writer.write(f"X-{number}: {'y' * 30}\r\n".encode())
            await asyncio.sleep(0)

        assert b" 431 " in await viewer.ended()


async def test_flood_after_a_refusal_is_cut(serve: Any, connect: Any, house: Any) -> None:
    async with serve() as server:
        viewer = await connect(server)
        viewer.writer.write(b"POST /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + b"x" * 10_000_000)

        await viewer.ended()
        assert server.connections.waiting == {}


async def test_health_preflight_and_upgrade(serve: Any, connect: Any, house: Any) -> None:
    async with serve() as server:
        health, preflight, upgrade = [await connect(server) for _ in range(3)]
        health.writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        preflight.writer.write(
            b"OPTIONS /rooms/show_1/events HTTP/1.1\r\nHost: x\r\nOrigin: https://brand.test\r\n\r\n"
        )
        upgrade.writer.write(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )

        assert (await health.ended()).endswith(b'\r\n\r\n{"status":"ok"}')
        answer = await preflight.ended()
        assert answer.startswith(b"HTTP/1.1 204 ")
        assert b"Access-Control-Allow-Origin: *" in answer
        assert (await upgrade.ended()).endswith(b'{"status":"ok"}')


HOST = b"Host: rooms.test\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"Host: evil.test\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: evil.test/path\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: user@evil.test\r\n\r\n", 400),
        (b"GET http://rooms.test/healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: [::1]:8082\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"GET http://rooms.test/healthz HTTP/1.1\r\n" + HOST + b"\r\n", 200),
        (b"GET http://rooms.test HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ],
)
async def test_host_and_form_of_the_target(
    serve: Any, connect: Any, house: Any, sent: bytes, status: int
) -> None:
    async with serve() as server:
        viewer = await connect(server)
        viewer.writer.write(sent)

        assert (await viewer.ended()).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    ("behind", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 5, 200),
        (b"POST /nothing HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 200),
        (b"\x00 garbage", 200),
    ],
    ids=["the same", "another", "garbage"],
)
async def test_only_the_first_of_pipelined_requests_is_answered(
    serve: Any, connect: Any, house: Any, behind: bytes, status: int
) -> None:
    async with serve() as server:
        viewer = await connect(server)
        viewer.writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + behind)

        said = await viewer.ended()

    assert said.startswith(f"HTTP/1.1 {status} ".encode())
    assert said.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in said


async def test_stream_with_requests_behind_it_in_one_packet_is_a_stream(
    house: Any, serve: Any, connect: Any
) -> None:
    room = await house.open_room(a=1)
    async with serve() as server:
        viewer = await connect(server)
        path = f"/rooms/{ids.encode('show', room)}/events"
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 0\r\n\r\n"
        other = "GET /healthz HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 1\r\n\r\n"
        viewer.writer.write((request + other).encode())
        async with bounded():
            head = await viewer.reader.readuntil(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 200 OK")
        # The number is that of the first request: event 1 is still missing.
        assert (await viewer.next_log()).id == 1


@pytest.mark.parametrize("limited", [True, False], ids=["limited", "twin"])
async def test_one_address_leaves_places_for_the_others(
    house: Any, serve: Any, watch: Any, caplog: pytest.LogCaptureFixture, limited: bool
) -> None:
    room = await house.open_room()
    most = 2 if limited else 20_000
    async with serve(proxies="", most_per_network=most) as server:
        watching = [await watch(server, room) for _ in range(2)]
        more = [await watch(server, room) for _ in range(3)]
        heads = [viewer.head.partition("\r\n")[0] for viewer in more]
        refused = ["HTTP/1.1 503 Service Unavailable"] * 3
        assert heads == (refused if limited else ["HTTP/1.1 200 OK"] * 3)
        if not limited:
            return

        assert [record.getMessage() for record in caplog.records] == [
            "fanout refuses connections, connections of one network=2 limit=2"
        ]
        for viewer in [*more, watching[0]]:
            viewer.close()
        await watching[1].state_when(lambda state: state["viewers"] == 1)
        await until(lambda: not server.connections.waiting)
        assert (await watch(server, room)).head.startswith("HTTP/1.1 200 ")


async def test_many_refused_connections_take_no_places_of_the_process(
    house: Any, serve: Any, connect: Any
) -> None:
    async with serve(most_connections=1) as server:
        await connect(server)
        await until(lambda: len(server.connections.waiting) == 1)
        refused = [await connect(server) for _ in range(MOST_REFUSED + 3)]

        # The last ones are closed by the server, the first ones wait for their client.
        for viewer in refused[-3:]:
            assert (await viewer.ended()).startswith(b"HTTP/1.1 503 ")
        await until(lambda: len(server.connections.waiting) == 1 + MOST_REFUSED)
        for viewer in refused:
            viewer.close()
        await until(lambda: len(server.connections.waiting) == 1)


async def test_a_proxy_carries_as_many_viewers_as_there_are(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(proxies="127.0.0.0/8", most_per_network=1) as server:
        viewers = [await watch(server, room) for _ in range(3)]

        await viewers[0].state_when(lambda state: state["viewers"] == 3)


def test_connections_fit_into_the_limit_of_open_files(config: Any) -> None:
    assert within_open_files(config, 1_000_000) is config
    assert within_open_files(config, 256).most_connections == 256 - RESERVED_FILES
    assert within_open_files(config, 10).most_connections == 1


async def test_more_connections_than_allowed_are_told_to_come_back(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(most_connections=2) as server:
        watching = [await watch(server, room) for _ in range(2)]
        refused = await watch(server, room)
        assert refused.head.startswith("HTTP/1.1 503 ")
        assert "Retry-After: 2" in refused.head

        refused.close()
        watching[0].close()
        await watching[1].state_when(lambda state: state["viewers"] == 1)
        assert (await watch(server, room)).head.startswith("HTTP/1.1 200 ")


async def test_garbage_after_the_request_ends_only_that_stream(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve() as server:
        good, bad = await watch(server, room), await watch(server, room)
        await good.state_when(lambda state: state["viewers"] == 2)

        bad.writer.write(b"GET / HTTP/1.1\r\n\r\n" * 100)

        await good.state_when(lambda state: state["viewers"] == 1)


async def _database_away(house: Any) -> None:
    """As far as this database's clients can see, the server is down."""
    await house.run(f"alter database {_name(house)} allow_connections false", database="postgres")
    await house.run(
        f"select pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = "
        f"'{_name(house)}'",
        database="postgres",
    )


async def _database_back(house: Any) -> None:
    await house.run(f"alter database {_name(house)} allow_connections true", database="postgres")


def _name(house: Any) -> str:
    return psycopg.conninfo.conninfo_to_dict(house.url)["dbname"]


async def test_viewers_stay_while_the_database_is_away_and_catch_up(
    house: Any, serve: Any, watch: Any
) -> None:
    room, unseen = await house.open_room(a=1), await house.open_room(z=1)
    async with serve(heartbeat_every=0.02) as server:
        viewer = await watch(server, room)
        await viewer.state_when(lambda state: state["viewers"] == 1)

        await _database_away(house)
        newcomer = await watch(server, room)
        assert (await newcomer.next_log()).data["entries"] == {"a": 1}
        patient = asyncio.create_task(watch(server, unseen))
        await viewer.state_when(lambda state: state["viewers"] == 2)
        await viewer.heartbeat()
        newcomer.close()
        await viewer.state_when(lambda state: state["viewers"] == 1)

        await _database_back(house)
        await house.set(room, "b", 2)
        assert (await viewer.next_log()).id == 2
        assert (await (await patient).next_log()).data["entries"] == {"z": 1}


async def test_room_that_nobody_watches_is_shown_from_memory_while_the_database_is_away(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room(a=1)
    async with serve() as server:
        (await watch(server, room)).close()
        await until(lambda: not server.connections.audience)
        await _database_away(house)

        newcomer = await watch(server, room)

        assert (await newcomer.next_log()).data["entries"] == {"a": 1}


async def test_room_that_cannot_be_read_for_long_is_busy(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    await house.run("alter table room_entry rename to away")
    async with serve(join_patience=0.1) as server:
        viewer = await watch(server, room)

        assert viewer.head.startswith("HTTP/1.1 503 ")


async def test_events_are_told_although_the_stock_view_is_missing(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room(a=1)
    await house.run("alter table room_stock rename to away")
    async with serve() as server:
        viewer = await watch(server, room)
        assert (await viewer.next_log()).id == 1
        await house.set(room, "a", 2)
        assert (await viewer.next_log()).id == 2

        await house.run("alter table away rename to room_stock")
        await house.set_stock(room, A=5)
        await viewer.state_when(lambda state: state["stock"] == {"A": 5})


async def test_process_ends_its_streams_on_sigterm(house: Any, watch: Any) -> None:
    room = await house.open_room(a=1)
    program = (
        "import logging, sys; from showfloor.fanout import server; from "
        "showfloor.fanout.config import FanoutConfig\n"
        "logging.basicConfig(level='INFO', format='%(message)s'); "
        "server.run(FanoutConfig(sys.argv[1], port=0))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        house.url,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stderr is not None
        async with bounded():
            while "rooms are served" not in (said := (await process.stderr.readline()).decode()):
                assert said, "it ended before it served"
        viewer = await watch(_Address(int(said.rpartition(":")[2])), room)
        assert (await viewer.next_log()).data["entries"] == {"a": 1}

        process.send_signal(signal.SIGTERM)
        await viewer.ended()

        async with bounded():
            assert await process.wait() == 0
            assert await process.stderr.read() == b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class _Address:
    def __init__(self, port: int) -> None:
        self.port = port


async def test_malformed_room_id_asks_the_database_nothing(
    serve: Any, connect: Any, house: Any
) -> None:
    async with serve() as server:
        viewer = await connect(server)
        await viewer.ask(f"/rooms/{ids.encode('hold', ids.new())}/events")

        assert " 404 " in viewer.head
        assert server.feed._pending == {}
