"""What a team does with questions: answered once, dismissed, opened again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest

from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.room import service
from showfloor.room.service import questions
from tests.integration.checkout.shop import execute
from tests.integration.room.asking import (
    ask,
    change_number,
    decide,
    guest,
    join,
    listed,
    of_team,
)
from tests.integration.room.conftest import ADULT, Talk, done
from tests.waiting import until_somebody_waits


async def test_dismissed_question_is_the_team_s_alone_until_it_is_opened_again(
    talk: Talk, database_url: str
) -> None:
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    before = await change_number(talk, database_url)

    assert (await decide(talk, "dismiss", asked)).status_code == 200

    assert await change_number(talk, database_url) > before
    assert await listed(talk) == []
    assert [one["state"] for one in await of_team(talk)] == ["dismissed"]
    joined = await join(talk, asked, name="Omar", **ADULT)
    assert (joined.status_code, joined.json()["code"]) == (404, "question_not_found")
    again = await ask(talk, "Is it cotton?", name="Omar", **ADULT)
    assert (again.status_code, again.json()["code"]) == (409, "question_dismissed")
    assert [one["askers"] for one in await of_team(talk)] == [1]

    log = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.host)
    (dismissed,) = log.json()["items"]
    assert (dismissed["question"], dismissed["message"]) == (asked["id"], None)
    assert (dismissed["writer"], dismissed["text"]) == ("Sofia", "Is it cotton?")

    await decide(talk, "reopen", asked)
    assert await listed(talk) == [("Is it cotton?", 1, "open")]
    assert await done(talk) == ["reopen", "dismiss"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_two_of_the_team_at_one_moment_answer_once(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    question_id = ids.parse("qst", asked["id"])
    if not guard:
        monkeypatch.setattr(questions.questions, "lock_question", AsyncMock())

    async def answer(minute: int) -> Any:
        at = clock.now() + timedelta(minutes=minute)
        async with database.session() as session:
            return await service.answer_question(
                session, person=talk.floor.host, question_id=question_id, media_at=at
            )

    # The first has decided and not committed when the second comes.
    async with database.session() as first:
        stamped = await service.answer_question(
            first, person=talk.floor.host, question_id=question_id, media_at=clock.now()
        )
        second = asyncio.create_task(answer(5))
        await until_somebody_waits(database)

    found = await second

    assert (found.answered_at == stamped.answered_at) is guard
    assert await done(talk) == (["answer"] if guard else ["answer", "answer"])


@pytest.mark.parametrize("what", ["answer", "dismiss", "reopen"])
async def test_who_does_not_moderate_decides_nothing(talk: Talk, what: str) -> None:
    _, asked = await guest(talk, "Sofia", "Is it cotton?")

    for who in (talk.stranger, talk.seller):
        answer = await decide(talk, what, asked, who)
        assert (answer.status_code, answer.json()["code"]) == (404, "question_not_found")
        assert await of_team(talk, who) == "show_not_found"
    assert await listed(talk) == [("Is it cotton?", 1, "open")]


async def test_number_of_the_room_is_another_one_after_each_change(
    talk: Talk, database_url: str
) -> None:
    seen = [await change_number(talk, database_url)]
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    seen.append(await change_number(talk, database_url))
    await join(talk, asked, name="Omar", **ADULT)
    seen.append(await change_number(talk, database_url))
    for what in ("answer", "reopen", "dismiss"):
        await decide(talk, what, asked)
        seen.append(await change_number(talk, database_url))

    assert seen == sorted(set(seen))


async def test_many_open_questions_push_no_answered_one_off_the_list(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "MOST_LISTED", 2)
    _, answered = await guest(talk, "Sofia", "Is it cotton?")
    await decide(talk, "answer", answered)
    for number in range(3):
        await guest(talk, f"Guest {number}", f"Is there one with {number} handles?")

    states = [state for _, _, state in await listed(talk)]
    team = await talk.client.get(f"/api/v1/shows/{talk.show}/asked", headers=talk.host)

    assert states == ["open", "open", "answered"]
    assert [one["state"] for one in team.json()["items"]] == ["open", "open", "answered"]
    assert team.json()["waiting"] == 3


async def test_press_that_comes_too_late_revives_nothing(talk: Talk) -> None:
    """A page that is a second old: the other moderator has decided otherwise."""
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    await decide(talk, "dismiss", asked)

    late = await decide(talk, "answer", asked)

    assert (late.status_code, late.json()["code"]) == (409, "question_decided")
    assert await listed(talk) == []
    await decide(talk, "reopen", asked)
    await decide(talk, "answer", asked)
    assert (await decide(talk, "dismiss", asked)).status_code == 409
    assert await listed(talk) == [("Is it cotton?", 1, "answered")]


async def test_nothing_is_answered_once_the_show_is_over(talk: Talk, database: Database) -> None:
    """The second would be one of no picture."""
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    await execute(database, "update show set state = 'ended', ended_at = now()")

    answer = await decide(talk, "answer", asked)

    assert (answer.status_code, answer.json()["code"]) == (409, "show_state_conflict")
    assert [one["state"] for one in await of_team(talk)] == ["open"]


async def test_mute_dismisses_what_the_writer_alone_asks(talk: Talk) -> None:
    """What others ask as well stays."""
    token, said = await talk.guest("Daniel", "rude")
    await ask(talk, "Why is it so ugly?", token)
    shared = (await ask(talk, "Is it cotton?", token)).json()
    await guest(talk, "Omar", "Is it cotton?")

    path = f"/api/v1/messages/{said['id']}/mute"
    assert (await talk.client.put(path, json={}, headers=talk.host)).status_code == 204

    assert await listed(talk) == [("Is it cotton?", 2, "open")]
    assert await done(talk) == ["dismiss", "mute"]
    assert (await join(talk, shared, token)).status_code == 403
