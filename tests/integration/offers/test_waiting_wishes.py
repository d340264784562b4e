"""A comment that wants a piece for which somebody waits holds none, alone or beside what its writer
holds already. Each guard has its twin, in which the comment overtakes the line.
"""

from __future__ import annotations

from typing import Any

import pytest

from showfloor.offers.service import offer_freed
from showfloor.stock import queries as stock_queries
from showfloor.stock.queries import MARGINS, RESERVE, changes
from tests.guards import guarded
from tests.integration.checkout.shop import scalar
from tests.integration.offers.conftest import DropBuyer, Hall
from tests.integration.offers.test_waiting import clock_of_lists, own_counts, sold_out
from tests.integration.offers.test_waiting_networks import OTHER, change
from tests.integration.offers.waiters import SKU, count, in_line
from tests.integration.room.conftest import ADULT
from tests.integration.stock.test_line import without_line

__all__ = ["clock_of_lists", "own_counts", "sold_out"]


async def wish(buyer: DropBuyer, hall: Hall) -> dict[str, Any]:
    """What the page is told of `mine 1`, which is the mug. It asks for the hold by that."""
    said = {"text": "mine 1", "name": "Sofia", **ADULT}
    browser = buyer.counter.client
    answer = await browser.post(f"/shows/{hall.show}/messages", json=said)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["wish"]
    assert (found["sku"], found["quantity"]) == (SKU, 1)
    return found


@guarded
async def test_comment_gets_no_piece_for_which_somebody_waits(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        reserve = stock_queries.reserve
        unguarded = without_line(RESERVE)
        monkeypatch.setattr(
            stock_queries, "reserve", lambda database, asked: reserve(database, asked, unguarded)
        )
    (anna,) = await in_line(sold_out, "anna")
    await count(sold_out, 1)
    writer = await sold_out.buyer()
    found = await wish(writer, sold_out)

    answer = await writer.reserve((SKU, 1), key=found["key"])
    await offer_freed(sold_out.database)

    assert (answer.status_code, (await anna.wait())["state"]) == (
        (409, "offered") if guard else (201, "waiting")
    )
    if guard:
        assert answer.json()["code"] == "sold_out"
        assert await scalar(sold_out.database, "select count(*) from hold") == 1, "anna's alone"


@guarded
async def test_comment_adds_no_piece_for_which_somebody_waits(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Beside what its writer holds already."""
    if not guard:
        monkeypatch.setattr(changes, "MARGINS", without_line(MARGINS))
    writer = await sold_out.buyer()
    assert (await writer.reserve((OTHER, 1))).status_code == 201
    (anna,) = await in_line(sold_out, "anna")
    await count(sold_out, 1)
    await wish(writer, sold_out)

    answer = await change(writer, (OTHER, 1), (SKU, 1))
    held = await writer.ask("GET", f"/holds/{writer.hold['id']}")
    await offer_freed(sold_out.database)

    assert (answer.status_code, (await anna.wait())["state"]) == (
        (409, "offered") if guard else (200, "waiting")
    )
    assert {each["sku"] for each in held.json()["lines"]} == ({OTHER} if guard else {OTHER, SKU})
    if guard:
        assert answer.json()["code"] == "sold_out"


async def test_comment_adds_nothing_to_what_was_waited_for(sold_out: Hall) -> None:
    """Neither more of it while others wait, nor other goods, whose time is shorter."""
    anna, badr = await in_line(sold_out, "anna", "badr")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    buyer = await anna.buyer()
    before = (await buyer.ask("GET", f"/holds/{buyer.hold['id']}")).json()
    await count(sold_out, 2)

    more = await change(buyer, (SKU, 2))
    other = await change(buyer, (SKU, 1), (OTHER, 1))
    await offer_freed(sold_out.database)

    for answer in (more, other):
        assert (answer.status_code, answer.json()["code"]) == (409, "wait_hold_fixed")
    assert (await buyer.ask("GET", f"/holds/{buyer.hold['id']}")).json() == before
    assert (await badr.wait())["state"] == "offered"
