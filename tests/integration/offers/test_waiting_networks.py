"""What is held for who waited binds no network; what is added to it binds the one that asks."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from showfloor.offers.service import offer_freed
from showfloor.stock.queries import changes
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.offers.conftest import DropBuyer, Hall
from tests.integration.offers.test_waiting import clock_of_lists, own_counts, sold_out
from tests.integration.offers.waiters import SKU, Waiter, count, in_line

__all__ = ["clock_of_lists", "own_counts", "sold_out"]
OTHER = "SCARF-1"
SCALPER = "10.99.0.7"
NAMED = "select count(*) from hold where client is not null"


async def change(buyer: DropBuyer, *lines: tuple[str, int]) -> httpx2.Response:
    body: dict[str, Any] = {"lines": [{"sku": sku, "quantity": many} for sku, many in lines]}
    return await buyer.ask("PATCH", f"/holds/{buyer.hold['id']}", body)


async def offered(hall: Hall, pieces: int) -> Waiter:
    """A mug is held for somebody, and there are so many scarves, of which a network may hold a
    quarter.
    """
    (anna,) = await in_line(hall, "anna")
    await count(hall, 1)
    await offer_freed(hall.database)
    await execute(
        hall.database,
        f"update stock_item set on_hand = {pieces} where variant_id = "
        f"(select id from variant where sku = '{OTHER}')",
    )
    return anna


@guarded
async def test_goods_added_to_what_was_waited_for_count_for_the_network(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        of_hold = changes.MARGINS.replace("coalesce(client, %(client)s::bytea)", "client")
        assert of_hold != changes.MARGINS
        monkeypatch.setattr(changes, "MARGINS", of_hold)
    anna = await offered(sold_out, 12)
    scalper = await sold_out.buyer(SCALPER)
    assert (await scalper.reserve((OTHER, 3))).status_code == 201
    buyer = await anna.buyer(SCALPER)

    answer = await change(buyer, (SKU, 1), (OTHER, 3))

    assert answer.status_code == (409 if guard else 200)
    if guard:
        assert answer.json()["code"] == "network_limit_reached"
        assert await scalar(sold_out.database, NAMED) == 1, "the scalper's own"
        lines = "select sum(quantity) from hold_line where state = 'held'"
        assert await scalar(sold_out.database, lines) == 4


async def test_network_is_that_of_who_asked_for_more(sold_out: Hall) -> None:
    anna = await offered(sold_out, 12)
    buyer = await anna.buyer(SCALPER)

    assert (await change(buyer, (SKU, 1))).status_code == 200
    assert await scalar(sold_out.database, NAMED) == 0, "nothing more was asked for"
    assert (await change(buyer, (SKU, 1), (OTHER, 3))).status_code == 200
    assert await scalar(sold_out.database, NAMED) == 1
    more = await (await sold_out.buyer(SCALPER)).reserve((OTHER, 1))

    assert (more.status_code, more.json()["code"]) == (409, "network_limit_reached")
    stranger = await sold_out.buyer()
    assert (await stranger.reserve((OTHER, 3))).status_code == 201
