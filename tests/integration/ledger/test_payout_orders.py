"""Of which orders a payout is: to the cent, over refunds, holds and payouts that came back."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from showfloor.kit import clock, ids
from showfloor.kit.money import Money
from showfloor.ledger import queries, service
from showfloor.ledger.errors import NothingPayable
from showfloor.ledger.queries import payouts
from showfloor.ledger.service import reading
from showfloor.ledger.types import Account, PayoutState
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import add_seller
from tests.integration.ledger.conftest import FEES, NET, PRICE, Shop, order_uuid, payable, shop_url
from tests.integration.ledger.test_payouts import ANNA, approve, compute, end, export


async def pay_out(shop: Shop) -> UUID:
    """The only payout of a batch that was settled."""
    await shop.hear()
    batch = await export(shop, await approve(shop, await compute(shop)))
    (payout,) = batch.payouts
    await end(shop, payout.id, PayoutState.SETTLED)
    shop.be(shop.seller.person)
    return payout.id


async def orders_of(shop: Shop, payout_id: UUID) -> tuple[dict[str, int], int, int]:
    """What of the payout is of which order, its rest and its sum; read in parts of two."""
    lines: dict[str, int] = {}
    cursor = ""
    while True:
        path = f"/ledger/payouts/{ids.encode('po', payout_id)}/orders?limit=2"
        page: dict[str, Any] = await shop.get(f"{path}{cursor and '&cursor='}{cursor}")
        lines |= {each["order_id"]: each["amount"]["amount"] for each in page["items"]}
        if (cursor := page["next_cursor"]) is None:
            return lines, page["rest"]["amount"], page["amount"]["amount"]


async def hold(shop: Shop, amount: int) -> UUID:
    async with shop.database.session() as session:
        held = await service.hold(
            session,
            person=ANNA,
            account=Account.merchant(shop.seller.merchant.id),
            currency="GBP",
            amount=amount,
            reason="asked",
            ends_at=clock.now() + timedelta(days=3),
        )
    return held.id


async def test_payout_names_each_order_with_what_it_made(shop: Shop) -> None:
    desks = [await payable(shop) for _ in range(3)]
    waiting = await shop.buy()
    first = await pay_out(shop)

    assert await orders_of(shop, first) == ({each.order_id: NET for each in desks}, 0, 3 * NET)
    assert waiting.order_id not in (await orders_of(shop, first))[0]


async def test_refund_after_a_payout_is_taken_back_by_the_next_under_its_order(shop: Shop) -> None:
    """The sale was paid in one month and is given back in the next."""
    sold = await payable(shop)
    await pay_out(shop)
    await sold.refund(("SALT", 1, 1))
    new = await payable(shop, 2)
    second = await pay_out(shop)

    lines, rest, whole = await orders_of(shop, second)
    # Of the sale stays the provider's fee, which the seller bears.
    assert lines[sold.order_id] == -PRICE + 110
    assert lines[sold.order_id] + lines[new.order_id] == whole
    assert rest == 0


async def test_what_was_kept_back_is_the_rest_of_one_payout_and_of_the_next(shop: Shop) -> None:
    first_order = await payable(shop)
    held = await hold(shop, 500)
    first = await pay_out(shop)
    async with shop.database.session() as session:
        await service.release(session, person=ANNA, hold_id=held)
    second = await pay_out(shop)

    assert await orders_of(shop, first) == ({first_order.order_id: NET}, -500, NET - 500)
    assert await orders_of(shop, second) == ({}, 500, 500)


@pytest.mark.parametrize("guarded", [True, False])
async def test_payout_that_came_back_is_named_again_by_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The twin: money of an order is paid as if it were of none."""
    if not guarded:
        monkeypatch.setattr(payouts, "_CAME_BACK", ())
    desk = await payable(shop)
    first = await pay_out(shop)
    await end(shop, first, PayoutState.RETURNED, "account closed")
    second = await pay_out(shop)

    named = ({desk.order_id: NET}, 0, NET) if guarded else ({}, NET, NET)
    assert await orders_of(shop, second) == named


