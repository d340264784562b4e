"""Statements are compiled once a process, as in the product, which has one engine.

Each test has an engine of its own, and SQLAlchemy keeps what it compiled for an engine and its
dialect: half of what a test cost that makes people and goods went into compiling the same
statements again.
"""

from __future__ import annotations

from sqlalchemy import URL, Connection, Dialect, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg
from sqlalchemy.util import LRUCache

MOST = 1000
"""Statements that are kept."""
_STATEMENTS = LRUCache[object, object](MOST)
_LEARNED: dict[str, object] = {}
"""What SQLAlchemy asks a server before the first statement."""


def share_compiled_statements() -> None:
    """For every asynchronous engine of PostgreSQL that is made from now on."""
    registry.register("postgresql.psycopg", __name__, Psycopg.__name__)


class Psycopg(PGDialect_psycopg):
    """SQLAlchemy's own; what it chooses for asynchronous engines shares what was compiled."""

    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[Dialect]:
        return SharingPsycopg


class SharingPsycopg(PGDialectAsync_psycopg):
    """Two of them are equal where their servers have one version, so that a statement that was
    compiled for one of them is found by the other: the dialect is a part of the key.
    """

    supports_statement_cache = True

    def initialize(self, connection: Connection) -> None:
        """Seven statements, of which each engine would learn the same: all servers of a run are of
        one version, and no test's database has settings of its own.
        """
        if not _LEARNED:
            before = dict(vars(self))
            super().initialize(connection)
            _LEARNED.update(
                {name: value for name, value in vars(self).items() if before.get(name) != value}
            )
        vars(self).update(_LEARNED)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_STATEMENTS)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, SharingPsycopg)
            and self.server_version_info == other.server_version_info
        )

    def __hash__(self) -> int:
        return hash(type(self))
