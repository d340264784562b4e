"""Pages and API."""

from __future__ import annotations

import uvicorn

from showfloor.app.processes import LAST_REQUESTS
from showfloor.app.protocol import bounded
from showfloor.app.statement_logging import check_statement_logging
from showfloor.app.terminal import or_refused, settings_with
from showfloor.kit.network import ConnectionLimit, Proxies, raise_open_file_limit

OTHER_FILES = 128
"""Open files of `web` that are no visitors: the database, the other servers, what is read."""


def command() -> None:
    settings = settings_with("secret", "internal_token")
    or_refused(lambda: check_statement_logging(settings, settings.database_url))
    most = raise_open_file_limit() - OTHER_FILES
    connections = ConnectionLimit(
        "web",
        most=most,
        most_per_network=most // 4,
        proxies=Proxies(settings.proxies),
    )
    uvicorn.run(
        "showfloor.app.asgi:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=bounded(connections),
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=LAST_REQUESTS,
        forwarded_allow_ips=settings.proxies,
        server_header=False,
    )
