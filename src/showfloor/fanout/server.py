"""The process: its socket, its tasks, its end."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import uvloop

from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.feed import Feed
from showfloor.fanout.protocol import Connection, Door
from showfloor.fanout.room import SLICE, Pusher
from showfloor.kit import clock
from showfloor.kit.network import raise_open_file_limit

BACKLOG = 4_096
"""Viewers that may knock at the same moment, when a show starts."""
LAST_WORDS = 100
"""Hundredths of a second that streams may take to send what is written when the process ends."""
UNANSWERED = 60_000
"""Milliseconds until the kernel gives up a viewer that no longer acknowledges (TCP_USER_TIMEOUT,
tcp(7)); heartbeats make it notice.
"""

logger = logging.getLogger("showfloor.fanout")


class Server:
    """The room server on one event loop. Made by `running`."""

    def __init__(self, config: FanoutConfig) -> None:
        self._config = config
        self._pusher = Pusher()
        self.feed = Feed(config, self._pusher.add)
        self.door = Door(config, self.feed)
        self._socket = _listening_socket(config)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    async def accept(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: Connection(self.door), sock=self._socket, backlog=BACKLOG
        )

    def work(self) -> list[Coroutine[None, None, None]]:
        """What runs as long as the server does; none of it ever ends by itself."""
        return [
            self.feed.look(),
            self.feed.listen(),
            self._pusher.run(),
            self._tick(),
            self._beat(),
            self._watch_door(),
        ]

    async def close_streams(self) -> None:
        """End every stream; browsers come back by themselves after `retry` milliseconds and
        resume.
        """
        for connection in list(self.door.waiting):
            connection.abort()
        for viewer in list(self.door.audience):
            viewer.close()
        for _ in range(LAST_WORDS):
            if not self.door.audience:
                return
            await asyncio.sleep(0.01)
        for viewer in list(self.door.audience):
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
            stalled_since = clock.monotonic() - self._config.stall_timeout
            for number, viewer in enumerate(list(self.door.audience), start=1):
                viewer.beat(stalled_since)
                if number % SLICE == 0:
                    await asyncio.sleep(0)

    async def _watch_door(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._config.header_timeout / 4))
            self.door.close_late()


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
    """The whole process: as many files as the system allows, uvloop, `serve`."""
    raise_open_file_limit()
    uvloop.run(serve(config))


def _listening_socket(config: FanoutConfig) -> socket.socket:
    """Accepted sockets inherit its options."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listening = socket.create_server((config.host, config.port), family=family, backlog=BACKLOG)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, config.socket_buffer)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED)
    listening.setblocking(False)
    return listening
