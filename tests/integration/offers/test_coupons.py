"""A coupon from its plan to the refund of what was bought with it."""

from __future__ import annotations

import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.offers.service import end_coupons
from tests.integration.checkout.counter import ASKS, DECLINED
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import execute, let_expire, scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.coupons import agrees, claimer, counts, open_coupon


async def test_coupon_is_claimed_taken_off_and_given_back_to_the_penny(
    hall: Hall, database: Database
) -> None:
    coupon = await open_coupon(hall)
    anna = await claimer(hall)

    claimed = await anna.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 3))
    quote = await anna.quote()
    assert (await anna.details()).status_code == 201
    paid = await anna.buyer.pay()

    assert claimed.status_code == 201 and claimed.json()["state"] == "claimed"
    assert quote["total"]["amount"] == 3 * 2500 - 400
    [part] = quote["sellers"]
    words = [each["words"]["en"] for each in part["reasons"] if each["code"] == "coupon"]
    assert words == ["£4.00 off: show coupon Slow morning"]
    assert paid.json()["status"] == "paid"
    [placed] = paid.json()["orders"]
    assert placed["total"]["amount"] == 7100
    assert await counts(hall) == [("open", 1, 1, 5)]
    assert await agrees(hall) == []

    desk = Desk(anna.buyer.counter, placed["id"], hall.seller)
    order = (await desk.shop.client.get(desk.path, headers=hall.seller)).json()
    assert order["quote"]["coupon"]["amount"]["amount"] == 400
    assert "Once for each person." in order["quote"]["coupon"]["terms"]["en"]
    [line] = order["items"]
    assert [line[name]["amount"] for name in ("full", "discount", "total")] == [7500, 400, 7100]
    given = []
    for _ in range(3):
        answer = await desk.refund(("MUG-1", 1, 1))
        assert answer.status_code == 200, answer.text
        given.append(answer.json()["refunds"][-1]["amount"]["amount"])

    assert given == [2366, 2367, 2367] and sum(given) == 7100
    assert await agrees(hall) == []
    # Somebody who returned everything has used it.
    assert await counts(hall) == [("open", 1, 1, 5)]
    assert await scalar(database, "select sum(discount_amount) from order_line") == 400


async def test_purchase_without_the_coupon_costs_what_it_costs(hall: Hall) -> None:
    coupon = await open_coupon(hall)
    anna = await claimer(hall)
    await anna.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 1))
    anna.tokens = []

    quote = await anna.quote()
    await anna.details()
    paid = await anna.buyer.pay()

    assert quote["total"]["amount"] == 2500
    assert paid.json()["orders"][0]["total"]["amount"] == 2500
    assert await counts(hall) == [("open", 1, 0, 5)]
    assert await agrees(hall) == []


async def test_claim_that_is_not_used_goes_to_somebody_else(hall: Hall, database: Database) -> None:
    coupon = await open_coupon(hall, quota=1, keep_s=600)
    anna, ben = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)
    refused = await ben.claim(coupon)
    await execute(database, "update coupon_claim set until = clock_timestamp()")

    taken = await ben.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 1))
    quote = await anna.quote()

    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_used_up")
    assert taken.status_code == 201
    assert quote["total"]["amount"] == 2500
    [passed] = quote["coupons_passed"]
    assert (passed["why"], passed["words"]["en"]) == (
        "ended",
        "Your coupon Slow morning has ended.",
    )
    assert await counts(hall) == [("open", 1, 0, 0)]


async def test_minimum_says_how_much_is_missing(hall: Hall) -> None:
    coupon = await open_coupon(hall, minimum=5000)
    anna = await claimer(hall)
    await anna.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 1))

    [passed] = (await anna.quote())["coupons_passed"]

    assert (passed["why"], passed["short"]["amount"]) == ("minimum", 2500)


async def test_seller_keeps_its_floor(hall: Hall) -> None:
    coupon = await open_coupon(hall, floor=9_000, value=2000)
    anna = await claimer(hall)
    await anna.claim(coupon)

    paid = await anna.buy(("MUG-1", 1))

    assert paid.json()["orders"][0]["total"]["amount"] == 2250
    assert await agrees(hall) == []


