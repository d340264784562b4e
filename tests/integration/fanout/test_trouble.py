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

from showfloor.kit import ids

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
        held = [viewer.transport.get_write_buffer_size() for viewer in server.door.audience]
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
        assert min(viewer.seq for viewer in server.door.audience) < 30

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
                max(viewer.transport.get_write_buffer_size() for viewer in server.door.audience)
                < 8_192 + 5_000
            )
        await quick.state_when(lambda state: state["viewers"] == 1)
        assert server.feed.rooms[room].log.oldest == 20

        await slow.ended()
        again = await watch(server, room, "Last-Event-ID: 1")
        assert (await again.next_log()).kind == "snapshot"


async def test_stalled_viewer_is_closed(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room()
    async with serve(
        socket_buffer=SMALL, high_water=8_192, stall_timeout=0.05, heartbeat_every=0.02
    ) as server:
        quick = await watch(server, room)
        await watch(server, room, receive_buffer=SMALL)
        await quick.state_when(lambda state: state["viewers"] == 2)
        for number in range(1, 16):
            await house.set(room, "a", f"{number}{'x' * 4_000}")

        await quick.state_when(lambda state: state["viewers"] == 1)


@pytest.mark.parametrize("sent", [b"", b"GET /rooms/", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
async def test_half_open_request_is_closed(
    serve: Any, connect: Any, house: Any, sent: bytes
) -> None:
    async with serve(header_timeout=0.05) as server:
        viewer = await connect(server)
        if sent:
            viewer.writer.write(sent)

        assert await viewer.ended() == b""
        assert server.door.waiting == {}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nCookie: " + b"x" * 9_000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 3_000, 431),
        (b"GET /" + b"x" * 20_000, 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 400, 400),
        (b"SELECT 1;\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /rooms/show_1/events HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 405),
        (b"GET /rooms/show_1/events HTTP/1.1\r\n\r\n", 404),
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
        viewer.writer.write(b"POST /healthz HTTP/1.1\r\n\r\n" + b"x" * 10_000_000)

        await viewer.ended()
        assert server.door.waiting == {}


async def test_health_preflight_and_upgrade(serve: Any, connect: Any, house: Any) -> None:
    async with serve() as server:
        health, preflight, upgrade = [await connect(server) for _ in range(3)]
        health.writer.write(b"GET /healthz HTTP/1.1\r\n\r\n")
        preflight.writer.write(
            b"OPTIONS /rooms/show_1/events HTTP/1.1\r\nOrigin: https://brand.test\r\n\r\n"
        )
        upgrade.writer.write(
            b"GET /healthz HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )

        assert (await health.ended()).endswith(b'\r\n\r\n{"status":"ok"}')
        answer = await preflight.ended()
        assert answer.startswith(b"HTTP/1.1 204 ")
        assert b"Access-Control-Allow-Origin: *" in answer
        assert (await upgrade.ended()).endswith(b'{"status":"ok"}')


async def test_more_connections_than_allowed_are_told_to_come_back(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(most_connections=2) as server:
        watching = [await watch(server, room) for _ in range(2)]
        refused = await watch(server, room)
        assert refused.head.startswith("HTTP/1.1 503 ")
        assert "Retry-After: 1" in refused.head

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
        before = viewer.heartbeats
        await viewer.state_when(lambda state: state["viewers"] == 2)
        newcomer.close()
        await viewer.state_when(lambda state: state["viewers"] == 1)

        await _database_back(house)
        await house.set(room, "b", 2)
        assert (await viewer.next_log()).id == 2
        assert viewer.heartbeats > before
        assert (await (await patient).next_log()).data["entries"] == {"z": 1}


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
    assert process.stderr is not None
    started = (await process.stderr.readline()).decode()
    viewer = await watch(_Address(int(started.rpartition(":")[2])), room)
    assert (await viewer.next_log()).data["entries"] == {"a": 1}

    process.send_signal(signal.SIGTERM)
    await viewer.ended()

    assert await process.wait() == 0
    assert await process.stderr.read() == b""


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
        assert server.feed._wanted == {}
