"""`kill -9` between any two steps of paying loses and doubles nothing: only the first steps are run
here, then the worker's task.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from showfloor.app.verify import broken
from showfloor.catalog.types import Product
from showfloor.checkout import queries, service
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.service.paying import PaymentRequest, begin
from showfloor.checkout.service.settlement import record
from showfloor.checkout.types import (
    Intent,
    Payment,
    PaymentState,
    ProviderReply,
    ProviderStatus,
    TestCard,
)
from showfloor.kit import clock, ids
from showfloor.kit.money import Money
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import ASKS, OK, Buyer, Counter
from tests.integration.checkout.shop import execute, let_expire, scalar, stock_now
from tests.waiting import until_somebody_waits


@pytest.fixture(autouse=True)
async def adds_up(shop: Counter) -> AsyncIterator[None]:
    """Whatever was killed: in the end stock, orders, money and events agree."""
    yield
    assert await broken(shop.database, shop.providers) == []


async def started(shop: Counter, buyer: Buyer, number: str = OK, key: str = "k" * 16) -> Payment:
    """Step one alone: the intent is committed, then the process dies."""
    async with shop.database.transaction() as session:
        payment, _ = await begin(session, order_of(shop, buyer, number, key), "test")
    return payment


def order_of(shop: Counter, buyer: Buyer, number: str, key: str) -> PaymentRequest:
    total = Money(**buyer.checkout["total"])
    body = {
        "payment_method": {"type": "test", "number": number},
        "expected_total": buyer.checkout["total"],
    }
    request = shop.app.state.checkout.fingerprint(body)
    return PaymentRequest(
        ids.parse("chk", buyer.checkout["id"]),
        ids.parse("hold", buyer.hold["id"]),
        TestCard(number),
        total,
        key,
        request,
    )


async def worker_looks(shop: Counter, seconds: float = 20) -> None:
    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=seconds)):
        await service.settle_open_payments(shop.database, shop.providers)


async def state_of(shop: Counter, payment_id: UUID) -> object:
    return await scalar(shop.database, "select state from payment where id = :id", id=payment_id)


async def test_killed_before_the_provider_heard_of_it(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    payment = await started(shop, buyer)
    assert (await buyer.pay()).json()["code"] == "payment_in_progress"

    await worker_looks(shop)

    assert await state_of(shop, payment.id) == "declined"
    assert (
        await shop.provider.charge(Intent(payment.id, payment.amount), TestCard(OK))
    ).status is ProviderStatus.VOIDED
    assert (await buyer.look()).json()["status"] == "declined"
    assert (await buyer.pay()).json()["status"] == "paid"
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_killed_after_the_provider_took_the_money(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    payment = await started(shop, buyer)
    await shop.provider.charge(Intent(payment.id, payment.amount), TestCard(OK))

    await worker_looks(shop)
    await worker_looks(shop)

    assert (await buyer.look()).json()["status"] == "paid"
    assert shop.money_moved() == (1, 0)
    assert await scalar(shop.database, "select count(*) from orders") == 1
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_killed_after_the_provider_took_the_money_and_asked_again(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    payment = await started(shop, buyer)
    await shop.provider.charge(Intent(payment.id, payment.amount), TestCard(OK))

    assert (await buyer.pay(key="k" * 16)).json()["status"] == "paid"
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_killed_and_the_hold_ran_out(shop: Counter, buyer: Buyer, product: Product) -> None:
    await execute(shop.database, "update stock_item set on_hand = 1")
    await buyer.up_to_details(("SALT", 1))
    payment = await started(shop, buyer)
    await shop.provider.charge(Intent(payment.id, payment.amount), TestCard(OK))
    await let_expire(shop.database, ids.parse("hold", buyer.hold["id"]))
    await Buyer(shop).reserve(("SALT", 1))

    await worker_looks(shop)

    assert await state_of(shop, payment.id) == "voided"
    assert shop.money_moved() == (1, 1)
    assert (await buyer.pay(key="k" * 16)).json()["code"] == "hold_expired"
    assert await stock_now(shop.database, product) == Stock(1, 1, 0)


async def test_killed_before_the_money_was_given_back(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    payment = await started(shop, buyer)
    await shop.provider.charge(Intent(payment.id, payment.amount), TestCard(OK))
    await execute(shop.database, "update hold_line set state = 'released'")
    await execute(shop.database, "update stock_item set held = 0")
    async with shop.database.transaction() as session:
        recorded = await record(session, payment.id, ProviderReply(ProviderStatus.PAID))
        assert recorded.payment.state is PaymentState.VOIDING
    assert shop.money_moved() == (1, 0)

    await worker_looks(shop)

    assert await state_of(shop, payment.id) == "voided"
    assert shop.money_moved() == (1, 1)


async def test_worker_and_slow_request_meet(shop: Counter, buyer: Buyer, product: Product) -> None:
    """The worker gave the payment up as never arrived; the request that was to bring it wakes up
    and still calls the provider.
    """
    await buyer.up_to_details(("SALT", 1))
    payment = await started(shop, buyer)
    await worker_looks(shop)

    report = await shop.provider.charge(Intent(payment.id, payment.amount), TestCard(OK))
    async with shop.database.transaction() as session:
        assert (await record(session, payment.id, report)).payment.state is PaymentState.DECLINED

    assert shop.money_moved() == (0, 0)
    assert await stock_now(shop.database, product) == Stock(50, 1, 0)


async def test_same_payment_recorded_from_all_sides_at_once_sells_once(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 2))
    payment = await started(shop, buyer)
    await shop.provider.charge(Intent(payment.id, payment.amount), TestCard(OK))

    async def hear(report: ProviderStatus) -> PaymentState:
        async with shop.database.transaction() as session:
            reply = ProviderReply(report)
            return (await record(session, payment.id, reply)).payment.state

    words = [
        ProviderStatus.PAID,
        ProviderStatus.PENDING,
        ProviderStatus.PAID,
        ProviderStatus.UNKNOWN,
        ProviderStatus.PAID,
        ProviderStatus.PENDING,
    ]
    pays = [buyer.pay(key="k" * 16) for _ in range(3)]
    await asyncio.gather(*(hear(word) for word in words), worker_looks(shop), *pays)

    assert (await buyer.look()).json()["status"] == "paid"
    assert await scalar(shop.database, "select count(*) from orders") == 1
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 2)


async def test_two_cards_at_once_charge_once(shop: Counter, buyer: Buyer, product: Product) -> None:
    await buyer.up_to_details(("SALT", 1))

    answers = await asyncio.gather(*(buyer.pay() for _ in range(6)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json().get("code") or answer.json()["status"] for answer in answers} <= {
        "paid",
        "payment_in_progress",
    }
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


@pytest.mark.parametrize("guarded", [True, False])
async def test_goods_are_not_given_back_while_a_payment_begins(
    shop: Counter, buyer: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Two tabs.

    Without the guard, the lock on the checkout, the goods go and the money that follows has to be
    given back.
    """
    if not guarded:
        unlocked = queries.checkout_of_hold
        monkeypatch.setattr(
            queries, "checkout_of_hold", lambda session, hold_id, lock: unlocked(session, hold_id)
        )
    await buyer.up_to_details(("SALT", 1))
    async with asyncio.TaskGroup() as tabs, shop.database.transaction() as session:
        await begin(session, order_of(shop, buyer, OK, "k" * 16), "test")
        given_back = tabs.create_task(buyer.ask("DELETE", f"/holds/{buyer.hold['id']}"))
        await until_somebody_waits(shop.database)

    if guarded:
        assert given_back.result().json()["code"] == "payment_in_progress"
        assert await stock_now(shop.database, product) == Stock(50, 1, 0)
    else:
        assert given_back.result().status_code == 204
        assert await stock_now(shop.database, product) == Stock(50, 0, 0)


