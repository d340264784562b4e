"""What a buyer withdrew from is not the seller's until the buyer has everything back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy

from showfloor.identity.errors import Forbidden
from showfloor.kit import clock, ids
from showfloor.ledger import service
from showfloor.ledger.errors import NothingWithdrawn
from showfloor.ledger.queries import reading
from showfloor.ledger.service import booking
from showfloor.orders import service as orders
from showfloor.orders.types import Order, Refund
from showfloor.orders.views import due_back_of
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import execute, person, scalar
from tests.integration.checkout.test_delivery import EXPRESS, STANDARD
from tests.integration.checkout.test_delivery import add as add_delivery
from tests.integration.ledger.conftest import FEES, PRICE, Shop, arrive, order_uuid


async def withdraw(
    shop: Shop,
    desk: Desk,
    pieces: dict[str, int] | None = None,
    after: int = 0,
    *,
    is_heard: bool = True,
) -> None:
    secret = b"x" * 32
    token = orders.page_token(secret, order_uuid(desk))
    async with shop.database.session() as session:
        await orders.withdraw(session, secret=secret, token=token, pieces=pieces, after=after)
    if is_heard:
        await shop.hear()


async def arrived_and_withdrawn(shop: Shop) -> tuple[Desk, datetime]:
    """And when the days to withdraw are over."""
    desk = await shop.buy(2)
    return desk, await arrive_and_withdraw(shop, desk)


async def arrive_and_withdraw(shop: Shop, desk: Desk) -> datetime:
    await arrive(desk)
    await shop.hear()
    until = datetime.fromisoformat((await desk.look())["withdraw_until"])
    await withdraw(shop, desk)
    return until + timedelta(days=60)


async def payable_at(shop: Shop, moment: datetime) -> int:
    with clock.use(lambda: moment):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]
    return int(balance["payable"]["amount"])


@pytest.mark.parametrize(("guarded", "payable"), [(True, 0), (False, 4089)])
async def test_what_a_buyer_withdrew_from_is_not_payable_however_late_the_refund(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool, payable: int
) -> None:
    """The twin: where the books do not look at withdrawals, a seller is paid with the buyer's
    money.
    """
    _, later = await arrived_and_withdrawn(shop)
    if not guarded:
        monkeypatch.setattr(reading, "owes_buyer", sqlalchemy.false)

    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]

    assert balance["payable"]["amount"] == payable
    waits = [(each["payable_at"], each["withdrawn"]) for each in balance["waiting"]]
    assert waits == ([(None, True)] if guarded else [])


async def test_withdrawn_order_is_payable_once_the_buyer_has_everything_back(shop: Shop) -> None:
    desk, later = await arrived_and_withdrawn(shop)
    await desk.refund(("SALT", 1, 0))
    await shop.hear()
    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert (balance["payable"]["amount"], balance["waiting"][0]["withdrawn"]) == (0, True)

    await desk.refund(("SALT", 1, 0))
    await shop.hear()
    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]

    assert (balance["payable"]["amount"], balance["waiting"]) == (-91, [])


async def end_withdrawal(shop: Shop, desk: Desk) -> None:
    operator = replace(person(), is_operator=True)
    async with shop.database.session() as session:
        await service.end_withdrawal(session, person=operator, order_id=order_uuid(desk))


async def test_what_returned_goods_are_worth_less_waits_for_an_operator(shop: Shop) -> None:
    """The orders take it off what is owed (Directive 2011/83/EU art 14(2)) by the seller's word
    alone; the books do not.
    """
    desk, later = await arrived_and_withdrawn(shop)
    await desk.take_back(("SALT", 2, 1, 1), lost=500)
    due = (await desk.look())["owed"]["now"]["amount"]
    await desk.refund(("SALT", 2, 0), amount=due)
    await shop.hear()
    assert due == 2 * PRICE - 500
    assert await payable_at(shop, later) == 0

    await end_withdrawal(shop, desk)

    assert 0 < await payable_at(shop, later) < 500


@pytest.mark.parametrize(("guarded", "payable"), [(True, 0), (False, 4088)])
async def test_seller_alone_does_not_lift_what_the_books_hold(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool, payable: int
) -> None:
    """The twin: where what a seller says of returned goods counts, it is paid with the buyer's
    money for a penny.
    """
    if not guarded:
        monkeypatch.setattr(booking, "_due_in_all", lambda order, _done: due_back_of(order).amount)
    desk, later = await arrived_and_withdrawn(shop)
    await desk.take_back(("SALT", 2, 2, 0), lost=2 * PRICE)
    await desk.refund(amount=1)
    await shop.hear()

    assert await payable_at(shop, later) == payable


def given_and_left(order: Order, done: Sequence[Refund]) -> int:
    return sum(each.amount.amount for each in done) + due_back_of(order).amount


@pytest.mark.parametrize("guarded", [True, False])
async def test_refund_of_pieces_below_their_price_leaves_the_rest_owed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Where other goods stay paid. The twin: what the orders reckon takes the pieces for paid
    back.
    """
    if not guarded:
        monkeypatch.setattr(booking, "_due_in_all", given_and_left)
    buyer = Buyer(shop.counter)
    await buyer.up_to_details(("SALT", 1), ("CLAY", 1))
    paid = (await buyer.pay()).json()
    await execute(
        shop.database, "update order_line set no_withdrawal = 'perishable' where sku = 'CLAY'"
    )
    shop.be(shop.seller.person)
    desk = Desk(shop.counter, paid["orders"][0]["id"])
    later = await arrive_and_withdraw(shop, desk)

    await desk.refund(("SALT", 1, 0), amount=1)
    await shop.hear()

    assert (await payable_at(shop, later) == 0) is guarded
    await desk.refund(amount=PRICE - 1)
    await shop.hear()
    assert await payable_at(shop, later) > 0


