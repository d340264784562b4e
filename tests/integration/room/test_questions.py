"""What people ask: by the same way in as messages, merged, by how many ask."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import psycopg
import pytest
from fastapi import FastAPI

from showfloor.identity.service import Gate
from showfloor.identity.types import Admission
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.pace import Limit
from showfloor.replays import service as replays
from showfloor.replays.schemas import ReplayChange
from showfloor.replays.types import Cut
from showfloor.room.queries import questions as sql
from showfloor.room.service import questions, writing
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayFacts, ReplayState
from tests.integration.room.asking import ask, decide, guest, join, listed, of_team, product
from tests.integration.room.conftest import ADULT, Talk, done
from tests.integration.room.test_accounts import signed_in
from tests.waiting import until_somebody_waits


async def test_question_is_asked_answered_and_read(app: FastAPI, talk: Talk) -> None:
    token, asked = await guest(talk, "Sofia", "Is it cotton?", product_id=product(talk))
    assert (asked["product_id"], asked["askers"], asked["state"]) == (product(talk), 1, "open")
    assert asked["answered_at"] is None

    (waiting,) = await of_team(talk)
    assert (waiting["name"], waiting["text"], waiting["also"]) == ("Sofia", "Is it cotton?", [])
    answered = (await decide(talk, "answer", asked)).json()

    # On the show clock, which is not the time of day.
    streamed = clock.rfc3339(app.state.streaming.now.at)
    assert streamed <= asked["media_at"] <= answered["answered_at"]
    assert await listed(talk) == [("Is it cotton?", 1, "answered")]
    assert await done(talk) == ["answer"]
    # The token of a question is that of the chat: one name in the show.
    assert (await talk.say("thank you", token)).json()["name"] == "Sofia"


async def test_those_who_ask_the_same_are_counted_and_lead_the_list(talk: Talk) -> None:
    await guest(talk, "Amira", "How long to Muscat?")
    await guest(talk, "Daniel", "Is it cotton?", product_id=product(talk))
    await guest(talk, "Omar", "is this cotton", product_id=product(talk))
    await guest(talk, "Maha", "Is it coton??", product_id=product(talk))
    # About another product it is another question.
    await guest(talk, "Noor", "Is it cotton?", product_id=product(talk, 1))

    assert await listed(talk) == [
        ("Is it cotton?", 3, "open"),
        ("How long to Muscat?", 1, "open"),
        ("Is it cotton?", 1, "open"),
    ]
    assert (await of_team(talk))[0]["also"] == ["is this cotton", "Is it coton??"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_one_person_asks_a_question_once(talk: Talk, database_url: str, guard: bool) -> None:
    if not guard:
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            await connection.execute(
                "alter table chat_asker drop constraint uq_chat_asker_question_id_asker_id"
            )
    sofia, asked = await guest(talk, "Sofia", "Is it cotton?")
    await ask(talk, "is this cotton", sofia)
    await join(talk, asked, sofia)

    joined = await join(talk, asked, name="Omar", **ADULT)

    assert joined.json()["askers"] == (2 if guard else 4)


async def test_one_account_asks_once_on_two_devices(talk: Talk, database: Database) -> None:
    phone, laptop = [await signed_in(talk, database) for _ in range(2)]
    asked = (await ask(talk, "Is it cotton?", phone, name="Sofia", **ADULT)).json()

    joined = await join(talk, asked, laptop, name="Sofi", **ADULT)

    assert (joined.status_code, joined.json()["askers"]) == (201, 1)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_child_asks_nothing(talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool) -> None:
    if not guard:
        monkeypatch.setattr(Gate, "admit", lambda _, point, __: Admission(point, clock.now()))
    child = {"born": {"day": 1, "month": 1, "year": clock.now().year - 9}, "country": "GB"}
    _, asked = await guest(talk, "Sofia", "Is it cotton?")

    answers = [
        await ask(talk, "Is it red?", name="Omar", **child),
        await join(talk, asked, name="Omar", **child),
    ]

    if guard:
        assert {answer.json()["code"] for answer in answers} == {"age_refused"}
    assert await listed(talk) == (
        [("Is it cotton?", 1, "open")]
        if guard
        else [("Is it cotton?", 2, "open"), ("Is it red?", 1, "open")]
    )


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_who_is_muted_asks_nothing(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(writing, "_check_muted", AsyncMock())
    token, message = await talk.guest("Omar", "rude")
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    await talk.client.put(
        f"/api/v1/messages/{message['id']}/mute", json={"minutes": 10}, headers=talk.host
    )

    answers = [await ask(talk, "Is it red?", token), await join(talk, asked, token)]

    assert [answer.status_code for answer in answers] == ([403, 403] if guard else [201, 201])
    assert len(await listed(talk)) == (1 if guard else 2)


async def test_paused_chat_takes_no_question_and_one_of_emoji_does(talk: Talk) -> None:
    token, _ = await talk.guest("Sofia")
    chat = f"/api/v1/shows/{talk.show}/chat"
    await talk.client.patch(chat, json={"emoji_only": True}, headers=talk.host)
    assert (await ask(talk, "Is it cotton?", token)).status_code == 201

    await talk.client.patch(chat, json={"closed": True}, headers=talk.host)
    answer = await ask(talk, "Is it red?", token)

    assert (answer.status_code, answer.json()["code"]) == (409, "chat_paused")
    assert await listed(talk) == [("Is it cotton?", 1, "open")]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_one_writer_asks_so_much_and_no_more(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    monkeypatch.setattr(questions, "QUESTIONS", Limit(2 if guard else 1000, 600.0))
    token, _ = await guest(talk, "Sofia", "Is it cotton?")

    statuses = [(await ask(talk, text, token)).status_code for text in ("Red?", "Blue?")]

    assert statuses == ([201, 429] if guard else [201, 201])


async def test_what_is_private_is_covered_and_an_insult_refused(talk: Talk) -> None:
    await guest(talk, "Sofia", "Can you call +44 20 7946 0958 about it?")
    answer = await ask(talk, "what the fucking f?", name="Omar", **ADULT)

    assert (answer.status_code, answer.json()["code"]) == (422, "chat_words_refused")
    assert [text for text, *_ in await listed(talk)] == ["Can you call ••• about it?"]


async def test_product_that_is_not_on_the_shelf_is_refused(talk: Talk) -> None:
    answer = await ask(
        talk, "Is it cotton?", name="Sofia", product_id=ids.encode("prod", ids.new()), **ADULT
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "product_not_in_show")
    assert await listed(talk) == []


@pytest.mark.parametrize("bad", [{"text": " "}, {"text": "a" * 501}, {"media_at": "now"}, {"x": 1}])
async def test_question_that_is_none_is_refused(talk: Talk, bad: dict[str, Any]) -> None:
    answer = await ask(talk, **{"text": "Is it red?", "name": "Sofia", **ADULT, **bad})

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert await listed(talk) == []


async def test_show_that_is_over_takes_none_and_keeps_what_was_answered(
    talk: Talk, database: Database
) -> None:
    _, cotton = await guest(talk, "Sofia", "Is it cotton?")
    token, red = await guest(talk, "Omar", "Is it red?")
    await decide(talk, "answer", cotton)
    async with database.session() as session:
        await shows.end_show(session, person=talk.floor.host, show_id=talk.floor.show.id)

    answers = [await ask(talk, "Is it blue?", token), await join(talk, red, token)]

    assert {answer.json()["code"] for answer in answers} == {"chat_closed"}
    # There is no recording yet.
    assert await listed(talk) == []
    async with database.session() as session:
        await replays.begin(session, talk.floor.show.id, clock.now())
        await shows.set_replay(session, talk.floor.show.id, ReplayFacts(ReplayState.READY))
    assert await listed(talk) == [("Is it cotton?", 1, "answered")]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_what_the_host_took_out_of_the_recording_is_on_no_list(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(questions.replays, "get_cut", AsyncMock(return_value=Cut()))
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    answered = clock.parse_rfc3339((await decide(talk, "answer", asked)).json()["answered_at"])
    out = {
        "start": clock.rfc3339(answered - timedelta(seconds=1)),
        "end": clock.rfc3339(answered + timedelta(seconds=1)),
    }
    change = ReplayChange.model_validate({"hidden": [out]})
    async with database.session() as session:
        await replays.change_replay(
            session, person=talk.floor.host, show_id=talk.floor.show.id, change=change
        )

    assert await listed(talk) == ([] if guard else [("Is it cotton?", 1, "answered")])


async def test_picture_of_the_asker_is_within_the_show(app: FastAPI, talk: Talk) -> None:
    show = (await talk.client.get(f"/api/v1/shows/{talk.show}")).json()
    began = clock.parse_rfc3339(show["went_live_at"])
    app.state.streaming.media_time = began + timedelta(minutes=5)
    token, first = await guest(
        talk, "Sofia", "Is it cotton?", media_at=clock.rfc3339(began - timedelta(days=1))
    )
    seen = clock.rfc3339(began + timedelta(minutes=2))
    behind = (await ask(talk, "Heavy?", token, media_at=seen)).json()
    late = (
        await ask(talk, "Red?", token, media_at=clock.rfc3339(clock.now() + timedelta(days=1)))
    ).json()

    assert first["media_at"] == show["went_live_at"]
    assert behind["media_at"] == seen
    until = clock.rfc3339(began + timedelta(minutes=6))
    assert clock.rfc3339(began + timedelta(minutes=5)) <= late["media_at"] < until


async def test_who_asks_what_was_answered_gets_the_answer(talk: Talk) -> None:
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    answered = (await decide(talk, "answer", asked)).json()

    _, late = await guest(talk, "Omar", "is this cotton")

    assert (late["id"], late["state"]) == (asked["id"], "answered")
    assert late["answered_at"] == answered["answered_at"]


async def test_same_question_of_many_at_one_moment_is_one(talk: Talk) -> None:
    answers = await asyncio.gather(
        *(ask(talk, "Is it cotton?", name=f"Guest {letter}", **ADULT) for letter in "BCDEFGHK")
    )

    assert {answer.status_code for answer in answers} == {201}
    assert await listed(talk) == [("Is it cotton?", 8, "open")]


async def test_same_question_is_one_while_the_first_is_not_committed(
    talk: Talk, database: Database
) -> None:
    """Nobody can find it yet: the key alone makes them one."""
    show_id, at = talk.floor.show.id, clock.now()
    first = questions.Question(
        ids.new(), show_id, None, questions.QuestionState.OPEN, "Is it cotton?", "", 0, at, at
    )
    key = questions.key_of("Is it cotton?", None)
    async with database.session() as session:
        stored = await sql.add_question(session, first, key)
        second = asyncio.create_task(guest(talk, "Sofia", "is this cotton"))
        await until_somebody_waits(database)

    assert (await second)[1]["id"] == ids.encode("qst", stored)


async def test_asking_takes_no_lock_and_no_number_of_the_room(
    talk: Talk, database_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("select seq from room for update")
        await other.execute("select id from show for update")

        _, asked = await guest(talk, "Sofia", "Is it cotton?")
        await join(talk, asked, name="Omar", **ADULT)
        await decide(talk, "answer", asked)

    assert await listed(talk) == [("Is it cotton?", 2, "answered")]


async def test_network_asks_only_so_much(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are made up, addresses are not."""
    monkeypatch.setattr(questions, "QUESTIONS_OF_NETWORK", Limit(2, 60.0))
    for number in range(2):
        await guest(talk, f"Guest {number}", f"Is there one with {number} handles?")

    third = await ask(talk, "And in blue?", name="Guest 3", **ADULT)

    assert (third.status_code, third.json()["code"]) == (429, "writing_too_fast")
    assert len(await of_team(talk)) == 2
