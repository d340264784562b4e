"""Many people claim at one moment, and what happens when a guard is taken out."""

from __future__ import annotations

import asyncio

import pytest

from showfloor.app import verify
from showfloor.kit.db import Database
from showfloor.offers.queries import coupons as queries
from showfloor.offers.queries import uses
from showfloor.offers.service import using
from tests.integration.checkout.shop import scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.coupons import claimer, counts, open_coupon
from tests.waiting import hold_up, until_somebody_waits

QUOTA, CLAIMERS = 6, 24


async def test_exactly_the_quota_is_claimed(hall: Hall, database: Database) -> None:
    coupon = await open_coupon(hall, quota=QUOTA)
    crowd = [await claimer(hall) for _ in range(CLAIMERS)]

    answers = await asyncio.gather(*(one.claim(coupon) for one in crowd))
    got = [one for one, answer in zip(crowd, answers, strict=True) if answer.is_success]
    refused = {answer.json()["code"] for answer in answers if not answer.is_success}

    assert len(got) == QUOTA and refused == {"coupon_used_up"}
    assert await counts(hall) == [("open", QUOTA, 0, 0)]
    assert await scalar(database, "select taken from coupon") == QUOTA
    assert await verify.broken(database, hall.app.state.checkout.providers) == []


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_without_the_lock_of_the_coupon_more_are_claimed(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        open_door = queries._LOCK.replace(" for update", "")
        assert open_door != queries._LOCK
        monkeypatch.setattr(queries, "_LOCK", open_door)
    looked, go_on = hold_up(monkeypatch, queries, "claims_of_network")
    coupon = await open_coupon(hall, quota=1)
    first, second = await claimer(hall), await claimer(hall)

    asks = asyncio.ensure_future(first.claim(coupon))
    await looked.wait()
    meanwhile = asyncio.ensure_future(second.claim(coupon))
    if guarded:
        await until_somebody_waits(database)
    else:
        await meanwhile
    go_on.set()
    answers = await asyncio.gather(asks, meanwhile)

    assert [answer.is_success for answer in answers] == [True, not guarded]
    found = await verify.broken(database, hall.app.state.checkout.providers)
    assert bool(found) is not guarded


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_without_the_check_at_the_payment_a_claim_is_used_twice(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    async def let_through(*_: object) -> None:
        """In the place of the check."""

    if not guarded:
        monkeypatch.setattr(using, "_check_use", let_through)
    coupon = await open_coupon(hall)
    anna, tab = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)
    tab.tokens = anna.tokens
    for one in (anna, tab):
        await one.buyer.reserve(("MUG-1", 1))
        assert (await one.details(email="same@example.com")).status_code == 201
    assert (await anna.buyer.pay()).json()["status"] == "paid"

    second = await tab.buyer.pay()

    assert (second.json().get("code") == "coupon_gone") is guarded
    found = await verify.broken(database, hall.app.state.checkout.providers)
    assert bool(found) is not guarded


async def test_two_purchases_with_one_claim_at_one_moment_use_it_once(
    hall: Hall, database: Database
) -> None:
    coupon = await open_coupon(hall)
    anna, tab = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)
    tab.tokens = anna.tokens
    for one in (anna, tab):
        await one.buyer.reserve(("MUG-1", 1))
        await one.details(email="same@example.com")

    answers = await asyncio.gather(anna.buyer.pay(), tab.buyer.pay())

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await counts(hall) == [("open", 1, 1, 5)]
    assert await verify.broken(database, hall.app.state.checkout.providers) == []


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_without_the_lock_of_the_claim_two_purchases_pay_with_it(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(uses, "_LOCK_COUPONS", "select %(ids)s::uuid[]")
        monkeypatch.setattr(uses, "_HELD_LOCKED", uses._HELD)
    coupon = await open_coupon(hall)
    anna, tab = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)
    tab.tokens = anna.tokens
    for one in (anna, tab):
        await one.buyer.reserve(("MUG-1", 1))
        await one.details(email="same@example.com")
    looked, go_on = hold_up(monkeypatch, uses, "uses_of_buyer")

    asks = asyncio.ensure_future(anna.buyer.pay())
    await looked.wait()
    meanwhile = asyncio.ensure_future(tab.buyer.pay())
    if guarded:
        await until_somebody_waits(database)
        go_on.set()
        answers = await asyncio.gather(asks, meanwhile)
        assert [answer.status_code for answer in answers] == [200, 409]
    else:
        assert (await meanwhile).json()["status"] == "paid"
        go_on.set()
        # The database itself refuses what comes out of it, after the money was taken.
        await asyncio.gather(asks, return_exceptions=True)
    orders = await scalar(database, "select count(*) from orders")

    assert orders == 1 if guarded else orders == 2
