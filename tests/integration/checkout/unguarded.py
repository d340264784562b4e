"""The application with the guard taken out of the taking statements: the twin that has to oversell.

Started by test_storm alone.
"""

from __future__ import annotations

from typing import LiteralString

from fastapi import FastAPI

from showfloor.app import asgi
from showfloor.kit import db
from showfloor.stock import queries

# Whoever has looked waits at a gate that the test opens, for as long as the test likes: that makes
# the oversale sure. The lock that was taken out would not let two of them come so far.
PAUSE: LiteralString = "  and pg_advisory_xact_lock_shared(7) is not null\n"
db.Database.__init__.__kwdefaults__["lock_timeout"] = db.STATEMENT_TIMEOUT = "0"
ALONE: LiteralString = queries.RESERVE.replace("  order by variant_id\n  for update\n", PAUSE)
CROWD: LiteralString = queries.RESERVE_BATCH.replace("  for update\n", PAUSE)
assert ALONE != queries.RESERVE and CROWD != queries.RESERVE_BATCH


def create_app() -> FastAPI:
    queries.reserve.__defaults__ = (ALONE,)
    queries.reserve_batch.__defaults__ = (CROWD,)
    return asgi.create_app()
