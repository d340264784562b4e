"""Room events to viewers."""

from __future__ import annotations

import logging

from showfloor.app.settings import Settings
from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.server import run


def command() -> None:
    settings = Settings()
    if not settings.rooms_database_url:
        logging.getLogger("showfloor.fanout").warning(
            "rooms are read as the database's owner: set SHOWFLOOR_ROOMS_DATABASE_URL"
        )
    url = settings.rooms_database_url or settings.database_url
    run(
        FanoutConfig(
            database_url=url,
            host=settings.host,
            port=settings.rooms_port,
            proxies=settings.proxies,
        )
    )
