"""What a whole purchase costs the database, counted over real HTTP with the provider's callback."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout.queries.payments import FIND
from showfloor.identity.service import admit
from showfloor.identity.types import CollectionPoint
from showfloor.kit.pace import Pace
from showfloor.kit.pipeline import PipelineConnection, Row, Statement
from showfloor.merchants import service as merchants
from showfloor.stock.queries import RESERVE
from showfloor.stock.types import Stock
from showfloor.viewers import service as viewers
from showfloor.viewers.service import Way
from tests.integration.checkout.counter import EMAIL, SECRET, Buyer, Counter
from tests.integration.checkout.shop import person, scalar, stock_now
from tests.integration.checkout.test_callbacks import calling_shop, calls_are_done, gate
from tests.statements import noted

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


async def cost_of(shop: Counter, statements: list[str], **came: object) -> tuple[int, int]:
    """Statements of a purchase, those of the accounts' own session among them, and its commits."""
    statements.clear()
    with noted(shop.database) as others:
        buyer = Buyer(shop)
        assert (await buyer.reserve(("SALT", 1))).status_code == 201
        assert (await buyer.give_details(**came)).status_code == 201
        assert (await buyer.pay()).json()["status"] == "paid"
        await calls_are_done(shop)
    ours = [each for each in statements if each not in FRAME]
    return len(ours) + len(others), statements.count("begin") + len(others)


async def code_of_a_partner(shop: Counter) -> str:
    async with shop.database.session() as session:
        creator = await merchants.add_creator(
            session, name={"en": "Vera", "ar": "فيرا"}, avatar_url="/vera.webp"
        )
        vera = person(creator_id=creator.id)
        return (await merchants.add_code(session, person=vera, text="VERA10")).text


async def session_of_an_account(shop: Counter) -> str:
    async with shop.database.session() as session:
        asked = await viewers.ask_sign_in(
            session,
            Pace(),
            secret=SECRET,
            admission=admit(CollectionPoint.VIEWER_ACCOUNT, adult=True),
            email=EMAIL,
            language="en",
            network="203.0.113.1",
        )
        letter = await viewers.find_letter(session, secret=SECRET, sign_in_id=asked.id)
    assert letter is not None
    entered = await viewers.enter(
        shop.database, secret=SECRET, way=Way(link=letter.link, asked_here=asked.id), browser=""
    )
    return entered.token


async def test_account_costs_two_statements_and_a_partner_one(
    calling_shop: Counter, statements: list[str]
) -> None:
    calling_shop.app.state.checkout.shelf._seconds = 3600
    code = await code_of_a_partner(calling_shop)
    token = await session_of_an_account(calling_shop)
    await cost_of(calling_shop, statements)

    guest = await cost_of(calling_shop, statements)
    by_link = await cost_of(calling_shop, statements, via=code)
    calling_shop.client.headers["X-Viewer-Token"] = token
    account = await cost_of(calling_shop, statements)
    both = await cost_of(calling_shop, statements, code=code)

    assert guest[0] <= MOST_STATEMENTS
    assert by_link == (guest[0] + 1, guest[1])
    # Who it is, is asked before the purchase's own transactions, in one that writes nothing: with
    # the details, and when it is paid, because somebody may have doubted their age meanwhile.
    assert account == (guest[0] + 2, guest[1] + 2)
    assert both == (guest[0] + 3, guest[1] + 2)
    bought = "select count(*) from orders where viewer_id is not null and affiliate_id is not null"
    assert await scalar(calling_shop.database, bought) == 1
