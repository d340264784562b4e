"""The application with the guard taken out of the taking statement: the twin that has to oversell. Started by test_storm alone."""

from __future__ import annotations

from typing import LiteralString

from fastapi import FastAPI

from showfloor.app import asgi
from showfloor.stock import queries

LOCK: LiteralString = "  order by variant_id\n  for update\n"
# A buyer who thinks for a moment between looking and taking makes the oversale sure, not only likely. The lock would not mind.
PAUSE: LiteralString = "  and pg_sleep(0.02) is not null\n"
UNGUARDED: LiteralString = queries.TAKE.replace(LOCK, PAUSE)
assert UNGUARDED != queries.TAKE


def create_app() -> FastAPI:
    queries.take.__defaults__ = (UNGUARDED,)
    return asgi.create_app()