async def test_dearer_delivery_than_the_cheapest_is_not_owed_to_the_buyer(shop: Shop) -> None:
    """Directive 2011/83/EU art 13(2): who gave back the rest owes nothing more, and no operator has
    to say so.
    """
    await add_delivery(shop.counter, shop.seller, STANDARD)
    express = await add_delivery(shop.counter, shop.seller, EXPRESS)
    buyer = Buyer(shop.counter)
    await buyer.reserve(("SALT", 1))
    await buyer.give_details(delivery=[ids.encode("dlv", express.id)])
    paid = (await buyer.pay()).json()
    shop.be(shop.seller.person)
    desk = Desk(shop.counter, paid["orders"][0]["id"])
    later = await arrive_and_withdraw(shop, desk)

    await desk.refund(amount=PRICE + 395 - 1)
    await shop.hear()
    assert await payable_at(shop, later) == 0
    await desk.refund(amount=1)
    await shop.hear()

    assert await payable_at(shop, later) > 0


async def test_nothing_more_is_owed_stays_said_when_more_is_given_back(shop: Shop) -> None:
    desk, later = await arrived_and_withdrawn(shop)
    await end_withdrawal(shop, desk)

    await desk.refund(amount=1)
    await shop.hear()

    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert (balance["payable"]["amount"], balance["waiting"]) == (4088, [])


async def test_operator_says_that_nothing_more_is_owed_to_the_buyer(shop: Shop) -> None:
    desk, later = await arrived_and_withdrawn(shop)
    operator = replace(person(), is_operator=True)
    async with shop.database.session() as session:
        with pytest.raises(Forbidden):
            await service.end_withdrawal(
                session, person=shop.seller.person, order_id=order_uuid(desk)
            )
        with pytest.raises(NothingWithdrawn):
            await service.end_withdrawal(session, person=operator, order_id=ids.new())
        await service.end_withdrawal(session, person=operator, order_id=order_uuid(desk))

    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert (balance["payable"]["amount"], balance["waiting"]) == (4089, [])


async def test_withdrawal_that_no_event_brought_is_noted_by_the_daily_walk(shop: Shop) -> None:
    """From before the books looked at withdrawals, or of an event that was parked."""
    _, later = await arrived_and_withdrawn(shop)
    await execute(shop.database, "update ledger_order set withdrawn_at = null, due_back = null")
    assert await payable_at(shop, later) == 4089

    assert await service.book_missing(shop.database, FEES) == 1
    assert await service.book_missing(shop.database, FEES) == 0

    assert await payable_at(shop, later) == 0


async def test_later_withdrawal_that_no_event_brought_is_noted_by_the_daily_walk(
    shop: Shop,
) -> None:
    """The twin is in it: until the walk, the seller is paid with the buyer's money."""
    desk = await shop.buy(2)
    await arrive(desk)
    await shop.hear()
    until = datetime.fromisoformat((await desk.look())["withdraw_until"])
    await withdraw(shop, desk, {"SALT": 1})
    await desk.refund(("SALT", 1, 0))
    await shop.hear()
    await withdraw(shop, desk, after=1, is_heard=False)
    later = until + timedelta(days=60)
    assert await payable_at(shop, later) > 0

    assert await service.book_missing(shop.database, FEES) == 1
    assert await service.book_missing(shop.database, FEES) == 0

    assert await payable_at(shop, later) == 0


@pytest.mark.parametrize(("guarded", "held"), [(True, PRICE), (False, 2 * PRICE)])
async def test_what_an_operator_closed_stays_closed_when_the_buyer_withdraws_from_more(
    shop: Shop, guarded: bool, held: int
) -> None:
    """One piece came back worthless and was closed; then the buyer withdraws from the other. The
    twin: where nothing is written off, both prices are owed.
    """
    desk = await shop.buy(3)
    await arrive(desk)
    await shop.hear()
    until = datetime.fromisoformat((await desk.look())["withdraw_until"])
    await withdraw(shop, desk, {"SALT": 1})
    await end_withdrawal(shop, desk)
    assert await payable_at(shop, until + timedelta(days=60)) > 0
    if not guarded:
        await execute(shop.database, "update ledger_order set written_off = 0")

    await withdraw(shop, desk, {"SALT": 1}, after=1)

    owed = "select due_back - written_off from ledger_order"
    assert await scalar(shop.database, owed) == held
    assert await payable_at(shop, until + timedelta(days=60)) == 0
    await desk.refund(("SALT", 1, 0))
    await shop.hear()
    assert (await payable_at(shop, until + timedelta(days=60)) > 0) is guarded
