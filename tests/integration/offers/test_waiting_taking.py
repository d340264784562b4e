"""What is held for somebody is theirs alone who took it last: an earlier token of it opens nothing,
whoever had it. Each guard has its twin.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from showfloor.kit import ids
from showfloor.offers.rules import waiting as rules
from showfloor.offers.service import fetching, offer_freed
from showfloor.stock.queries import line
from showfloor.stock.types import Hold
from tests.guards import guarded
from tests.integration.checkout.counter import DECLINED, SLOW
from tests.integration.checkout.shop import scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.coupons import agrees
from tests.integration.offers.test_waiting import clock_of_lists, own_counts, sold_out
from tests.integration.offers.waiters import (
    Waiter,
    count,
    in_line,
    leave_by_mail,
    log_of,
    proof,
    run_out,
    take_by_mail,
)

__all__ = ["clock_of_lists", "own_counts", "sold_out"]
HELD = "select count(*) from hold_line where state = 'held'"


async def offered(hall: Hall) -> tuple[Waiter, dict[str, Any]]:
    (mallory,) = await in_line(hall, "mallory")
    await count(hall, 1)
    await offer_freed(hall.database)
    return mallory, await mallory.wait()


@guarded
async def test_who_sent_the_link_sees_nothing_of_who_bought(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Without a fresh id the order's page, with name and address, is the sender's too."""

    async def same(session: Any, hold_id: Any, **_: Any) -> tuple[Hold, None]:
        return await line.hold_by_id(session, hold_id), None

    if not guard:
        monkeypatch.setattr(fetching.stock, "hold_anew", same)
    mallory, place = await offered(sold_out)
    sender = await mallory.buyer()
    assert (await sender.give_details()).status_code == 201
    reader = await sold_out.buyer()

    assert (await take_by_mail(sold_out, place["id"], reader)).status_code == 200
    if guard:
        assert (await sender.pay()).json()["code"] == "hold_expired"
        gone = await sender.ask("GET", f"/holds/{sender.hold['id']}")
        assert gone.json()["code"] == "hold_expired"
    assert (await reader.give_details()).status_code == 201
    assert (await reader.pay()).json()["status"] == "paid"
    await offer_freed(sold_out.database)

    seen = (await sender.look()).json()
    assert bool(seen["orders"]) is not guard
    assert await scalar(sold_out.database, "select count(*) from orders") == 1
    checked = await proof(sold_out, place)
    assert (checked.problems, checked.bought) == ((), 1)
    assert await agrees(sold_out) == []


async def test_nobody_changes_where_goods_go_that_somebody_else_pays_for(sold_out: Hall) -> None:
    """Between an attempt that was declined and the next."""
    mallory, place = await offered(sold_out)
    reader = await sold_out.buyer()
    await take_by_mail(sold_out, place["id"], reader)
    assert (await reader.give_details()).status_code == 201
    assert (await reader.pay(DECLINED)).json()["status"] == "declined"

    sender = await mallory.buyer()
    assert (await sender.give_details()).status_code == 201

    assert (await reader.pay()).json()["code"] == "hold_expired"
    assert await scalar(sold_out.database, "select count(*) from orders") == 0
    assert await scalar(sold_out.database, HELD) == 1
    assert await agrees(sold_out) == []


