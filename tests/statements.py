"""The statements that a piece of work sends to the database, in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from showfloor.kit.db import Database


@contextmanager
def noted(database: Database) -> Iterator[list[str]]:
    """The list fills while the context is open."""
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
