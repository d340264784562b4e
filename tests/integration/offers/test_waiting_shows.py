"""Where nothing is sold, nobody waits and nothing is held: as for every other hold, the show is on
the air or can be watched again. Each guard has its twin.
"""

from __future__ import annotations

import pytest

from showfloor.offers.service import offer_freed
from showfloor.shows.types import Show
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.test_waiting import clock_of_lists, own_counts, sold_out
from tests.integration.offers.waiters import count, in_line, log_of, proof, waiter

__all__ = ["clock_of_lists", "own_counts", "sold_out"]
HOLDS = "select count(*) from hold"
ENDED = "state = 'ended', ended_at = now(), went_live_at = now() - interval '1 hour'"
NOT_SELLING = {
    "not begun": "state = 'scheduled'",
    "withheld": f"{ENDED}, replay_state = 'withheld'",
    "deleted": f"{ENDED}, replay_state = 'deleted'",
}


async def change_show(hall: Hall, change: str) -> None:
    await execute(hall.database, f"update show set {change}")


def sell_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Show, "sells", property(lambda _: True))


@guarded
@pytest.mark.parametrize("state", NOT_SELLING)
async def test_nobody_waits_in_a_show_that_sells_nothing(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, state: str, guard: bool
) -> None:
    anna = await waiter(sold_out, "anna")
    await change_show(sold_out, NOT_SELLING[state])
    if not guard:
        sell_always(monkeypatch)

    answer = await anna.join()

    assert answer.status_code == (409 if guard else 200)
    if guard:
        assert answer.json()["code"] == "nothing_sold_now"
        assert await scalar(sold_out.database, "select count(*) from waiting_list") == 0
        assert await scalar(sold_out.database, "select max(waiting) from stock_item") == 0


@guarded
@pytest.mark.parametrize("state", ["withheld", "deleted"])
async def test_nothing_is_held_in_a_show_that_is_over(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, state: str, guard: bool
) -> None:
    (anna,) = await in_line(sold_out, "anna")
    place = await anna.wait()
    await change_show(sold_out, NOT_SELLING[state])
    if not guard:
        sell_always(monkeypatch)
    await count(sold_out, 1)

    await offer_freed(sold_out.database)

    assert await scalar(sold_out.database, HOLDS) == (0 if guard else 1)
    checked = await proof(sold_out, place)
    assert (checked.problems, checked.left, checked.ended) == ((), int(guard), guard)
    if guard:
        assert b'"reason":"not_sold"' in b"".join(await log_of(sold_out, place))
        assert await scalar(sold_out.database, "select max(waiting) from stock_item") == 0


async def test_line_waits_for_the_recording_of_its_show(sold_out: Hall) -> None:
    """Nobody is offered anything meanwhile, and nobody is passed over; a stranger gets nothing."""
    anna, badr = await in_line(sold_out, "anna", "badr")
    place = await anna.wait()
    await change_show(sold_out, ENDED)
    await count(sold_out, 1)

    for state in ("null", "'preparing'"):
        await change_show(sold_out, f"replay_state = {state}")
        await offer_freed(sold_out.database)
        assert [(await each.wait())["number"] for each in (anna, badr)] == [1, 2]
        assert await scalar(sold_out.database, HOLDS) == 0
    assert await scalar(sold_out.database, "select max(waiting) from stock_item") == 2
    await change_show(sold_out, "replay_state = 'ready'")
    await offer_freed(sold_out.database)

    assert (await anna.wait())["state"] == "offered"
    assert (await proof(sold_out, place)).problems == ()


async def test_line_does_not_wait_for_a_recording_that_never_comes(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")
    place = await anna.wait()
    await change_show(sold_out, f"{ENDED}, replay_state = 'preparing'")
    await change_show(sold_out, "ended_at = now() - interval '25 hours'")
    await count(sold_out, 1)

    await offer_freed(sold_out.database)

    assert (await proof(sold_out, place)).ended
    assert b'"reason":"not_sold"' in b"".join(await log_of(sold_out, place))