@guarded
async def test_piece_is_not_taken_from_under_a_payment(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    async def nobody(*_: object) -> set[object]:
        return set()

    if not guard:
        monkeypatch.setattr(fetching.stock, "being_paid", nobody)
    mallory, place = await offered(sold_out)
    reader = await sold_out.buyer()
    await take_by_mail(sold_out, place["id"], reader)
    await reader.give_details()
    assert (await reader.pay(SLOW)).json()["status"] == "pending"
    before = await log_of(sold_out, place)

    answer = await mallory.take(await sold_out.buyer())

    assert answer.status_code == (409 if guard else 200)
    if guard:
        assert answer.json()["code"] == "wait_paying"
        now = await mallory.wait()
        assert (now["held"]["hold_id"], await log_of(sold_out, place)) == (
            reader.hold["id"],
            before,
        )


async def test_piece_that_is_taken_often_is_one_piece(sold_out: Hall) -> None:
    mallory, place = await offered(sold_out)
    buyers = [await sold_out.buyer() for _ in range(6)]

    answers = await asyncio.gather(
        *(
            mallory.take(each) if number % 2 else take_by_mail(sold_out, place["id"], each)
            for number, each in enumerate(buyers)
        )
    )

    assert {each.status_code for each in answers} == {200}
    assert len({each.json()["id"] for each in answers}) == 6
    assert {each.json()["expires_at"] for each in answers} == {place["held"]["until"]}
    looked = [await each.ask("GET", f"/holds/{each.hold['id']}") for each in buyers]
    assert sorted(each.status_code for each in looked) == [200, 409, 409, 409, 409, 409]
    (theirs,) = (each.json()["id"] for each in looked if each.status_code == 200)
    assert (await mallory.wait())["held"] == {**place["held"], "hold_id": theirs}
    assert await scalar(sold_out.database, HELD) == 1
    assert await agrees(sold_out) == []


async def test_piece_that_was_taken_runs_out_and_goes_to_the_next(sold_out: Hall) -> None:
    mallory, place = await offered(sold_out)
    await in_line(sold_out, "badr")
    buyer = await mallory.buyer()
    sold_out.passed[0] += rules.OFFER_SECONDS * 1000
    await run_out(sold_out.database, buyer.hold["id"])

    late = await mallory.take(await sold_out.buyer())
    await offer_freed(sold_out.database)
    after = await take_by_mail(sold_out, place["id"], await sold_out.buyer())

    for answer in (late, after):
        assert (answer.status_code, answer.json()["code"]) == (404, "wait_not_found")
    assert (await mallory.wait())["state"] == "passed"
    assert (await proof(sold_out, place)).problems == ()
    assert await agrees(sold_out) == []


async def test_only_what_is_held_for_somebody_is_taken_by_them(sold_out: Hall) -> None:
    mallory, badr = await in_line(sold_out, "mallory", "badr")
    early = await mallory.take(await sold_out.buyer())
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    place = await mallory.wait()

    foreign = await badr.send("POST", f"/waits/{place['id']}/hold")
    visitor = await sold_out.client.post(f"/api/v1/waits/{place['id']}/hold")
    wrong = await sold_out.client.post("/api/v1/waits/hold", json={"token": "x" * 43})

    assert (early.status_code, early.json()["code"]) == (404, "wait_not_found")
    codes = [each.status_code for each in (foreign, visitor, wrong)]
    assert codes == [404, 401, 404]
    assert await mallory.wait() == place
    buyer = await mallory.buyer()
    await buyer.give_details()
    await buyer.pay()
    await offer_freed(sold_out.database)
    bought = await mallory.take(await sold_out.buyer())
    assert (bought.status_code, bought.json()["code"]) == (409, "wait_held")


async def test_address_that_mail_programs_call_opens_nothing(sold_out: Hall) -> None:
    """It stands in the logs of every machine on the way."""
    mallory, place = await offered(sold_out)
    key, place_id = sold_out.app.state.settings.secret.encode(), ids.parse("wait", place["id"])
    leaves, opens = rules.leave_token(key, place_id), rules.wait_token(key, place_id)

    for path in ("open", "hold", "leave"):
        answer = await sold_out.client.post(f"/api/v1/waits/{path}", json={"token": leaves})
        assert (answer.status_code, answer.json()["code"]) == (404, "wait_not_found"), path
    other = await sold_out.client.post(f"/api/v1/viewer/waits/leave/{opens}")
    assert other.status_code == 404
    assert await mallory.wait() == place
    assert (await leave_by_mail(sold_out, place["id"])).status_code == 204


async def test_who_opened_the_mail_gives_it_up_there(sold_out: Hall) -> None:
    mallory, place = await offered(sold_out)
    key = sold_out.app.state.settings.secret.encode()
    token = rules.wait_token(key, ids.parse("wait", place["id"]))

    answer = await sold_out.client.post("/api/v1/waits/leave", json={"token": token})

    assert answer.status_code == 204
    assert await mallory.waits() == []
    assert await scalar(sold_out.database, HELD) == 0
