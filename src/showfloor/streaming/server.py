"""The streaming process: both servers, the reports to web, the recorder, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass

import uvloop

from showfloor.kit import clock, recording
from showfloor.kit.network import ConnectionLimit, Proxies, open_files, raise_open_file_limit
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.control.reporter import Reporter
from showfloor.streaming.control.web_client import WebClient
from showfloor.streaming.http.connection import Connection
from showfloor.streaming.http.responder import Responder
from showfloor.streaming.http.routes import HttpRouter
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.pool import ConnectionPool
from showfloor.streaming.recording.recorder import Recorder
from showfloor.streaming.rtmp.session import RtmpSession
from showfloor.streaming.websocket.session import WebSocketSession

log = logging.getLogger("showfloor.streaming.server")

_SWEEP_SECONDS = 1.0
_FLUSH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the process listens: of interest when a port was given as 0."""

    rtmp: tuple[str, int]
    http: tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Listener:
    """Shows' news to viewers and to web."""

    responder: Responder
    reporter: Reporter

    def show_changed(self, show: LiveShow) -> None:
        self.responder.show_changed(show)

    def show_forgotten(self, show: LiveShow) -> None:
        self.responder.show_forgotten(show)

    def signal_changed(self) -> None:
        self.reporter.wake()


async def serve(
    config: StreamingConfig, started: Callable[[Addresses], None] | None = None
) -> None:
    """Serve until cancelled. `started` is called once both ports accept connections."""
    loop = asyncio.get_running_loop()
    recorder = Recorder(config.data_dir / recording.FOLDER, reserve=config.disk_reserve_bytes)
    web = WebClient(config.web_url, config.internal_token, config.web_timeout_seconds)
    reporter = Reporter(web, config.report_seconds)
    responder = Responder()
    shows = ShowRegistry(config, web, recorder, _Listener(responder, reporter))
    router = HttpRouter(shows, responder, config.internal_token)
    pool = ConnectionPool(
        most_publishers=config.max_publishers,
        most_strangers=config.max_strangers,
        most_strangers_per_network=config.max_strangers_per_network,
    )
    viewers: set[Connection] = set()
    proxies = Proxies(config.proxies)
    places = ConnectionLimit(
        "streaming",
        most=config.viewer_places(open_files()),
        most_per_network=config.max_viewers_per_network,
        proxies=proxies,
    )

    def publisher() -> WebSocketSession:
        return WebSocketSession(config, shows, pool, proxies)

    recorder.start()
    shows.restore()
    rtmp = await loop.create_server(
        lambda: RtmpSession(config, shows, pool),
        config.rtmp_host,
        config.rtmp_port,
        backlog=128,
    )
    http = await loop.create_server(
        lambda: Connection(config, router, viewers, places, publisher),
        config.http_host,
        config.http_port,
        backlog=4096,
    )
    # What exists now stays for good: the collector need not look at it again.
    gc.freeze()
    addresses = Addresses(rtmp.sockets[0].getsockname()[:2], http.sockets[0].getsockname()[:2])
    log.info("streaming listens rtmp=%s:%d http=%s:%d", *addresses.rtmp, *addresses.http)
    if started is not None:
        started(addresses)
    tasks = [loop.create_task(reporter.run(shows)), loop.create_task(_sweep(viewers, pool, shows))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        rtmp.close()
        http.close()
        shows.close()
        if len(pool) or viewers:
            # The last parts and the message that the ingest is closed are still being sent.
            await asyncio.sleep(_FLUSH_SECONDS)
        for connection in list(viewers):
            connection.close()
        web.close()
        await loop.run_in_executor(None, recorder.stop)
        log.info("streaming has ended")


async def _sweep(viewers: set[Connection], pool: ConnectionPool, shows: ShowRegistry) -> None:
    """Deadlines of all connections in one place: a timer for each would cost more than this."""
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        now = clock.monotonic()
        for connection in [connection for connection in viewers if connection.deadline < now]:
            connection.expire()
        pool.check()
        shows.forget_old()


def run(config: StreamingConfig, started: Callable[[Addresses], None] | None = None) -> None:
    """The process: returns after SIGTERM or SIGINT, with everything published and on disk."""
    raise_open_file_limit()
    uvloop.run(_until_signal(config, started))


async def _until_signal(
    config: StreamingConfig, started: Callable[[Addresses], None] | None
) -> None:
    task = asyncio.get_running_loop().create_task(serve(config, started))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
