"""Who plans, agrees to, opens and closes a coupon, and what is refused."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.offers.rules import policy
from showfloor.offers.service import end_coupons
from tests.integration.checkout.counter import ASKS
from tests.integration.checkout.shop import execute, scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.coupons import agrees, claimer, counts, open_coupon, plan


async def test_seller_is_asked_and_only_then_it_opens(hall: Hall) -> None:
    planned = (await plan(hall)).json()["id"]
    anna = await claimer(hall)

    early = await hall.ask("POST", f"/coupons/{planned}/open", hall.host)
    strange = await hall.ask("POST", f"/coupons/{planned}/agree", hall.stranger, json={})
    unopened = await anna.claim(planned)
    asked = await hall.ask("GET", "/coupons/asked", hall.seller)
    hidden = await anna.buyer.ask("GET", f"/shows/{hall.show}/coupon")

    assert early.json()["code"] == "coupon_not_agreed"
    assert strange.status_code == 404
    assert unopened.status_code in (404, 409)
    assert [each["id"] for each in asked.json()["coupons"]] == [planned]
    assert hidden.json() == {"coupon": None}
    assert await counts(hall) == [("planned", 0, 0, 6)]


async def test_seller_takes_back_the_yes_before_the_coupon_is_opened(
    hall: Hall, database: Database
) -> None:
    coupon = (await plan(hall)).json()["id"]
    await hall.ask("POST", f"/coupons/{coupon}/agree", hall.seller, json={"floor": 9_000})
    listed = await hall.ask("GET", "/coupons/asked", hall.seller)

    others = [
        await hall.ask("POST", f"/coupons/{coupon}/withdraw", who)
        for who in (hall.host, hall.stranger)
    ]
    kept = await scalar(database, "select agreed and floor = 9000 from coupon")
    taken_back = [
        await hall.ask("POST", f"/coupons/{coupon}/withdraw", hall.seller) for _ in range(2)
    ]
    refused = await hall.ask("POST", f"/coupons/{coupon}/open", hall.host)

    assert [each["agreed"] for each in listed.json()["coupons"]] == [True]
    assert [each.json()["code"] for each in others] == ["coupon_not_found"] * 2
    assert kept is True
    assert [answer.json()["agreed"] for answer in taken_back] == [False, False]
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_not_agreed")
    assert await scalar(database, "select floor from coupon") == 0
    await hall.ask("POST", f"/coupons/{coupon}/agree", hall.seller, json={})
    assert (await hall.ask("POST", f"/coupons/{coupon}/open", hall.host)).status_code == 200


async def test_seller_closes_a_coupon_that_can_be_claimed(hall: Hall, database: Database) -> None:
    coupon = await open_coupon(hall)
    anna, late = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)
    listed = await hall.ask("GET", "/coupons/asked", hall.seller)

    closed = [await hall.ask("POST", f"/coupons/{coupon}/withdraw", hall.seller) for _ in range(2)]
    refused = await late.claim(coupon)
    paid = await anna.buy(("MUG-1", 1))
    await execute(database, "update coupon set ends_at = clock_timestamp()")
    await end_coupons(database)
    afterwards = await hall.ask("POST", f"/coupons/{coupon}/withdraw", hall.seller)

    assert [each["state"] for each in listed.json()["coupons"]] == ["open"]
    assert [answer.json()["state"] for answer in closed] == ["closed", "closed"]
    assert refused.json()["code"] == "coupon_ended"
    # What was claimed stays good.
    assert paid.json()["orders"][0]["total"]["amount"] == 2100
    assert (afterwards.status_code, afterwards.json()["code"]) == (409, "coupon_state_conflict")
    assert await counts(hall) == [("ended", 1, 1, 5)]
    assert await agrees(hall) == []


async def test_show_has_room_for_so_many_planned_coupons(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "MOST_PLANNED", 2)

    answers = await asyncio.gather(*(plan(hall) for _ in range(4)))
    before = await counts(hall)
    await hall.ask("POST", f"/coupons/{_made(answers)[0]}/close", hall.host)
    again = await plan(hall)

    refused = [each.json()["code"] for each in answers if each.status_code == 409]
    assert len(_made(answers)) == 2 and refused == ["too_many_planned"] * 2
    assert before == [("planned", 0, 0, 6)] * 2
    assert again.status_code == 201


def _made(answers: list[httpx2.Response]) -> list[str]:
    return [each.json()["id"] for each in answers if each.status_code == 201]


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({"value": 2500}, 409),
        ({"kind": "percent", "value": 9_500}, 422),
        ({"valid_until": "2020-01-01T00:00:00Z", "valid_s": None}, 409),
        ({"valid_s": None}, 422),
        ({"per_person": 7}, 422),
        ({"product_ids": [ids.encode("prod", ids.new())]}, 409),
        ({"merchant_id": ids.encode("mer", ids.new())}, 409),
        ({"name": {"en": "One language alone"}}, 422),
    ],
)
async def test_coupon_that_cannot_be_is_not_planned(
    hall: Hall, terms: dict[str, object], status: int
) -> None:
    refused = await plan(hall, **terms)

    assert refused.status_code == status, refused.text
    assert await counts(hall) == []


async def test_one_coupon_is_open_at_a_time_and_claims_stop(hall: Hall) -> None:
    coupon = await open_coupon(hall)
    other = (await plan(hall)).json()["id"]
    await hall.ask("POST", f"/coupons/{other}/agree", hall.seller, json={})
    anna, late = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)

    running = await hall.ask("POST", f"/coupons/{other}/open", hall.host)
    closed = await hall.ask("POST", f"/coupons/{coupon}/close", hall.host)
    refused = await late.claim(coupon)
    paid = await anna.buy(("MUG-1", 1))

    assert running.json()["code"] == "coupon_running"
    assert closed.json()["state"] == "closed"
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_ended")
    # What was claimed stays good.
    assert paid.json()["orders"][0]["total"]["amount"] == 2100
    assert (await counts(hall))[0] == ("closed", 1, 1, 5)


async def test_coupon_that_is_over_keeps_no_other_from_opening(
    hall: Hall, database: Database
) -> None:
    coupon = await open_coupon(hall)
    other = (await plan(hall)).json()["id"]
    await hall.ask("POST", f"/coupons/{other}/agree", hall.seller, json={})
    anna = await claimer(hall)
    await anna.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 1))
    await anna.details()
    assert (await anna.buyer.pay(ASKS)).json()["status"] == "needs_confirmation"
    await execute(
        database, "update coupon set ends_at = clock_timestamp() where opened_at is not null"
    )
    # It waits for the payment.
    await end_coupons(database)
    waiting = await counts(hall)

    opened = await hall.ask("POST", f"/coupons/{other}/open", hall.host)
    confirmed = await anna.buyer.confirm()
    await end_coupons(database)

    assert waiting == [("open", 1, 0, 5), ("planned", 0, 0, 6)]
    assert opened.status_code == 200, opened.text
    assert confirmed.json()["status"] == "paid"
    assert await counts(hall) == [("ended", 1, 1, 5), ("open", 0, 0, 6)]
    assert await agrees(hall) == []
