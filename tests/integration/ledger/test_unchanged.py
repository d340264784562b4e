"""What is written in the books stays as it is: the database refuses every change, and an entry
that is not balanced.
"""

from __future__ import annotations

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from showfloor.kit.db import Database
from showfloor.ledger import tasks
from showfloor.ledger.tasks import BooksDiffer
from tests.integration.checkout.shop import execute, scalar
from tests.integration.ledger.conftest import SOLD, Shop


@pytest.mark.parametrize(
    "change",
    [
        "update ledger_posting set amount = amount + 1",
        "update ledger_entry set kind = 'refund'",
        "delete from ledger_posting",
        "delete from ledger_entry",
        "update ledger_line set rate = 1",
        "truncate ledger_posting, ledger_entry",
        "truncate payout_order, ledger_back, ledger_line, ledger_order",
    ],
)
async def test_database_refuses_to_change_what_was_written(shop: Shop, change: str) -> None:
    await shop.buy()
    await shop.hear()

    with pytest.raises(IntegrityError, match="never changed"):
        await execute(shop.database, change)

    assert await shop.entries() == SOLD


ADD = "insert into ledger_entry (id, kind, source_id, at, currency) values "
UNBALANCED = {
    "one side": "(10, 'merchant', 'x', 5)",
    "two sides that differ": "(10, 'merchant', 'x', 5), (11, 'provider', 'y', -4)",
}


async def add_entry(database: Database, postings: str) -> None:
    async with database.session() as session:
        entry = "'00000000-0000-0000-0000-000000000001'"
        await session.execute(text(f"{ADD} ({entry}, 'payment', {entry}, now(), 'GBP')"))
        if postings:
            values = postings.replace("(1", f"({entry}, 1")
            columns = "entry_id, position, holder, owner, amount"
            await session.execute(text(f"insert into ledger_posting ({columns}) values {values}"))


@pytest.mark.parametrize("postings", ["", *UNBALANCED.values()])
async def test_database_refuses_an_entry_that_is_not_balanced(
    database: Database, postings: str
) -> None:
    with pytest.raises(IntegrityError, match="not balanced"):
        await add_entry(database, postings)

    assert await scalar(database, "select count(*) from ledger_entry") == 0


LATE_POSTINGS = """insert into ledger_posting (entry_id, position, holder, owner, amount)
    select id, 7 + side, 'merchant', 'x', side * 2 - 1 from ledger_entry, (values (0), (1)) s (side)
    limit 2"""


async def test_entry_gains_no_postings_after_its_transaction(shop: Shop) -> None:
    """Balanced ones neither."""
    await shop.buy()
    await shop.hear()

    with pytest.raises(IntegrityError, match="gains no postings later"):
        await execute(shop.database, LATE_POSTINGS)

    assert await shop.entries() == SOLD


@pytest.mark.parametrize(
    ("table", "trigger", "harm", "postings"),
    [
        ("ledger_posting", "ledger_posting_not_emptied", "truncate ledger_posting", 0),
        ("ledger_posting", "ledger_posting_with_entry", LATE_POSTINGS, 8),
    ],
)
async def test_without_their_triggers_the_books_are_emptied_and_added_to(
    shop: Shop, database_url: str, table: str, trigger: str, harm: str, postings: int
) -> None:
    """The twin of both guards."""
    await shop.buy()
    await shop.hear()
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            SQL("alter table {} disable trigger {}").format(*map(Identifier, (table, trigger)))
        )

    await execute(shop.database, harm)

    assert await scalar(shop.database, "select count(*) from ledger_posting") == postings


async def test_job_finds_what_the_database_would_have_refused(
    database: Database, database_url: str
) -> None:
    """The twin: with the trigger taken out the entry stands, and the hourly job says so."""
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("alter table ledger_entry disable trigger ledger_entry_balance")
        admin.execute("alter table ledger_posting disable trigger ledger_posting_balance")
    await add_entry(database, UNBALANCED["one side"])

    with pytest.raises(BooksDiffer):
        await tasks.check_balance(database)
