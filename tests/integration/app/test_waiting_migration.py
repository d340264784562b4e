"""Waiting lists come to a database in which people buy and watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from showfloor.app import migrate
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.kit import ids
from tests.integration.app.test_migrations import _difference, database_of, upgrade_to
from tests.waiting import BOUND

__all__ = ["upgrade_to"]
WAITS = """
select exists (select from pg_locks where relation = 'room_stock'::regclass and not granted)
"""


@pytest.fixture
def before(postgres: EmbeddedPostgres, upgrade_to: Callable[[str, str], None]) -> Iterator[str]:
    """The URL of a database of the version before, with something in stock."""
    with database_of(postgres, None) as url:
        upgrade_to(url, "0066")
        with psycopg.connect(url) as connection:
            connection.execute(
                "insert into stock_item (variant_id, on_hand) values (%s, 5)", [ids.new()]
            )
        yield url


def test_people_buy_while_the_migration_waits_for_who_reads_rooms(before: str) -> None:
    """Whoever reads rooms has locked what they read from, and may want the stock next."""
    with psycopg.connect(before) as reader, ThreadPoolExecutor() as pool:
        # A lock of the view alone, as for a moment whoever reads it has; LOCK TABLE would have
        # those of its tables as well.
        reader.execute("comment on view room_stock is 'read'")
        upgrading = pool.submit(migrate.upgrade_now, before)
        with psycopg.connect(before, autocommit=True) as looking:
            while not upgrading.done():
                if looking.execute(WAITS).fetchone() == (True,):
                    break
        buyer = psycopg.connect(before, autocommit=True, options="-c lock_timeout=500ms")
        with buyer:
            bought = buyer.execute("update stock_item set held = held + 1, waiting = waiting")
        assert bought.rowcount == 1
        reader.rollback()
        upgrading.result(BOUND)

    assert _difference(before) == []


def test_migration_that_was_interrupted_goes_on(before: str) -> None:
    with psycopg.connect(before) as connection:
        for statement in (
            "alter table stock_item add column waiting integer default 0 not null",
            # What a build that was broken off leaves has its name, and is another.
            "create index ix_stock_item_waiting on stock_item (on_hand)",
        ):
            connection.execute(statement)

    migrate.upgrade_now(before)

    assert _difference(before) == []
    with psycopg.connect(before) as connection:
        found = connection.execute(
            "select indexdef from pg_indexes where indexname = 'ix_stock_item_waiting'"
        ).fetchone()
    assert found is not None and "(variant_id) WHERE (waiting > 0)" in found[0]
