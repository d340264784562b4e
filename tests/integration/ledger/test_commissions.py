"""What a creator earns: agreed by both, kept by each order, given back with refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.ledger.http import commissions as commissions_http
from showfloor.ledger.service import agreeing
from showfloor.ledger.types import Side
from tests.integration.checkout.shop import execute, person
from tests.integration.ledger.conftest import Shop


@pytest.fixture
async def floor(shop: Shop) -> AsyncIterator[Shop]:
    shop.counter.app.include_router(commissions_http.router)
    yield shop


async def ask(shop: Shop, somebody: Person, path: str = "", body: object = None) -> httpx2.Response:
    shop.be(somebody)
    return await shop.counter.client.post(f"/commissions{path}", json=body)


async def propose(shop: Shop, somebody: Person, rate: int, **more: object) -> dict[str, Any]:
    sides = {
        "merchant_id": ids.encode("mer", shop.seller.merchant.id),
        "creator_id": ids.encode("cre", shop.host.creator_id or ids.new()),
    }
    answer = await ask(shop, somebody, "", {**sides, "rate": rate, **more})
    assert answer.status_code == 201, answer.text
    newest: dict[str, Any] = answer.json()["agreements"][0]
    return newest


async def agree_on(shop: Shop, rate: int, **more: object) -> dict[str, Any]:
    made = await propose(shop, shop.seller.person, rate, **more)
    answer = await ask(shop, shop.host, f"/{made['id']}/agree")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(
        each for each in answer.json()["agreements"] if each["id"] == made["id"]
    )
    return found


async def test_rate_is_in_force_when_the_other_side_agrees(floor: Shop) -> None:
    made = await propose(floor, floor.host, 800)
    assert (made["state"], made["may_agree"], made["proposed_by"]) == ("proposed", False, "creator")
    own = await ask(floor, floor.host, f"/{made['id']}/agree")
    assert (own.status_code, own.json()["code"]) == (409, "awaits_other_side")
    floor.be(floor.seller.person)
    (seen,) = (await floor.get("/commissions"))["agreements"]
    assert (seen["state"], seen["may_agree"]) == ("proposed", True)

    done = await ask(floor, floor.seller.person, f"/{made['id']}/agree")

    (agreed,) = done.json()["agreements"]
    assert (agreed["state"], agreed["rate"], agreed["may_agree"]) == ("in_force", 800, False)
    again = await ask(floor, floor.seller.person, f"/{made['id']}/agree")
    assert (again.status_code, again.json()["code"]) == (409, "agreement_over")


async def test_nobody_agrees_alone_and_without_the_guard_they_could(
    floor: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: where the side that proposed counts as the other one, a seller cuts alone."""
    made = await propose(floor, floor.seller.person, 800)
    refused = await ask(floor, floor.seller.person, f"/{made['id']}/agree")
    assert refused.json()["code"] == "awaits_other_side"
    assert (await floor.get("/commissions"))["agreements"][0]["state"] == "proposed"

    monkeypatch.setattr(agreeing.rules, "other", lambda side: Side(side))
    alone = await ask(floor, floor.seller.person, f"/{made['id']}/agree")

    assert alone.json()["agreements"][0]["state"] == "in_force"


async def test_sale_pays_commission_and_a_refund_takes_its_part_back(floor: Shop) -> None:
    await agree_on(floor, 850)
    desk = await floor.buy(2)
    await desk.refund(("SALT", 1, 0))
    await floor.hear()

    kinds = dict(await floor.entries())
    assert (kinds["commission"], kinds["commission_back"]) == (-374, 187)
    floor.be(floor.host)
    assert await floor.entries() == [("commission", 374), ("commission_back", -187)]
    assert await floor.balance() == 187
    (balance,) = (await floor.get("/ledger/balances"))["balances"]
    assert balance["payable"]["amount"] == 0


async def test_rate_of_an_order_is_that_of_its_moment_however_late_it_is_booked(
    floor: Shop,
) -> None:
    """It is agreed on after the sale, before the worker hears of the sale."""
    await agree_on(floor, 500)
    await floor.buy()
    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=1)):
        await agree_on(floor, 3000)
        await floor.hear()
        await floor.buy()
        await floor.hear()

    floor.be(floor.host)
    assert await floor.entries() == [("commission", 110), ("commission", 660)]


async def test_product_has_a_rate_of_its_own(floor: Shop) -> None:
    await agree_on(floor, 500)
    product = ids.encode("prod", floor.product.id)
    made = await agree_on(floor, 1000, product_id=product)
    assert made["product_name"]["en"] == "Thing"
    await floor.buy()
    await floor.hear()

    floor.be(floor.host)
    assert await floor.entries() == [("commission", 220)]


async def test_cut_comes_into_force_after_thirty_days(floor: Shop) -> None:
    await agree_on(floor, 1000)
    now = clock.now()
    with clock.use(lambda: now + timedelta(minutes=1)):
        cut = await agree_on(floor, 400)

    assert cut["state"] == "to_come"
    assert cut["in_force_from"] > clock.rfc3339(now + timedelta(days=29, hours=23))


async def test_proposal_is_taken_back_or_declined_and_gives_way_to_the_next(floor: Shop) -> None:
    first = await propose(floor, floor.seller.person, 800)
    second = await propose(floor, floor.host, 900)
    (newest, oldest) = (await floor.get("/commissions"))["agreements"]
    assert (newest["id"], oldest["id"], oldest["state"]) == (second["id"], first["id"], "ended")

    declined = await ask(floor, floor.seller.person, f"/{second['id']}/decline")

    assert {each["state"] for each in declined.json()["agreements"]} == {"ended"}
    late = await ask(floor, floor.host, f"/{second['id']}/decline")
    assert late.json()["code"] == "agreement_over"


async def test_strangers_neither_propose_nor_answer_nor_see(floor: Shop) -> None:
    made = await propose(floor, floor.seller.person, 800)
    stranger = person(creator_id=ids.new())
    sides = {
        "merchant_id": ids.encode("mer", floor.seller.merchant.id),
        "creator_id": ids.encode("cre", stranger.creator_id or ids.new()),
    }

    asked = await ask(floor, stranger, "", {**sides, "rate": 9000})
    answered = await ask(floor, stranger, f"/{made['id']}/agree")

    assert (asked.status_code, asked.json()["code"]) == (404, "partner_not_found")
    assert (answered.status_code, answered.json()["code"]) == (404, "agreement_not_found")
    assert (await floor.get("/commissions"))["agreements"] == []
    floor.be(floor.seller.person)
    assert len((await floor.get("/commissions"))["agreements"]) == 1


async def test_month_says_what_was_sold_earned_and_made_in_an_hour(floor: Shop) -> None:
    await agree_on(floor, 1000)
    await execute(floor.database, "update show set went_live_at = now() - interval '2 hours'")
    await execute(floor.database, "update show set ended_at = went_live_at + interval '2 hours'")
    desk = await floor.buy(2)
    await desk.refund(("SALT", 1, 0))
    await floor.hear()

    (row,) = (await floor.get("/commissions"))["month"]

    assert (row["sold"]["amount"], row["earned"]["amount"]) == (4400, 220)
    assert (row["on_air_seconds"], row["per_hour"]["amount"]) == (7200, 110)
    assert row["creator"]["name"]["en"] == "Host"