async def test_confirmation_whose_answer_got_lost(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(ASKS)
    payment_id = next(iter(shop.ledger()))
    await shop.provider.confirm(Intent(payment_id, Money(2200, "GBP")))

    await worker_looks(shop, seconds=6)

    assert (await buyer.confirm()).json()["status"] == "paid"
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_provider_that_does_not_answer_is_asked_again(
    shop: Counter, buyer: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    await buyer.up_to_details(("SALT", 1))
    real, calls = shop.provider.charge, []

    async def charge(intent: Intent, method: TestCard) -> ProviderReply:
        calls.append(await real(intent, method))
        if len(calls) == 1:
            raise ProviderUnavailable
        return calls[-1]

    monkeypatch.setattr(shop.provider, "charge", charge)
    lost = await buyer.pay(key="k" * 16)

    assert (lost.status_code, lost.json()["code"], lost.headers["retry-after"]) == (
        503,
        "provider_unavailable",
        "2",
    )
    assert (await buyer.look()).json()["status"] == "pending"
    assert (await buyer.pay(key="k" * 16)).json()["status"] == "paid"
    assert shop.money_moved() == (1, 0)


@pytest.mark.parametrize("failure", [ProviderUnavailable(), OSError("its books cannot be read")])
async def test_worker_survives_a_provider_that_does_not_answer(
    shop: Counter, buyer: Buyer, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    await buyer.up_to_details(("SALT", 1))
    payment = await started(shop, buyer)

    async def lookup(intent: Intent) -> ProviderReply:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(shop.provider, "lookup", lookup)
        await worker_looks(shop, seconds=20)
    assert await state_of(shop, payment.id) == "started"

    await worker_looks(shop, seconds=60)
    assert await state_of(shop, payment.id) == "declined"
