"""Answers that are worked out once for many who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from showfloor.kit import clock
from showfloor.kit.recent import Recent
from tests.waiting import bounded


class Answers:
    """Counts how often an answer was worked out; each takes until the test says so."""

    def __init__(self) -> None:
        self.times = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.problem: Exception | None = None

    async def work_out(self) -> int:
        self.times += 1
        number = self.times
        await self.go_on.wait()
        if self.problem is not None:
            raise self.problem
        return number


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Move the clock to so many seconds."""
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])

    def to(seconds: float) -> None:
        at[0] = 1000.0 + seconds

    return to


async def test_answer_is_kept_for_its_time_and_no_longer(moves: Callable[[float], None]) -> None:
    recent, answers = Recent[int](seconds=2, most=10), Answers()
    assert await recent.get("a", answers.work_out) == 1

    moves(1.9)
    assert await recent.get("a", answers.work_out) == 1
    moves(2.0)
    assert await recent.get("a", answers.work_out) == 2
    assert answers.times == 2


async def test_many_who_ask_at_once_get_one_answer() -> None:
    recent, answers = Recent[int](seconds=60, most=10), Answers()
    answers.go_on.clear()
    asking = [asyncio.create_task(recent.get("a", answers.work_out)) for _ in range(20)]
    async with bounded():
        while answers.times == 0:
            await asyncio.sleep(0)

    answers.go_on.set()

    async with bounded():
        assert await asyncio.gather(*asking) == [1] * 20
    assert answers.times == 1


async def test_answer_to_one_question_does_not_wait_for_another() -> None:
    recent, slow, quick = Recent[int](seconds=60, most=10), Answers(), Answers()
    slow.go_on.clear()
    waiting = asyncio.create_task(recent.get("slow", slow.work_out))

    async with bounded():
        assert await recent.get("quick", quick.work_out) == 1

    assert not waiting.done()
    slow.go_on.set()
    async with bounded():
        assert await waiting == 1


async def test_failure_is_told_to_each_and_not_kept() -> None:
    recent, answers = Recent[int](seconds=60, most=10), Answers()
    answers.problem = LookupError("away")
    for _ in range(2):
        with pytest.raises(LookupError):
            await recent.get("a", answers.work_out)
    assert answers.times == 2

    answers.problem = None

    assert await recent.get("a", answers.work_out) == 3
    assert await recent.get("a", answers.work_out) == 3


async def test_nothing_is_a_failure_when_an_old_answer_was_good(
    moves: Callable[[float], None],
) -> None:
    recent, answers = Recent[int](seconds=2, most=10), Answers()
    await recent.get("a", answers.work_out)
    moves(3.0)
    answers.problem = LookupError("away")

    with pytest.raises(LookupError):
        await recent.get("a", answers.work_out)


async def test_oldest_answers_make_room() -> None:
    recent, answers = Recent[int](seconds=60, most=2), Answers()
    assert [await recent.get(key, answers.work_out) for key in "abc"] == [1, 2, 3]

    assert await recent.get("c", answers.work_out) == 3
    assert await recent.get("b", answers.work_out) == 2
    assert await recent.get("a", answers.work_out) == 4


async def test_who_gives_up_waiting_takes_nobody_s_answer_away() -> None:
    recent, answers = Recent[int](seconds=60, most=10), Answers()
    answers.go_on.clear()
    impatient, patient = (asyncio.create_task(recent.get("a", answers.work_out)) for _ in range(2))
    async with bounded():
        while answers.times == 0:
            await asyncio.sleep(0)

    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    answers.go_on.set()

    async with bounded():
        assert await patient == 2
