"""What `tests/compiled.py` asks of SQLAlchemy, so that the suite does not slow down unseen."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event, literal, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.engine.interfaces import CacheStats

from showfloor.kit.db import Database
from tests.compiled import SharingPsycopg

NOBODY_ELSE_ASKS_FOR = select(literal(1).label("compiled_once"))


async def looked_up(url: str) -> CacheStats:
    """Where a new engine found the compiled statement."""
    found = []

    def note(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: DefaultExecutionContext,
        executemany: bool,
    ) -> None:
        if "compiled_once" in statement:
            found.append(context.cache_hit)

    database = Database(url)
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.session() as session:
        await session.execute(NOBODY_ELSE_ASKS_FOR)
    await database.close()
    (only,) = found
    return only


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_statement_is_compiled_for_one_engine_and_found_by_the_next(
    database_url: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(SharingPsycopg, "__eq__", object.__eq__)
    await looked_up(database_url)

    assert (await looked_up(database_url) is CacheStats.CACHE_HIT) is guard
