from __future__ import annotations

import asyncio

import pytest

from showfloor.kit.turns import Turns, Urgency

LONG = 20.0


async def queue_up(turns: Turns, *urgencies: Urgency) -> list[tuple[Urgency, int]]:
    """In which order those come who wait in this order while another has the only turn."""
    came: list[tuple[Urgency, int]] = []

    async def wait(urgency: Urgency, number: int) -> None:
        await turns.take(urgency, within=LONG)
        came.append((urgency, number))
        turns.give()

    await turns.take(Urgency.USUAL, within=LONG)
    tasks = [asyncio.create_task(wait(urgency, number)) for number, urgency in enumerate(urgencies)]
    await asyncio.sleep(0)
    turns.give()
    await asyncio.gather(*tasks)
    return came


async def test_most_urgent_comes_first_and_then_who_came_first() -> None:
    usual, go_on, finish = Urgency.USUAL, Urgency.GO_ON, Urgency.FINISH

    came = await queue_up(Turns(1), usual, usual, finish, go_on, finish)

    assert came == [(finish, 2), (finish, 4), (go_on, 3), (usual, 0), (usual, 1)]


async def test_who_stops_waiting_takes_no_turn_away() -> None:
    turns = Turns(1)
    await turns.take(Urgency.USUAL, within=LONG)
    leaves = asyncio.create_task(turns.take(Urgency.USUAL, within=LONG))
    hurried = asyncio.create_task(turns.take(Urgency.USUAL, within=LONG))
    await asyncio.sleep(0)

    turns.give()  # the turn is on its way to the first
    leaves.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaves
    await hurried
    turns.give()

    await turns.take(Urgency.USUAL, within=0)


async def test_waiting_ends() -> None:
    turns = Turns(0)

    with pytest.raises(TimeoutError):
        await turns.take(Urgency.FINISH, within=0)
