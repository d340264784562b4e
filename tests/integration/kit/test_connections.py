"""Connections that tests keep (tests/connections.py): a test finds nothing of the one before it."""

from __future__ import annotations

import psycopg
import pytest

from tests import connections
from tests.waiting import bounded

LEAVINGS = (
    "set lock_timeout = '7s'",
    "create temporary table left_behind (id int)",
    "prepare one as select 1",
    "select pg_advisory_lock(7)",
    "listen rooms",
)
LOOK = """
select current_setting('lock_timeout'), to_regclass('pg_temp.left_behind')::text,
  (select count(*) from pg_prepared_statements),
  (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
  (select count(*) from pg_listening_channels())
"""
NOTHING = ("0", None, 0, 0, 0)


async def connect(url: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
    return await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=None)


async def process_of(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> int:
    (pid,) = await (await connection.execute("select pg_backend_pid()")).fetchone() or (0,)
    assert isinstance(pid, int)
    return pid


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_who_connects_next_finds_nothing_of_who_closed(
    database_url: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(connections, "_is_reset", lambda connection: True)
    first = await connect(database_url)
    process = await process_of(first)
    for each in LEAVINGS:
        await first.execute(each)
    await first.close()

    second = await connect(database_url)

    assert first.closed and not second.closed
    assert await process_of(second) == process
    assert (await (await second.execute(LOOK)).fetchone() == NOTHING) is guard
    await second.execute("discard all")
    await second.close()


async def test_what_is_left_in_a_transaction_is_not_kept(database_url: str) -> None:
    first = await connect(database_url)
    process = await process_of(first)
    await first.execute("begin")
    await first.close()

    second = await connect(database_url)

    assert await process_of(second) != process
    await second.close()


async def test_what_the_server_ended_meanwhile_is_not_used(database_url: str) -> None:
    first, other = await connect(database_url), await connect(database_url)
    process = await process_of(first)
    await first.close()
    await other.execute("select pg_terminate_backend(%s, 60000)", [process])
    await other.close()

    async with bounded(), await connect(database_url) as one, await connect(database_url) as two:
        assert process not in {await process_of(one), await process_of(two)}


async def test_other_parameters_get_another_connection(database_url: str) -> None:
    first = await connect(database_url)
    process = await process_of(first)
    await first.close()

    second = await connect(f"{database_url}&options=-c%20lock_timeout%3D5s")

    assert await process_of(second) != process
    await second.close()