async def test_drop_and_coupon_are_not_added_up(hall: Hall) -> None:
    coupon = await open_coupon(hall)
    drop = await hall.open()
    anna = await claimer(hall)
    await anna.claim(coupon)
    await anna.buyer.take(drop)

    quote = await anna.quote()
    await anna.details()
    paid = await anna.buyer.pay()

    assert [each["why"] for each in quote["coupons_passed"]] == ["drop"]
    assert paid.json()["orders"][0]["total"]["amount"] == 1900
    assert await counts(hall) == [("open", 1, 0, 5)]


@pytest.mark.parametrize("is_over", [False, True], ids=["runs", "over"])
async def test_coupon_comes_off_the_usual_price_beside_a_drop_of_the_goods(
    hall: Hall, database: Database, is_over: bool
) -> None:
    """A drop's price stands beside the usual one for a time; it is for what is held of the drop
    alone.
    """
    coupon = await open_coupon(hall)
    drop = await hall.open()
    anna, ben = await claimer(hall), await claimer(hall)
    for one in (anna, ben):
        await one.claim(coupon)
    await ben.buyer.take(drop)
    await ben.details(email="ben@example.com")
    of_drop = await ben.buyer.pay()
    if is_over:
        await hall.end(drop)

    await anna.buyer.reserve(("MUG-1", 2))
    quote = await anna.quote()
    await anna.details()
    paid = await anna.buyer.pay()

    timed = "select string_agg(amount::text, ',') from timed_price"
    assert await scalar(database, timed) == "1900"
    assert of_drop.json()["orders"][0]["total"]["amount"] == 1900
    assert quote["total"]["amount"] == 2 * 2500 - 400 and quote["coupons_passed"] == []
    assert paid.json()["orders"][0]["total"]["amount"] == 4600
    # The drop's buyer still has theirs.
    assert await counts(hall) == [("open", 2, 1, 4)]
    assert await agrees(hall) == []


async def test_person_uses_it_as_often_as_one_may(hall: Hall) -> None:
    coupon = await open_coupon(hall)
    anna = await claimer(hall)
    await anna.claim(coupon)
    await anna.claim(coupon)
    assert len(anna.tokens) == 1
    await anna.buy(("MUG-1", 1))

    again = await anna.claim(coupon)
    # Another browser, and the same address.
    ben = await claimer(hall)
    await ben.claim(coupon)
    await ben.buyer.reserve(("MUG-1", 1))
    refused = await ben.details(email="ANNA@example.com")
    other = await ben.details(email="ben@example.com")

    assert (again.status_code, again.json()["code"]) == (409, "coupon_limit_reached")
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_gone")
    assert other.status_code == 201
    assert await counts(hall) == [("open", 2, 1, 4)]


async def test_network_gets_no_more_than_its_room(hall: Hall) -> None:
    coupon = await open_coupon(hall)
    house = [await claimer(hall, "10.9.9.9") for _ in range(5)]

    answers = [await one.claim(coupon) for one in house]

    assert [each.status_code for each in answers] == [201] * 4 + [409]
    assert answers[-1].json()["code"] == "coupon_network_limit"


async def test_first_order_is_said_when_the_buyer_is_known(hall: Hall) -> None:
    coupon = await open_coupon(hall, first_order=True)
    before, anna = await claimer(hall), await claimer(hall)
    await before.buy(("MUG-1", 1))
    await anna.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 1))

    refused = await anna.details()
    new = await anna.details(email="new@example.com")
    paid = await anna.buyer.pay()

    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_first_order_only")
    assert new.status_code == 201
    assert paid.json()["orders"][0]["total"]["amount"] == 2100


async def test_followers_coupon_says_what_to_do(hall: Hall) -> None:
    coupon = await open_coupon(hall, followers=True)
    anna = await claimer(hall)

    refused = await anna.claim(coupon)

    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_not_for_you_yet")
    assert refused.json()["needs"] == "sign_in"
    assert await counts(hall) == [("open", 0, 0, 6)]


