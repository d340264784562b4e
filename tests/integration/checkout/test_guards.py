"""The guards of a child and of money, each beside its twin: the same request with the guard taken
out must do the harm.
"""

from __future__ import annotations

import asyncio

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout import rules
from showfloor.checkout.errors import PaymentInProgress
from showfloor.checkout.queries import checkouts, payments
from showfloor.checkout.service import paying
from showfloor.checkout.service.paying import begin
from showfloor.identity.service import Gate
from showfloor.identity.types import Admission, AgeAnswer, CollectionPoint
from showfloor.kit import clock
from tests.integration.checkout.counter import OK, Buyer, Counter
from tests.integration.checkout.shop import execute, scalar
from tests.integration.checkout.test_crashes import order_of
from tests.waiting import until_somebody_waits

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


def _lets_everybody_in(_gate: Gate, point: CollectionPoint, _answer: AgeAnswer) -> Admission:
    return Admission(point, clock.now())


@guarded
@pytest.mark.parametrize(
    "said", [{"adult": False}, {"born": {"day": 3, "month": 7, "year": clock.now().year - 11}}]
)
async def test_nothing_is_kept_of_who_may_not_buy(
    shop: Counter,
    buyer: Buyer,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
    said: dict[str, object],
) -> None:
    if not guard:
        monkeypatch.setattr(Gate, "admit", _lets_everybody_in)
    await buyer.reserve(("SALT", 1))

    answer = await buyer.give_details(**said)

    assert answer.status_code == (403 if guard else 201)
    assert await scalar(shop.database, "select count(*) from checkout where email is not null") == (
        0 if guard else 1
    )


@guarded
async def test_no_other_sum_is_charged_than_the_one_that_was_shown(
    shop: Counter, buyer: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "is_as_shown", lambda total, expected: True)
    await buyer.up_to_details(("SALT", 1))

    answer = await buyer.pay(expected_total={"amount": 100, "currency": "GBP"})

    assert answer.status_code == (409 if guard else 200)
    assert shop.money_moved() == ((0, 0) if guard else (1, 0))


@guarded
async def test_two_cards_at_the_same_moment_begin_one_payment(
    shop: Counter, buyer: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The lock on the checkout, and behind it the index that allows one open payment."""
    if not guard:
        monkeypatch.setattr(payments, "LOCKED", checkouts.UNLOCKED)
        # The goods' deadline is moved under a lock of its own, which would hide what is to be seen.
        monkeypatch.setattr(paying.stock, "ask_extended", paying.stock.ask_open)
        await execute(shop.database, "drop index uq_payment_one_blocking")
    await buyer.up_to_details(("SALT", 1))

    async def second() -> None:
        async with shop.database.transaction() as session:
            await begin(session, order_of(shop, buyer, OK, "b" * 16), "test")

    async with shop.database.transaction() as session:
        await begin(session, order_of(shop, buyer, OK, "a" * 16), "test")
        other = asyncio.create_task(second())
        await (until_somebody_waits(shop.database) if guard else other)
    if guard:
        with pytest.raises(PaymentInProgress):
            await other

    assert await scalar(
        shop.database,
        f"select count(*) from payment where state in {tuple(map(str, rules.BLOCKING))}",
    ) == (1 if guard else 2)
