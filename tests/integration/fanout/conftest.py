"""A real room server on the loop of the test, viewers on raw sockets, a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
import uvloop

from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.server import Server, running
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.realtime import service
from tests.waiting import BOUND, bounded

NEVER = 100 * BOUND
"""Seconds of a timer that no test waits for."""


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the room server runs on outside of tests."""
    return {"uvloop": uvloop.new_event_loop}


@dataclass(frozen=True)
class Event:
    kind: str
    id: int | None
    data: dict[str, Any]


@dataclass
class Viewer:
    """One connection; blocks of the stream (HTML Living Standard §9.2.6) as they come."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: str = ""
    retry: int | None = None
    heartbeats: int = 0
    states: list[dict[str, Any]] = field(default_factory=list)
    _kept: list[Event] = field(default_factory=list)

    async def ask(self, target: str, *headers: str) -> None:
        self.writer.write(
            "\r\n".join([f"GET {target} HTTP/1.1", "Host: rooms.test", *headers, "\r\n"]).encode()
        )
        async with bounded():
            self.head = (await self.reader.readuntil(b"\r\n\r\n")).decode()

    async def next(self) -> Event:
        """The next event of any kind; heartbeats are counted on the way, and however many come, the
        event itself has to.
        """
        if self._kept:
            return self._kept.pop(0)
        async with bounded():
            while (event := await self._read_block()) is None:
                pass
        return event

    async def heartbeat(self) -> None:
        """Until the next heartbeat; events before it stay for `next`."""
        before = self.heartbeats
        while self.heartbeats == before:
            if (event := await self._read_block()) is not None:
                self._kept.append(event)

    async def _read_block(self) -> Event | None:
        async with bounded():
            block = (await self.reader.readuntil(b"\n\n")).decode()
        if block == ": hb\n\n":
            self.heartbeats += 1
            return None
        if block.startswith("retry: "):
            self.retry = int(block[7:])
            return None
        fields = dict(line.split(": ", 1) for line in block.strip().split("\n"))
        number = int(fields["id"]) if "id" in fields else None
        return Event(fields["event"], number, json.loads(fields["data"]))

    async def next_log(self) -> Event:
        """The next snapshot or set; states are collected on the way."""
        while (event := await self.next()).kind == "state":
            self.states.append(event.data)
        return event

    async def state_when(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The state for which the condition holds: the last one, or the first that follows."""
        while not self.states or not condition(self.states[-1]):
            event = await self.next()
            if event.kind == "state":
                self.states.append(event.data)
        return self.states[-1]

    async def ended(self) -> bytes:
        """Whatever still comes until the server closes the connection."""
        async with bounded():
            with contextlib.suppress(ConnectionResetError):
                return await self.reader.read()
        return b""

    def close(self) -> None:
        self.writer.close()


@dataclass
class House:
    """The database of the test and what can be done to it."""

    database: Database
    url: str

    async def open_room(self, **entries: Any) -> UUID:
        room = ids.new()
        async with self.database.session() as session:
            await service.open_room(session, room)
            for key, value in entries.items():
                await service.set_entry(session, room, key, value)
        return room

    async def set(self, room: UUID, key: str, value: Any) -> int | None:
        async with self.database.session() as session:
            return await service.set_entry(session, room, key, value)

    async def snapshot(self, room: UUID) -> dict[str, Any]:
        async with self.database.session() as session:
            found = await service.snapshot(session, room)
        return {"seq": found.seq, "entries": dict(found.entries)}

    async def run(self, query: str, *values: Any, database: str | None = None) -> None:
        async with await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, dbname=database
        ) as connection:
            await connection.execute(query, values)  # type: ignore[arg-type]

    async def set_stock(self, room: UUID, **stock: int) -> None:
        for sku, available in stock.items():
            await self.run(
                "insert into room_stock values (%s, %s, %s) on conflict (room_id, sku) do "
                "update set available = excluded.available",
                room,
                sku,
                available,
            )


@pytest.fixture
async def house(database: Database, database_url: str) -> House:
    """The view of the stock is a table here, so that a test can say what it shows."""
    house = House(database, database_url)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("drop view room_stock")
        await connection.execute(
            "create table room_stock (room_id uuid, sku text, available int, primary key "
            "(room_id, sku))"
        )
    return house


@pytest.fixture
def config(database_url: str) -> FanoutConfig:
    """Looks often, and never gives up by itself; each test says what it needs otherwise."""
    return FanoutConfig(
        database_url,
        port=0,
        header_timeout=NEVER,
        join_patience=NEVER,
        stall_timeout=NEVER,
        linger=NEVER,
        database_timeout=BOUND,
        look_every=0.02,
        stock_every=0.02,
        state_every=0.02,
        database_retry=0.03,
    )


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Awaitable[Viewer]]]:
    """Open a connection to a server; `receive_buffer` makes a viewer whose kernel takes little."""
    opened: list[Viewer] = []

    async def connect(server: Server, receive_buffer: int = 0) -> Viewer:
        raw = socket.socket()
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", server.port))
        viewer = Viewer(
            *await asyncio.open_connection(sock=raw, limit=2**16 if not receive_buffer else 2**10)
        )
        opened.append(viewer)
        return viewer

    yield connect
    for viewer in opened:
        viewer.close()


@pytest.fixture
def watch(connect: Callable[..., Awaitable[Viewer]]) -> Callable[..., Awaitable[Viewer]]:
    """Open the stream of a room."""

    async def watch(
        server: Server, room: UUID, *headers: str, query: str = "", receive_buffer: int = 0
    ) -> Viewer:
        viewer = await connect(server, receive_buffer)
        await viewer.ask(f"/rooms/{ids.encode('show', room)}/events{query}", *headers)
        return viewer

    return watch


@pytest.fixture
def serve(config: FanoutConfig) -> Callable[..., contextlib.AbstractAsyncContextManager[Server]]:
    def serve(**changes: Any) -> contextlib.AbstractAsyncContextManager[Server]:
        return running(replace(config, **changes))

    return serve
