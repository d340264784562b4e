"""The rows of `kit/contract.py`: the database has them, and the room server reads no others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from showfloor.fanout import queries
from showfloor.fanout.queries import Unavailable
from showfloor.kit import ids
from showfloor.kit.contract import ROOM_ROWS
from tests.waiting import BOUND

COLUMNS = [(table, column) for table, columns in ROOM_ROWS.items() for column in columns]


@pytest.fixture
async def role(database_url: str) -> AsyncIterator[str]:
    """Somebody who may read the rows of the contract and nothing else."""
    name = f"reader_{ids.new().hex}"
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as owner:
        await owner.execute(SQL("create role {}").format(Identifier(name)))
        for table, column in COLUMNS:
            await owner.execute(
                SQL("grant select ({}) on {} to {}").format(*map(Identifier, (column, table, name)))
            )
        yield name
        await owner.execute(SQL("drop owned by {0}; drop role {0}").format(Identifier(name)))


async def read_everything(url: str, role: str) -> None:
    """Each statement of the room server, as this role. Raises Unavailable."""
    room = ids.new()
    as_role = f"{url}{'&' if '?' in url else '?'}options={quote(f'-c role={role}')}"
    async with queries.reader(as_role, BOUND) as reader:
        await reader.documents([room], 10)
        await reader.updates({room: 1}, 10)
        await reader.stock([room])
        await reader.hearts([room])
        await reader.questions([room])
        await reader.newest_changes(10)
        await reader.last_messages([room], 10)
        await reader.messages(0, [1], 10)


async def test_database_has_the_rows_of_the_contract(database_url: str) -> None:
    statement = """
        select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
        from pg_attribute attribute where attribute.attrelid = %s::regclass and attnum > 0
    """
    async with await psycopg.AsyncConnection.connect(database_url) as owner:
        found = {
            table: dict(await (await owner.execute(statement, [table])).fetchall())
            for table in ROOM_ROWS
        }

    for table, columns in ROOM_ROWS.items():
        assert columns.items() <= found[table].items()


async def test_room_server_reads_the_rows_of_the_contract_alone(
    database_url: str, role: str
) -> None:
    await read_everything(database_url, role)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
async def test_room_server_reads_every_column_of_the_contract(
    database_url: str, role: str, table: str, column: str
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as owner:
        await owner.execute(
            SQL("revoke select ({}) on {} from {}").format(*map(Identifier, (column, table, role)))
        )

    with pytest.raises(Unavailable, match=f"permission denied for (table|view) {table}"):
        await read_everything(database_url, role)
