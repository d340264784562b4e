"""Payouts by two people; and a short random life of the books on the real database."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from showfloor.app.verify import broken
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.ledger import queries, service, tasks
from showfloor.ledger.adapters import sepa
from showfloor.ledger.errors import (
    BatchWaits,
    ChargebackInvalid,
    HoldOver,
    NeedsAnotherPerson,
    NothingPayable,
    PayoutStale,
    PayoutStepInvalid,
)
from showfloor.ledger.service import paying
from showfloor.ledger.types import Account, Batch, Payee, PayoutState
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import person, scalar
from tests.integration.ledger.conftest import (
    FEES,
    NET,
    PRICE,
    Shop,
    order_uuid,
    payable,
    shop_url,
)
from tests.waiting import bounded, hold_up, until_somebody_waits


def operator() -> Person:
    return replace(person(), is_operator=True)


ANNA, BORIS = operator(), operator()


async def compute(shop: Shop, who: Person = ANNA) -> Batch:
    async with shop.database.session() as session:
        return await service.compute(session, person=who, currency="GBP")


async def approve(shop: Shop, batch: Batch, who: Person = BORIS) -> Batch:
    async with shop.database.session() as session:
        return await service.approve(session, person=who, batch_id=batch.id)


async def export(shop: Shop, batch: Batch) -> Batch:
    async with shop.database.session() as session:
        return await service.export(session, person=ANNA, batch_id=batch.id, file="csv")


async def end(shop: Shop, payout_id: UUID, state: PayoutState, reason: str | None = None) -> None:
    async with shop.database.session() as session:
        await service.end(session, person=ANNA, payout_id=payout_id, state=state, reason=reason)


async def balance(shop: Shop) -> dict[str, Any]:
    shop.be(shop.seller.person)
    found: dict[str, Any] = (await shop.get("/ledger/balances"))["balances"][0]
    return found


async def test_payout_is_computed_by_one_and_approved_by_another(shop: Shop) -> None:
    await payable(shop)
    batch = await compute(shop)
    (payout,) = batch.payouts
    assert (payout.account, payout.amount.amount) == (
        Account.merchant(shop.seller.merchant.id),
        NET,
    )
    assert (await balance(shop))["balance"]["amount"] == NET

    with pytest.raises(NeedsAnotherPerson):
        await approve(shop, batch, ANNA)
    assert (await balance(shop))["balance"]["amount"] == NET

    await approve(shop, batch)
    assert (await balance(shop))["balance"]["amount"] == 0
    (shown,) = (await shop.get("/ledger/balances"))["payouts"]
    assert (shown["state"], shown["amount"]["amount"]) == ("approved", NET)


async def test_four_eyes_are_the_databases_too_and_without_both_two_are_enough(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with both guards taken out one person takes the money alone."""
    await payable(shop)
    batch = await compute(shop)
    monkeypatch.setattr(paying.rules, "may_approve", lambda *_: True)

    with pytest.raises(IntegrityError, match="four_eyes"):
        await approve(shop, batch, ANNA)
    assert (await balance(shop))["balance"]["amount"] == NET

    with psycopg.connect(shop_url(shop), autocommit=True) as admin:
        admin.execute("alter table payout_batch drop constraint ck_payout_batch_four_eyes")
    await approve(shop, batch, ANNA)
    assert (await balance(shop))["balance"]["amount"] == 0


async def test_only_operators_pay_out(shop: Shop) -> None:
    await payable(shop)

    with pytest.raises(Forbidden):
        await compute(shop, shop.seller.person)

    assert await scalar(shop.database, "select count(*) from payout_batch") == 0


