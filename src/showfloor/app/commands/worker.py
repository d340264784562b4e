"""Jobs and event subscribers."""

from __future__ import annotations

import asyncio

from showfloor.app.statement_logging import check_statement_logging
from showfloor.app.terminal import or_refused, settings_with
from showfloor.app.worker import work
from showfloor.kit.network import raise_open_file_limit


def command() -> None:
    settings = settings_with("secret")
    or_refused(lambda: check_statement_logging(settings, settings.database_url))
    raise_open_file_limit()
    asyncio.run(work(settings))
