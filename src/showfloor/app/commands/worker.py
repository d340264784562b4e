"""Jobs and event subscribers."""

from __future__ import annotations

import asyncio

from showfloor.app.terminal import settings_with
from showfloor.app.worker import work
from showfloor.kit.network import raise_open_file_limit


def command() -> None:
    raise_open_file_limit()
    asyncio.run(work(settings_with("secret")))