async def test_money_is_paid_out_once(shop: Shop) -> None:
    await payable(shop)
    batch = await compute(shop)
    with pytest.raises(BatchWaits):
        await compute(shop)
    await approve(shop, batch)
    with pytest.raises(PayoutStepInvalid):
        await approve(shop, batch)
    with pytest.raises(NothingPayable):
        await compute(shop)

    assert await scalar(shop.database, "select count(*) from payout") == 1


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_two_who_compute_or_approve_at_once_pay_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The twin: with the lock and the index taken out, both look before either writes, and the
    seller is paid twice.
    """
    await payable(shop)
    meet(shop, monkeypatch, guard=guard)

    made = await asyncio.gather(compute(shop), compute(shop), return_exceptions=True)
    batches = [each for each in made if isinstance(each, Batch)]
    ends = await asyncio.gather(
        approve(shop, batches[0]),
        approve(shop, batches[-1], operator()),
        return_exceptions=True,
    )

    refused = {type(each) for each in (*made, *ends) if not isinstance(each, Batch)}
    assert len(batches) == (1 if guard else 2)
    assert refused == ({BatchWaits, PayoutStepInvalid} if guard else set())
    assert (await balance(shop))["balance"]["amount"] == (0 if guard else -NET)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_sale_of_this_moment_is_not_paid_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The twin: what somebody has is read after what of it waits, and a sale between the two is
    payable although its buyer may still withdraw.
    """
    await payable(shop)
    read = queries.standing
    looked, go_on = hold_up(monkeypatch, queries, "standing")
    held_up = queries.standing

    async def in_two(session: Session, account: Account, now: datetime) -> Any:
        _, waiting = await held_up(session, account, now)
        sums, _ = await read(session, account, now)
        return sums, waiting

    if not guard:
        monkeypatch.setattr(queries, "standing", in_two)
    computing = asyncio.create_task(compute(shop))
    async with bounded():
        await looked.wait()
    await shop.buy()
    await shop.hear()
    go_on.set()
    batch = await computing

    assert [each.amount.amount for each in batch.payouts] == [NET if guard else 2 * NET]


def meet(shop: Shop, monkeypatch: pytest.MonkeyPatch, *, guard: bool) -> None:
    """Who computes and who approves has looked, and writes only when somebody waits for it; without
    the guard, when both have looked.
    """
    both = asyncio.Barrier(2)
    waiting_batch, move = paying.queries.waiting_batch, paying._move

    async def look(session: Session, currency: str) -> UUID | None:
        found = await waiting_batch(session, currency)
        if not guard:
            await both.wait()
        elif found is None:
            await until_somebody_waits(shop.database)
        return found

    async def write(*values: Any) -> None:
        await (until_somebody_waits(shop.database) if guard else both.wait())
        await move(*values)

    async def no_lock(*_: object) -> None:
        return

    monkeypatch.setattr(paying.queries, "waiting_batch", look)
    monkeypatch.setattr(paying, "_move", write)
    if not guard:
        monkeypatch.setattr(paying.queries, "lock_currency", no_lock)
        with psycopg.connect(shop_url(shop), autocommit=True) as admin:
            admin.execute("drop index uq_payout_batch_waiting")


async def test_batch_that_would_pay_more_than_there_is_by_now_is_refused(shop: Shop) -> None:
    desk = await payable(shop)
    batch = await compute(shop)
    await desk.refund(amount=500)
    await shop.hear()

    with pytest.raises(PayoutStale):
        await approve(shop, batch)

    assert (await balance(shop))["balance"]["amount"] == NET - 500 + 25
    async with shop.database.session() as session:
        await service.discard(session, person=ANNA, batch_id=batch.id)
    assert (await compute(shop)).payouts[0].amount.amount == NET - 475


async def test_what_waits_or_is_kept_back_is_not_paid_out(shop: Shop) -> None:
    await payable(shop)
    await shop.buy()
    await shop.hear()
    account = Account.merchant(shop.seller.merchant.id)
    until = clock.now() + timedelta(days=7)
    async with shop.database.session() as session:
        held = await service.hold(
            session,
            person=ANNA,
            account=account,
            currency="GBP",
            amount=1000,
            reason="A parcel is on its way back",
            ends_at=until,
        )

    found = await balance(shop)
    assert (found["payable"]["amount"], found["kept_back"]["amount"]) == (NET - 1000, 1000)
    assert found["holds"][0]["reason"] == "A parcel is on its way back"
    batch = await compute(shop)
    assert batch.payouts[0].amount.amount == NET - 1000
    async with shop.database.session() as session:
        await service.release(session, person=ANNA, hold_id=held.id)
    assert (await balance(shop))["payable"]["amount"] == NET
    with pytest.raises(HoldOver):
        async with shop.database.session() as session:
            await service.release(session, person=ANNA, hold_id=held.id)


