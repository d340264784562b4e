"""Many buyers at one moment, and what is found when a guard is taken out."""

from __future__ import annotations

import asyncio
from typing import LiteralString

import httpx2
import pytest

from showfloor.app import verify
from showfloor.kit import ids
from showfloor.kit.db import Collided, Database
from showfloor.offers import queries
from showfloor.offers.rules import running
from showfloor.stock.queries import apart
from tests.integration.checkout.counter import DECLINED, OK
from tests.integration.checkout.shop import execute, let_expire, stock_now
from tests.integration.offers.conftest import DropBuyer, Hall
from tests.waiting import hold_up, until_somebody_waits

UNITS, BUYERS = 6, 24


async def rush(hall: Hall, drop: str, buyers: list[DropBuyer]) -> list[httpx2.Response]:
    return await asyncio.gather(*(buyer.take(drop) for buyer in buyers))


async def test_exactly_the_units_are_sold_and_failed_payments_come_back(
    hall: Hall, database: Database
) -> None:
    drop = await hall.open(units=UNITS)
    buyers = [await hall.buyer() for _ in range(BUYERS)]

    sold: list[DropBuyer] = []
    cards = iter([DECLINED, DECLINED])
    while len(sold) < UNITS:
        waiting = [buyer for buyer in buyers if buyer not in sold]
        answers = await rush(hall, drop, waiting)
        got = [one for one, answer in zip(waiting, answers, strict=True) if answer.is_success]
        assert len(got) == UNITS - len(sold)
        codes = {answer.json()["code"] for answer in answers if not answer.is_success}
        assert codes == {"drop_sold_out"}
        await asyncio.gather(*(buyer.give_details() for buyer in got))
        paid = await asyncio.gather(*(buyer.pay(next(cards, OK)) for buyer in got))
        statuses = [answer.json()["status"] for answer in paid]
        sold += [buyer for buyer, each in zip(got, statuses, strict=True) if each == "paid"]
        failed = [buyer for buyer, each in zip(got, statuses, strict=True) if each == "declined"]
        assert len(sold) + len(failed) >= len(got)
        await let_expire(database, *(ids.parse("hold", buyer.hold["id"]) for buyer in failed))
    answers = await rush(hall, drop, [buyer for buyer in buyers if buyer not in sold])
    assert {answer.json()["code"] for answer in answers} == {"drop_sold_out"}
    proof = await hall.proof(drop)

    assert proof.holds, proof.problems
    assert (proof.sold, proof.released) == (UNITS, 2)
    left = await stock_now(database, hall.floor.products[0])
    assert (left.sold, left.held, left.available) == (UNITS, 0, 10 - UNITS)
    assert await verify.broken(database, hall.app.state.checkout.providers) == []


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_without_the_guard_of_the_stock_the_log_says_that_more_were_held(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        open_door: LiteralString = apart.TAKE_APART.replace(" and free >= %(quantity)s", "")
        assert open_door != apart.TAKE_APART
        assert apart.take_apart.__kwdefaults__ is not None
        monkeypatch.setitem(apart.take_apart.__kwdefaults__, "statement", open_door)
        await execute(database, "alter table stock_apart drop constraint ck_stock_apart_free")
    drop = await hall.open(units=2)
    buyers = [await hall.buyer() for _ in range(5)]

    answers = await rush(hall, drop, buyers)
    got = [one for one, answer in zip(buyers, answers, strict=True) if answer.is_success]
    # Nobody pays: the table of the stock refuses to sell what is not there in any case.
    await let_expire(database, *(ids.parse("hold", buyer.hold["id"]) for buyer in got))
    proof = await hall.proof(drop)

    assert len(got) == (2 if guarded else 5)
    assert [problem.check for problem in proof.problems] == ([] if guarded else ["units"])


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_without_the_guard_of_the_limit_the_log_says_so(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(running, "is_over_limit", lambda *_args, **_more: False)
    drop = await hall.open()
    buyer = await hall.buyer()
    first = await buyer.take(drop)
    await buyer.give_details()
    await buyer.pay()

    # Two requests of one person at one moment.
    again = await asyncio.gather(buyer.take(drop), buyer.take(drop))
    for answer in again:
        if answer.is_success:
            other = DropBuyer(buyer.counter, answer.json()["token"], answer.json())
            await other.give_details()
            await other.pay()
    proof = await hall.proof(drop)

    assert first.status_code == 201
    assert [answer.is_success for answer in again] == [not guarded] * 2
    assert [problem.check for problem in proof.problems] == ([] if guarded else ["limits"])


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_without_the_lock_of_the_drop_two_records_claim_one_place(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(queries, "_LOCK", queries._LOCK.replace(" for update", ""))
    looked, go_on = hold_up(monkeypatch, queries, "pieces_of_person")
    drop = await hall.open(units=UNITS)
    first, second = [await hall.buyer() for _ in range(2)]

    asks = asyncio.ensure_future(first.take(drop))
    await looked.wait()
    meanwhile = asyncio.ensure_future(second.take(drop))
    if guarded:
        await until_somebody_waits(database)
    else:
        await meanwhile
    go_on.set()

    assert (await meanwhile).status_code == 201
    if guarded:
        assert (await asks).status_code == 201
    else:
        with pytest.raises(Collided):
            await asks
