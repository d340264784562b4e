"""Nobody takes the goods from under a payment: neither who leaves the line by the mail or in
another tab, nor an erasure. Each guard has its twin, in which the buyer pays for nothing.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from showfloor.checkout import tasks
from showfloor.kit import clock
from showfloor.kit.messages import translate
from showfloor.offers.service import offer_freed
from showfloor.privacy import service as privacy
from showfloor.stock.queries import line
from tests.guards import guarded
from tests.integration.checkout.counter import DECLINED, SLOW
from tests.integration.checkout.shop import scalar
from tests.integration.offers.conftest import DropBuyer, Hall
from tests.integration.offers.coupons import agrees
from tests.integration.offers.test_waiting import clock_of_lists, own_counts, sold_out
from tests.integration.offers.waiters import (
    Waiter,
    count,
    in_line,
    leave_by_mail,
    log_of,
    proof,
)
from tests.integration.viewers.own_data import registry

__all__ = ["clock_of_lists", "own_counts", "registry", "sold_out"]
ORDERS = "select count(*) from orders"


async def no_payment(*_: object) -> set[object]:
    return set()


async def paying(who: Waiter, number: str = SLOW) -> DropBuyer:
    """What is held for them is being paid for."""
    buyer = await who.buyer()
    assert (await buyer.give_details()).status_code == 201
    assert (await buyer.pay(number)).json()["status"] in ("pending", "declined")
    return buyer


async def bank_answers(hall: Hall) -> None:
    now = clock.now()
    for seconds in (1.5, 3, 5):
        with clock.use(lambda seconds=seconds: now + timedelta(seconds=seconds)):
            providers = hall.app.state.checkout.providers
            await tasks.settle_open_payments(hall.database, providers=providers)


@guarded
@pytest.mark.parametrize("way", ["by mail", "signed in"])
async def test_place_is_not_left_while_it_is_paid_for(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, way: str, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(line, "being_paid", no_payment)
    anna, badr = await in_line(sold_out, "anna", "badr")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    buyer = await paying(anna)
    place = await anna.wait()
    before = await log_of(sold_out, place)

    left = await (
        leave_by_mail(sold_out, place["id"]) if way == "by mail" else anna.leave(place["id"])
    )
    if guard:
        assert (left.status_code, left.json()["code"]) == (409, "wait_paying")
        assert (await anna.wait(), await log_of(sold_out, place)) == (place, before)
    await offer_freed(sold_out.database)
    await bank_answers(sold_out)
    await offer_freed(sold_out.database)

    assert (await buyer.look()).json()["status"] == ("paid" if guard else "expired")
    assert await scalar(sold_out.database, ORDERS) == (1 if guard else 0)
    assert (await badr.wait())["state"] == ("waiting" if guard else "offered")
    checked = await proof(sold_out, place)
    assert (checked.problems, checked.bought) == ((), 1 if guard else 0)
    assert await agrees(sold_out) == []


async def test_place_is_left_once_the_payment_was_declined(sold_out: Hall) -> None:
    anna, badr = await in_line(sold_out, "anna", "badr")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    place = await anna.wait()
    await paying(anna, DECLINED)

    assert (await leave_by_mail(sold_out, place["id"])).status_code == 204
    await offer_freed(sold_out.database)

    assert (await badr.wait())["state"] == "offered"
    assert await scalar(sold_out.database, ORDERS) == 0


@guarded
async def test_erasure_waits_for_what_is_being_paid_for(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """They leave every other line at once."""
    if not guard:
        monkeypatch.setattr(line, "being_paid", no_payment)
    anna, _ = await in_line(sold_out, "anna", "badr")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    place = await anna.wait()
    await paying(anna)
    secret = sold_out.app.state.settings.secret
    assert (await anna.send("POST", "/viewer/erasure")).status_code == 202
    offered = "select count(*) from waiting_place where state = 'offered'"
    receipts = "select count(*) from privacy_receipt where eraser = 'offers' and at is null"

    await privacy.carry_out_erasures(sold_out.database, secret=secret)
    assert await scalar(sold_out.database, offered) == (1 if guard else 0)
    assert await scalar(sold_out.database, receipts) == (1 if guard else 0)
    await bank_answers(sold_out)
    await privacy.carry_out_erasures(sold_out.database, secret=secret)

    assert await scalar(sold_out.database, ORDERS) == (1 if guard else 0)
    assert await scalar(sold_out.database, "select count(*) from waiting_place") == 1
    assert (await proof(sold_out, place)).bought == (1 if guard else 0)


async def test_who_bought_is_not_told_that_nothing_was_charged(sold_out: Hall) -> None:
    """When the last one in line bought, the list ends and its places are gone: the link of the mail
    finds nothing any more.
    """
    (anna,) = await in_line(sold_out, "anna")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    place = await anna.wait()
    await paying(anna)
    await bank_answers(sold_out)
    await offer_freed(sold_out.database)

    answer = await leave_by_mail(sold_out, place["id"])

    assert (answer.status_code, answer.json()["code"]) == (404, "wait_not_found")
    assert await scalar(sold_out.database, ORDERS) == 1
    assert "What you have bought stays yours." in translate("en", "error.wait_not_found")
    assert "ما اشتريته يبقى لك." in translate("ar", "error.wait_not_found")
