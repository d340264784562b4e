"""What a whole purchase costs the database, counted over real HTTP with the provider's callback."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from showfloor.catalog.types import Product
from showfloor.stock.queries import RESERVE
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.shop import stock_now
from tests.integration.checkout.test_callbacks import calling_shop, calls_are_done, gate

__all__ = ["calling_shop", "gate"]
MOST_STATEMENTS, MOST_COMMITS = 16, 3


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is sent to the database, in order."""
    sent, execute = list[str](), psycopg.AsyncCursor.execute

    async def counted(cursor: Any, query: Any, *args: Any, **more: Any) -> Any:
        sent.append(str(query))
        return await execute(cursor, query, *args, **more)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", counted)
    return sent


async def test_purchase_costs_few_statements_and_commits(
    calling_shop: Counter, product: Product, statements: list[str]
) -> None:
    calling_shop.app.state.checkout.shelf._seconds = 3600
    first = Buyer(calling_shop)
    await first.up_to_details(("SALT", 1))
    statements.clear()

    buyer = Buyer(calling_shop)
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay()).json()["status"] == "paid"
    await calls_are_done(calling_shop)

    sent, statements[:] = list(statements), []
    ours = [each for each in sent if each != "commit" and not each.startswith("begin")]
    assert len(ours) <= MOST_STATEMENTS, ours
    # Each that waits for the disk: the hold's statement, which is its own, the intent, the result.
    # The details do not wait: they are nothing before the intent, which comes after them.
    durable = sent.count("begin") + ours.count(RESERVE)
    assert durable <= MOST_COMMITS
    assert [each for each in sent if each.startswith("begin;")] == [
        "begin; set local synchronous_commit to off"
    ]
    assert await stock_now(calling_shop.database, product) == Stock(50, 1, 1)


async def test_callback_that_repeats_what_is_known_is_one_statement(
    calling_shop: Counter, statements: list[str]
) -> None:
    buyer = Buyer(calling_shop)
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay()).json()["status"] == "paid"
    statements.clear()

    await calls_are_done(calling_shop)

    assert statements == ["select state from payment where id = %(id)s"]
