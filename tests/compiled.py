"""Statements are compiled once a process, as in the product, which has one engine.

Each test has an engine of its own, and SQLAlchemy keeps what it compiled for an engine and its
dialect: half of what a test cost that makes people and goods went into compiling the same
statements again.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import LRUCache

from showfloor.kit import db

MOST = 1000
"""Statements that are kept."""


def share_compiled_statements() -> None:
    """All engines speak the same where their servers have one version, so that what was compiled
    for one of them serves all.
    """
    PGDialectAsync_psycopg.__eq__ = _speaks_as  # type: ignore[method-assign, assignment] # see above
    PGDialectAsync_psycopg.__hash__ = _hash  # type: ignore[method-assign, assignment]
    options = {"compiled_cache": LRUCache(MOST)}
    db.create_async_engine = partial(create_async_engine, execution_options=options)  # type: ignore[assignment]


def _speaks_as(self: PGDialectAsync_psycopg, other: object) -> bool:
    return (
        isinstance(other, PGDialectAsync_psycopg)
        and self.server_version_info == other.server_version_info
    )


def _hash(self: PGDialectAsync_psycopg) -> int:
    return hash(type(self))
