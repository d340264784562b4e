"""What is held for who waited is no way to hold anything else, and a merchant's limit for each
buyer holds for it.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from showfloor.checkout.service import holds, waited
from showfloor.kit.messages import translate
from showfloor.offers.service import offer_freed
from showfloor.stock.queries import line
from showfloor.stock.queries.reservation import CROWD
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.offers.conftest import DropBuyer, Hall
from tests.integration.offers.coupons import agrees
from tests.integration.offers.test_waiting import clock_of_lists, own_counts, sold_out
from tests.integration.offers.waiters import SKU, Waiter, count, in_line, log_of, proof, waiter

__all__ = ["clock_of_lists", "own_counts", "sold_out"]
OTHER = "SCARF-1"
NETWORK = "10.99.0.7"
NAMED = "select count(*) from hold where client is not null"
PIECES = "select sum(quantity) from hold_line where state = 'held'"


async def change(buyer: DropBuyer, *lines: tuple[str, int]) -> httpx2.Response:
    body: dict[str, Any] = {"lines": [{"sku": sku, "quantity": many} for sku, many in lines]}
    return await buyer.ask("PATCH", f"/holds/{buyer.hold['id']}", body)


async def offered(hall: Hall, *names: str) -> list[Waiter]:
    """A mug is held for each of these."""
    people = await in_line(hall, *names)
    await count(hall, len(names))
    await offer_freed(hall.database)
    return people


async def limit(hall: Hall, pieces: int) -> None:
    await execute(hall.database, f"update stock_item set buyer_limit = {pieces}")


class Asked:
    """The twin knows nothing of lists."""

    async def answer(self) -> bool:
        return False


@guarded
@pytest.mark.parametrize(
    "lines", [((SKU, 1), (OTHER, 10)), ((OTHER, 10),)], ids=["beside it", "instead of it"]
)
async def test_half_an_hour_is_for_the_piece_that_was_waited_for(
    sold_out: Hall,
    monkeypatch: pytest.MonkeyPatch,
    lines: tuple[tuple[str, int], ...],
    guard: bool,
) -> None:
    """Other goods are held for five minutes."""
    if not guard:
        monkeypatch.setattr(holds.stock, "ask_waited", lambda *_: Asked())
    (anna,) = await offered(sold_out, "anna")
    await execute(
        sold_out.database,
        "update stock_item set on_hand = 40 where variant_id = "
        f"(select id from variant where sku = '{OTHER}')",
    )
    buyer = await anna.buyer()
    before = (await buyer.ask("GET", f"/holds/{buyer.hold['id']}")).json()

    answer = await change(buyer, *lines)

    assert answer.status_code == (409 if guard else 200), answer.text
    if guard:
        assert answer.json()["code"] == "wait_hold_fixed"
        assert before["waited_s"] == 1800
        assert (await buyer.ask("GET", f"/holds/{buyer.hold['id']}")).json() == before
        assert await scalar(sold_out.database, PIECES) == 1
        assert "give it back first" in translate("en", "error.wait_hold_fixed")
        assert "أعِده أولًا" in translate("ar", "error.wait_hold_fixed")
    else:
        assert await scalar(sold_out.database, PIECES) == sum(many for _, many in lines)


async def test_other_goods_are_held_beside_it_for_as_long_as_usual(sold_out: Hall) -> None:
    (anna,) = await offered(sold_out, "anna")
    buyer = await anna.buyer()
    waited = buyer.hold

    answer = await buyer.reserve((OTHER, 1))

    assert answer.status_code == 201, answer.text
    assert answer.json()["waited_s"] is None
    assert answer.json()["expires_at"] < waited["expires_at"]


async def test_piece_counts_for_the_network_that_took_it(sold_out: Hall) -> None:
    (anna,) = await offered(sold_out, "anna")
    assert await scalar(sold_out.database, NAMED) == 0, "nobody has asked for it"

    await anna.buyer(NETWORK)
    assert await scalar(sold_out.database, NAMED) == 1
    await anna.buyer("10.98.0.7")

    assert await scalar(sold_out.database, NAMED) == 1, "and for no other any more"


@guarded
async def test_network_that_has_enough_takes_no_more(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """With a limit of one, a network has as much as four buyers may have."""
    if not guard:
        without = line.ROOM.replace(f"then {CROWD}", "then 99")
        assert without != line.ROOM
        monkeypatch.setattr(line, "ROOM", without)
    people = await offered(sold_out, "anna", "badr", "cleo", "dina", "emad")
    await limit(sold_out, 1)
    for who in people[:4]:
        await who.buyer(NETWORK)
    last = await people[4].wait()
    before = await log_of(sold_out, last)

    answer = await people[4].take(await sold_out.buyer(NETWORK))

    assert answer.status_code == (409 if guard else 200)
    if guard:
        assert answer.json()["code"] == "network_limit_reached"
        assert answer.json()["lines"] == [{"sku": SKU, "available": 0}]
        assert (await people[4].wait(), await log_of(sold_out, last)) == (last, before)
        assert (await people[4].take(await sold_out.buyer("10.98.0.7"))).status_code == 200
    assert await scalar(sold_out.database, PIECES) == 5
    assert await agrees(sold_out) == []


@guarded
async def test_account_that_bought_what_one_buyer_may_gets_no_more(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    async def nothing(*_: object, **__: object) -> int:
        return 0

    if not guard:
        monkeypatch.setattr(waited.orders, "pieces_bought", nothing)
    await limit(hall, 1)
    await count(hall, 1)
    anna = await _who_bought(hall)
    assert (await anna.join()).status_code == 200
    await count(hall, 2)
    await offer_freed(hall.database)
    place = await anna.wait()

    answer = await anna.take(await hall.buyer())

    assert answer.status_code == (409 if guard else 200)
    if guard:
        assert answer.json()["code"] == "limit_reached"
        assert await anna.wait() == place
        await limit(hall, 2)
        assert (await anna.take(await hall.buyer())).status_code == 200
    assert (await proof(hall, place)).problems == ()


async def _who_bought(hall: Hall) -> Waiter:
    """As somebody who is signed in buys in a show."""
    anna = await waiter(hall, "anna")
    buyer = await hall.buyer()
    buyer.counter.client.headers["X-Viewer-Token"] = anna.token
    assert (await buyer.reserve((SKU, 1))).status_code == 201
    assert (await buyer.give_details()).status_code == 201
    assert (await buyer.pay()).json()["status"] == "paid"
    return anna


@guarded
async def test_what_was_bought_by_waiting_counts_for_the_network(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Who bought up to the limit through the line does not go on as a stranger."""
    if not guard:
        move = line.move

        async def of_nobody(*given: Any, **named: Any) -> None:
            await move(*given, **{**named, "client": None})

        monkeypatch.setattr(line, "move", of_nobody)
    await limit(sold_out, 1)
    people = await offered(sold_out, "anna", "badr", "cleo", "dina")
    for who in people:
        buyer = await who.buyer(NETWORK)
        assert (await buyer.give_details()).status_code == 201
        assert (await buyer.pay()).json()["status"] == "paid"
    await offer_freed(sold_out.database)
    await count(sold_out, 8)

    answer = await (await sold_out.buyer(NETWORK)).reserve((SKU, 1))

    assert answer.status_code == (409 if guard else 201), answer.text
    if guard:
        assert answer.json()["code"] == "network_limit_reached"
    assert (await (await sold_out.buyer()).reserve((SKU, 1))).status_code == 201
