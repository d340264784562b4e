"""WHIP in: publishers by WebRTC."""

from __future__ import annotations

import asyncio
from functools import partial

import uvicorn

from showfloor.app.processes import LAST_REQUESTS
from showfloor.app.protocol import bounded
from showfloor.app.settings import Settings
from showfloor.kit.network import ConnectionLimit, Proxies, raise_open_file_limit
from showfloor.rtc.config import RtcConfig
from showfloor.rtc.endpoint import WhipEndpoint
from showfloor.rtc.ports import MediaLoop, media_loop

MOST_CONNECTIONS = 500
"""An offer takes a second; nobody stays."""


def command() -> None:
    settings = Settings()
    raise_open_file_limit()
    config = RtcConfig(
        publish_url=settings.publish_url,
        host=settings.rtc_host or settings.host,
        public_address=settings.rtc_address,
        ports=settings.rtc_port_range,
        max_sessions=settings.rtc_sessions,
    )
    with asyncio.Runner(loop_factory=partial(media_loop, config.ports)) as runner:
        runner.run(_serve(config, settings))


async def _serve(config: RtcConfig, settings: Settings) -> None:
    assert isinstance(asyncio.get_running_loop(), MediaLoop)
    connections = ConnectionLimit(
        "rtc",
        most=MOST_CONNECTIONS,
        most_per_network=MOST_CONNECTIONS // 4,
        proxies=Proxies(settings.proxies),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            WhipEndpoint(config).app(),
            host=settings.host,
            port=settings.rtc_port,
            http=bounded(connections),
            ws="none",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=LAST_REQUESTS,
            forwarded_allow_ips=settings.proxies,
            server_header=False,
        )
    )
    await server.serve()
