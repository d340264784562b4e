"""What a whole purchase costs the database, counted over real HTTP with the provider's callback."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout.queries.payments import FIND
from showfloor.kit.pipeline import PipelineConnection, Row, Statement
from showfloor.stock.queries import RESERVE
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.shop import stock_now
from tests.integration.checkout.test_callbacks import calling_shop, calls_are_done, gate

__all__ = ["calling_shop", "gate"]
MOST_STATEMENTS, MOST_COMMITS, MOST_WAITING, MOST_ROUND_TRIPS = 16, 4, 2, 8
SYNC, SOFTLY = "sync", "set local synchronous_commit to off"
SOFTLY_ALONE = "select set_config('synchronous_commit', 'off', true)"
FRAME = "begin", SOFTLY, SOFTLY_ALONE, "commit", SYNC
"""What stands around statements, and is none of them."""


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is sent to the database, in order; `sync` ends each round trip."""
    sent, exchange = list[str](), PipelineConnection.exchange

    async def counted(
        connection: PipelineConnection, statements: Sequence[Statement]
    ) -> list[list[Row]]:
        sent.extend([*(statement.text for statement in statements), SYNC])
        return await exchange(connection, statements)

    monkeypatch.setattr(PipelineConnection, "exchange", counted)
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

    sent = list(statements)
    ours = [each for each in sent if each not in FRAME]
    assert len(ours) <= MOST_STATEMENTS, ours
    assert sent.count(SYNC) <= MOST_ROUND_TRIPS
    # Each that waits for the disk: the intent and the result, which are about money. The hold and
    # the details do not wait: they are nothing before the intent, which comes after them.
    softly = [sent[place + 1] for place, each in enumerate(sent) if each == SOFTLY_ALONE]
    assert softly == [RESERVE]
    assert sent.count("begin") - sent.count(SOFTLY) <= MOST_WAITING
    assert sent.count("begin") + len(softly) <= MOST_COMMITS
    assert sent.count(SOFTLY) == 1
    assert await stock_now(calling_shop.database, product) == Stock(50, 1, 1)


async def test_callback_that_repeats_what_is_known_is_one_statement(
    calling_shop: Counter, statements: list[str]
) -> None:
    buyer = Buyer(calling_shop)
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay()).json()["status"] == "paid"
    statements.clear()

    await calls_are_done(calling_shop)

    assert statements == [FIND, SYNC]