async def test_payout_is_sent_settled_and_comes_back(shop: Shop) -> None:
    await payable(shop)
    batch = await export(shop, await approve(shop, await compute(shop)))
    (payout,) = batch.payouts
    assert payout.state is PayoutState.SENT
    rows = sepa.payout_rows(batch, {payout.account: Payee("Loamwick", "DE89370400440532013000")})
    (row,) = csv.DictReader(io.StringIO("\n".join(",".join(map(str, each)) for each in rows)))
    assert (row["amount"], row["currency"]) == ("20.32", "GBP")
    sent = "select count(*) from outbox_event where kind = 'payout.sent.v1'"
    assert await scalar(shop.database, sent) == 1
    await export(shop, batch)
    assert await scalar(shop.database, sent) == 1

    await end(shop, payout.id, PayoutState.SETTLED)
    with pytest.raises(PayoutStepInvalid):
        await end(shop, payout.id, PayoutState.FAILED)
    await end(shop, payout.id, PayoutState.RETURNED, "The account is closed")

    assert (await balance(shop))["payable"]["amount"] == NET
    assert (await shop.entries())[-2:] == [("payout", -NET), ("payout_returned", NET)]
    (shown,) = (await shop.get("/ledger/balances"))["payouts"]
    assert (shown["state"], shown["reason"]) == ("returned", "The account is closed")


async def test_chargeback_is_booked_once_with_fee_and_no_more_than_the_order(shop: Shop) -> None:
    desk = await payable(shop)

    async def charge_back(amount: int, reference: str = "dp_1") -> None:
        async with shop.database.session() as session:
            await service.book_chargeback(
                session,
                person=ANNA,
                order_id=order_uuid(desk),
                amount=Money(amount, "GBP"),
                reference=reference,
                fees=FEES,
            )

    for _ in range(2):
        await charge_back(PRICE)
    with pytest.raises(ChargebackInvalid):
        await charge_back(PRICE + 1, "dp_2")

    assert (await shop.entries())[-2:] == [("chargeback", -PRICE), ("platform_fee_back", 110)]
    assert (await balance(shop))["payable"]["amount"] == -58


async def test_chargeback_before_the_sale_was_booked_leaves_it_its_fees(shop: Shop) -> None:
    desk = await shop.buy()
    async with shop.database.session() as session:
        await service.book_chargeback(
            session,
            person=ANNA,
            order_id=order_uuid(desk),
            amount=Money(1000, "GBP"),
            reference="dp_1",
            fees=FEES,
        )
    await shop.hear()

    assert await shop.balance() == NET - 1000 + 50


@pytest.mark.parametrize("seed", range(3))
async def test_random_life_of_the_books_adds_up(shop: Shop, seed: int) -> None:
    """As test_sequences, with the real shop: what the seller has, was paid and gave back makes what
    the buyers paid, and every check of `verify` holds.
    """
    random, desks = Random(seed), list[Desk]()
    for _ in range(8):
        step = random.choice(["buy", "buy", "refund", "cancel", "chargeback", "pay out"])
        desk = random.choice(desks) if desks else None
        if step == "buy" or desk is None:
            desks.append(await payable(shop, random.randint(1, 3)))
        elif step == "refund":
            await desk.refund(amount=random.randint(1, PRICE))
        elif step == "cancel":
            fresh = await shop.buy()
            await fresh.post("cancel")
        elif step == "chargeback":
            async with shop.database.session() as session:
                await service.book_chargeback(
                    session,
                    person=ANNA,
                    order_id=order_uuid(desk),
                    amount=Money(random.randint(1, PRICE), "GBP"),
                    reference=ids.secret(),
                    fees=FEES,
                )
        else:
            await shop.hear()
            try:
                batch = await export(shop, await approve(shop, await compute(shop)))
            except NothingPayable:
                continue
            end_with = random.choice([PayoutState.SETTLED, PayoutState.FAILED])
            await end(shop, batch.payouts[0].id, end_with, "seed")
        await shop.hear()

    await tasks.check_balance(shop.database)
    assert await broken(shop.database, shop.counter.providers) == []
    assert await scalar(shop.database, "select coalesce(sum(amount), 0) from ledger_posting") == 0
    transit = "select coalesce(sum(amount), 0) from ledger_posting where holder = 'transit'"
    assert await scalar(shop.database, transit) == 0