async def test_declined_payment_gives_the_coupon_back(hall: Hall) -> None:
    coupon = await open_coupon(hall)
    anna = await claimer(hall)
    await anna.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 1))
    await anna.details()

    declined = await anna.buyer.pay(DECLINED)
    between = await counts(hall)
    paid = await anna.buyer.pay()

    assert declined.json()["status"] == "declined"
    assert between == [("open", 1, 0, 5)]
    assert paid.json()["orders"][0]["total"]["amount"] == 2100
    assert await counts(hall) == [("open", 1, 1, 5)]
    assert await agrees(hall) == []


async def test_claim_pays_for_one_purchase_alone(hall: Hall) -> None:
    coupon = await open_coupon(hall)
    anna, tab = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)
    tab.tokens = anna.tokens
    for one in (anna, tab):
        await one.buyer.reserve(("MUG-1", 1))
        assert (await one.details(email="same@example.com")).status_code == 201

    asks = await anna.buyer.pay(ASKS)
    meanwhile = await tab.buyer.pay()
    confirmed = await anna.buyer.confirm()
    afterwards = await tab.buyer.pay()

    assert asks.json()["status"] == "needs_confirmation"
    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "coupon_gone")
    assert confirmed.json()["status"] == "paid"
    assert afterwards.json()["code"] == "coupon_gone"
    assert await counts(hall) == [("open", 1, 1, 5)]
    assert await agrees(hall) == []


async def test_coupon_that_ended_is_refused_and_nothing_is_charged(
    hall: Hall, database: Database
) -> None:
    coupon = await open_coupon(hall)
    anna = await claimer(hall)
    await anna.claim(coupon)
    await anna.buyer.reserve(("MUG-1", 1))
    await anna.details()
    await execute(database, "update coupon_claim set until = clock_timestamp()")

    refused = await anna.buyer.pay()
    await anna.details()
    paid = await anna.buyer.pay()

    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_gone")
    assert await scalar(database, "select count(*) from payment") == 1
    assert paid.json()["orders"][0]["total"]["amount"] == 2500
    assert await counts(hall) == [("open", 1, 0, 5)]


async def test_goods_that_are_gone_give_money_and_coupon_back(
    hall: Hall, database: Database
) -> None:
    coupon = await open_coupon(hall)
    anna = await claimer(hall)
    await anna.claim(coupon)
    await execute(database, "update stock_item set on_hand = 1 where on_hand = 10")
    assert (await anna.buyer.reserve(("MUG-1", 1))).status_code == 201
    await anna.details()
    await anna.buyer.pay(ASKS)
    await let_expire(database, ids.parse("hold", anna.buyer.hold["id"]))
    other = await claimer(hall)
    assert (await other.buyer.reserve(("MUG-1", 1))).status_code == 201

    await anna.buyer.confirm()

    assert await scalar(database, "select state from coupon_claim") == "claimed"
    assert await agrees(hall) == []


async def test_ended_coupon_knows_nobody(hall: Hall, database: Database) -> None:
    coupon = await open_coupon(hall)
    anna, ben = await claimer(hall), await claimer(hall)
    for one in (anna, ben):
        await one.claim(coupon)
    await anna.buy(("MUG-1", 1))
    await execute(
        database,
        "update coupon set ends_at = clock_timestamp();"
        "update coupon_claim set until = clock_timestamp()",
    )

    await end_coupons(database)

    assert await counts(hall) == [("ended", 1, 1, 5)]
    known = "select count(*) from coupon_claim where coalesce(person, buyer) is not null"
    assert await scalar(database, known) == 0
    assert await scalar(database, "select salt from coupon") is None
    assert await agrees(hall) == []
    assert (await ben.claim(coupon)).json()["code"] == "coupon_ended"


async def test_coupon_that_cannot_end_keeps_no_other_from_it(
    hall: Hall, database: Database
) -> None:
    broken = await open_coupon(hall)
    await (await claimer(hall)).claim(broken)
    await hall.ask("POST", f"/coupons/{broken}/close", hall.host)
    await open_coupon(hall)
    # Fewer are taken than go back.
    await execute(
        database,
        "update coupon set ends_at = clock_timestamp(), taken = 0;"
        "update coupon_claim set until = clock_timestamp()",
    )

    await end_coupons(database)

    states = "select string_agg(state, ',' order by id) from coupon"
    assert await scalar(database, states) == "closed,ended"
