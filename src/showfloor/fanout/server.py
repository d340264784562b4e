"""The process: its socket, its tasks, its end."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace

import uvloop

from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.feed import Feed
from showfloor.fanout.protocol import Connection
from showfloor.fanout.registry import ConnectionRegistry
from showfloor.fanout.room import SLICE, Pusher
from showfloor.kit import clock
from showfloor.kit.network import raise_open_file_limit

BACKLOG = 4_096
"""Connections that may wait to be accepted, when a show starts."""
DRAIN_LOOKS = 100
"""How often, a hundredth of a second apart, the ending process looks whether all streams have sent
what is written.
"""
UNANSWERED = 60_000
"""Milliseconds until the kernel closes a connection that acknowledges nothing (TCP_USER_TIMEOUT,
tcp(7)). Heartbeats are what it fails to acknowledge.
"""
RESERVED_FILES = 64
"""Open files that are no connections: the database, logs, the listening socket."""

logger = logging.getLogger("showfloor.fanout")


class Server:
    """The room server on one event loop. Made by `running`."""

    def __init__(self, config: FanoutConfig) -> None:
        self._config = config
        self._pusher = Pusher()
        self.feed = Feed(config, self._pusher.add)
        self.connections = ConnectionRegistry(config, self.feed)
        self._socket = _listening_socket(config)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    async def accept(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: Connection(self.connections), sock=self._socket, backlog=BACKLOG
        )

    def work(self) -> list[Coroutine[None, None, None]]:
        """The tasks of the server. None of them ends by itself."""
        return [
            self.feed.look(),
            self.feed.listen(),
            self._pusher.run(),
            self._tick(),
            self._beat(),
            self._close_late(),
        ]

    async def close_streams(self) -> None:
        """End every stream. Browsers connect again after `retry` milliseconds and resume."""
        for connection in list(self.connections.waiting):
            connection.abort()
        for viewer in list(self.connections.audience):
            viewer.close()
        for _ in range(DRAIN_LOOKS):
            if not self.connections.audience:
                return
            await asyncio.sleep(0.01)
        for viewer in list(self.connections.audience):
            viewer.transport.abort()

    async def _tick(self) -> None:
        while True:
            now = clock.monotonic()
            for room in self.feed.rooms.values():
                room.tick(now)
            await asyncio.sleep(self._config.state_every)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._config.heartbeat_every)
            await self.beat(clock.monotonic())

    async def beat(self, now: float) -> None:
        """One heartbeat to every stream; streams that have stalled until `now` are closed."""
        stalled_since = now - self._config.stall_timeout
        for number, viewer in enumerate(list(self.connections.audience), start=1):
            viewer.beat(stalled_since)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    async def _close_late(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._config.header_timeout / 4))
            self.connections.close_late()


@asynccontextmanager
async def running(config: FanoutConfig) -> AsyncIterator[Server]:
    """A server that answers while the block runs; if one of its tasks fails, the block is cancelled
    and the failure raised.
    """
    server = Server(config)
    listening = await server.accept()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part) for part in server.work()]
        try:
            yield server
        finally:
            listening.close()
            for task in tasks:
                task.cancel()
            await server.close_streams()


async def serve(config: FanoutConfig) -> None:
    """Until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(config) as server:
        logger.info("rooms are served on %s:%d", config.host, server.port)
        gc.freeze()
        await stopped.wait()


def run(config: FanoutConfig) -> None:
    """The whole process, with as many open files as the system allows."""
    uvloop.run(serve(within_open_files(config, raise_open_file_limit())))


def within_open_files(config: FanoutConfig, files: int) -> FanoutConfig:
    """The same with no more connections than a limit of `files` open files can hold.

    Without it `accept` would fail, and a refused viewer would get no answer.
    """
    possible = max(1, files - RESERVED_FILES)
    if possible >= config.most_connections:
        return config
    logger.warning("the limit of open files (%d) allows %d connections only", files, possible)
    return replace(config, most_connections=possible)


def _listening_socket(config: FanoutConfig) -> socket.socket:
    """Accepted sockets inherit its options."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listening = socket.create_server((config.host, config.port), family=family, backlog=BACKLOG)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, config.socket_buffer)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED)
    listening.setblocking(False)
    return listening