@pytest.mark.parametrize("guarded", [True, False])
async def test_orders_of_a_payout_are_read_by_its_payee_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The twin: every seller reads what another was paid for."""
    await payable(shop)
    payout_id = await pay_out(shop)
    other = await add_seller(shop.database, "zafra", "ZA")
    if not guarded:
        everybody = [Account.merchant(shop.seller.merchant.id)]
        monkeypatch.setattr(reading, "own_accounts", lambda *_: everybody)
    shop.be(other.person)

    answer = await shop.counter.client.get(f"/ledger/payouts/{ids.encode('po', payout_id)}/orders")

    assert answer.status_code == (404 if guarded else 200)
    if guarded:
        assert answer.json()["code"] == "payout_not_found"


async def test_payout_that_nobody_approved_is_none(shop: Shop) -> None:
    await payable(shop)
    await shop.hear()
    batch = await compute(shop)
    shop.be(shop.seller.person)

    path = f"/ledger/payouts/{ids.encode('po', batch.payouts[0].id)}/orders"
    answer = await shop.counter.client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "payout_not_found")


async def test_payout_from_before_orders_were_noted_names_none(shop: Shop) -> None:
    await payable(shop)
    payout_id = await pay_out(shop)
    with psycopg.connect(shop_url(shop), autocommit=True) as admin:
        admin.execute("update payout set itemised = false")

    (shown,) = (await shop.get("/ledger/balances"))["payouts"]
    path = f"/ledger/payouts/{ids.encode('po', payout_id)}/orders"
    answer = await shop.counter.client.get(path)

    assert shown["itemised"] is False
    assert (answer.status_code, answer.json()["code"]) == (404, "payout_not_found")


async def test_old_payout_that_comes_back_leaves_what_was_paid_before_it(shop: Shop) -> None:
    """Its rows say what all of that time paid, not what it paid itself."""
    await payable(shop)
    old = await pay_out(shop)
    with psycopg.connect(shop_url(shop), autocommit=True) as admin:
        admin.execute("update payout set itemised = false")
    await end(shop, old, PayoutState.RETURNED)
    new = await payable(shop)
    payout = await pay_out(shop)

    lines, rest, whole = await orders_of(shop, payout)

    assert lines == {new.order_id: NET}
    assert (rest, whole) == (NET, 2 * NET), "what came back is of no order that is known"


@pytest.mark.parametrize("seed", range(3))
async def test_random_payouts_name_what_a_slow_oracle_says(shop: Shop, seed: int) -> None:
    """Sales, refunds, chargebacks, holds, payouts that are settled or come back. The oracle reads
    every posting of every order and keeps by hand what was paid of each.
    """
    random, desks, held = Random(seed), list[Desk](), list[UUID]()
    paid: dict[str, int] = {}
    kept_before = 0
    for _ in range(14):
        step = random.choice(
            ["buy", "buy", "refund", "chargeback", "hold", "release", "pay", "pay"]
        )
        if step == "buy" or not desks:
            desks.append(await payable(shop, random.randint(1, 3)))
        elif step == "refund":
            await random.choice(desks).refund(amount=random.randint(1, PRICE))
        elif step == "chargeback":
            async with shop.database.session() as session:
                await service.book_chargeback(
                    session,
                    person=ANNA,
                    order_id=order_uuid(random.choice(desks)),
                    amount=Money(random.randint(1, PRICE), "GBP"),
                    reference=ids.secret(),
                    fees=FEES,
                )
        elif step == "hold":
            held.append(await hold(shop, random.randint(1, PRICE)))
        elif step == "release" and held:
            async with shop.database.session() as session:
                await service.release(session, person=ANNA, hold_id=held.pop())
        elif step == "pay":
            await shop.hear()
            earned = await earned_of(shop)
            try:
                payout_id = await pay_out(shop)
            except NothingPayable:
                continue
            lines, rest, whole = await orders_of(shop, payout_id)
            due = {each: earned[each] - paid.get(each, 0) for each in earned}
            assert lines == {each: amount for each, amount in due.items() if amount}
            kept = await kept_now(shop)
            assert rest == kept_before - kept
            assert whole == sum(lines.values()) + rest
            if random.random() < 0.3:
                await end(shop, payout_id, PayoutState.RETURNED, "seed")
            else:
                paid, kept_before = dict(earned), kept


async def earned_of(shop: Shop) -> dict[str, int]:
    """Of each order, posting by posting."""
    found: dict[str, int] = {}
    async with await psycopg.AsyncConnection.connect(shop_url(shop)) as connection:
        rows = await connection.execute(
            "select e.order_id, p.amount, p.owner from ledger_posting p"
            " join ledger_entry e on e.id = p.entry_id where e.order_id is not null"
        )
        for order_id, amount, owner in await rows.fetchall():
            if owner == shop.seller.merchant.id.hex:
                name = ids.encode("ord", order_id)
                found[name] = found.get(name, 0) + amount
    return found


async def kept_now(shop: Shop) -> int:
    """What is kept back once everything else was paid."""
    async with shop.database.session() as session:
        account = Account.merchant(shop.seller.merchant.id)
        sums, _ = await queries.standing(session, account, clock.now())
        return sum(sums.values())
