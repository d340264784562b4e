"""A schema with every table of ours and, of the rows, the shelf of one show: all that test buyers
can reach.

Their connections look for the names of tables in this schema and nowhere else (PostgreSQL,
`search_path`), so whatever buying writes (stock, holds, orders, events of the outbox) is written
here, where nobody counts, no subscriber reads and no mail is sent from. The schema is dropped with
the rehearsal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
from psycopg import sql

from showfloor.app.migrate import import_models
from showfloor.kit.db import Base

PREFIX = "rehearsal_"
_SHELF = "select product_id from public.show_product where show_id = %(show)s"
_VARIANTS = f"select id from public.variant where product_id in ({_SHELF})"  # noqa: S608 - of constants
_SELLERS = f"select merchant_id from public.product where id in ({_SHELF})"  # noqa: S608 - of constants
ROWS = {
    "show": "id = %(show)s",
    "show_product": "show_id = %(show)s",
    "creator": "id = (select host_creator_id from public.show where id = %(show)s)",
    "merchant": f"id in ({_SELLERS})",
    "merchant_creator": f"merchant_id in ({_SELLERS})",
    "seller_terms": f"merchant_id in ({_SELLERS})",
    "delivery_option": f"merchant_id in ({_SELLERS})",
    "product": f"id in ({_SHELF})",
    "variant": f"id in ({_VARIANTS})",
    "price": f"variant_id in ({_VARIANTS})",
    "stock_item": f"variant_id in ({_VARIANTS})",
}
"""What buying reads, by table: the rows that are copied. Nothing of them is about a person who
buys.
"""
_ON_SALE = "update {schema}.show set state = 'live', published_at = now()"
_ALL_THAT_IS_LEFT = """
update {schema}.stock_item
set on_hand = greatest(on_hand - missing - sold - held - waiting, 0), held = 0, sold = 0,
  missing = 0, waiting = 0
"""
"""A buyer of the rehearsal finds what a real one would find now."""


def schema_of(show_id: UUID) -> str:
    return f"{PREFIX}{show_id.hex}"


@asynccontextmanager
async def scratch(url: str, show_id: UUID) -> AsyncIterator[str | None]:
    """The name of the rehearsal's schema, which is dropped at the end; None while another worker
    has it.
    """
    schema = schema_of(show_id)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        if not await _lock(connection, show_id):
            yield None
            return
        await drop(connection, schema)
        try:
            await _fill(connection, schema, show_id)
            yield schema
        finally:
            await drop(connection, schema)


async def _lock(connection: psycopg.AsyncConnection[tuple[object, ...]], show_id: UUID) -> bool:
    """Whether it was free; taken until this connection ends, however it does."""
    taken = await connection.execute(
        "select pg_try_advisory_lock(%s)", [show_id.int & ((1 << 63) - 1)]
    )
    return await taken.fetchone() == (True,)


async def _fill(
    connection: psycopg.AsyncConnection[tuple[object, ...]], schema: str, show_id: UUID
) -> None:
    # A worker may not have imported the tables of every module.
    import_models()
    space = sql.Identifier(schema)
    async with connection.transaction():
        await connection.execute(sql.SQL("create schema {}").format(space))
        for table in Base.metadata.sorted_tables:
            name = sql.Identifier(table.name)
            await connection.execute(
                sql.SQL("create table {}.{} (like public.{} including all)").format(
                    space, name, name
                )
            )
            if table.name in ROWS:
                columns = sql.SQL(", ").join(
                    sql.Identifier(column.name)
                    for column in table.columns
                    if column.computed is None
                )
                await connection.execute(
                    sql.SQL("insert into {}.{} ({}) select {} from public.{} where ").format(
                        space, name, columns, columns, name
                    )
                    + sql.SQL(ROWS[table.name]),
                    {"show": show_id},
                )
        for statement in (_ON_SALE, _ALL_THAT_IS_LEFT):
            await connection.execute(sql.SQL(statement).format(schema=space))


async def stock_left(url: str, schema: str) -> dict[str, int]:
    """What test buyers can still buy, by SKU."""
    space = sql.Identifier(schema)
    asked = sql.SQL(
        "select variant.sku, stock_item.available from {}.stock_item"
        " join {}.variant on variant.id = stock_item.variant_id"
    ).format(space, space)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        found = await connection.execute(asked)
        return {str(sku): int(left) for sku, left in await found.fetchall()}


async def drop(connection: psycopg.AsyncConnection[tuple[object, ...]], schema: str) -> None:
    """One table after the other: a transaction for all would need more locks than a server has by
    default (`max_locks_per_transaction`).
    """
    space = sql.Identifier(schema)
    found = await connection.execute(
        "select tablename from pg_tables where schemaname = %s", [schema]
    )
    for (table,) in await found.fetchall():
        await connection.execute(
            sql.SQL("drop table {}.{} cascade").format(space, sql.Identifier(str(table)))
        )
    await connection.execute(sql.SQL("drop schema if exists {} cascade").format(space))


async def drop_leftovers(url: str, running: frozenset[UUID]) -> bool:
    """What a worker that was killed left behind, of rehearsals that are over; whether another
    worker still has one of them: it drops it by itself, unless it is killed.
    """
    held = False
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        found = await connection.execute(
            "select nspname from pg_namespace where nspname ~ %s", [f"^{PREFIX}[0-9a-f]{{32}}$"]
        )
        for (schema,) in await found.fetchall():
            show_id = UUID(hex=str(schema).removeprefix(PREFIX))
            if show_id in running:
                continue
            # It may have begun since somebody looked at what runs.
            if await _lock(connection, show_id):
                await drop(connection, str(schema))
            else:
                held = True
    return held
