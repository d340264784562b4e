"""Who may write, what becomes of it, and what everybody reads."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import psycopg
import pytest

from showfloor.fanout import queries as fanout_queries
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.pace import Limit
from showfloor.privacy import service as privacy
from showfloor.privacy.types import Subject
from showfloor.replays import service as replays
from showfloor.replays.schemas import ReplayChange
from showfloor.replays.types import Cut
from showfloor.room import service
from showfloor.room.rules import pace
from showfloor.room.service import messages, writing
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from showfloor.shows.types import ReplayFacts, ReplayState
from tests.clocks import stopped
from tests.integration.room.conftest import ADULT, Talk
from tests.people import add_key, add_person, put_on_air
from tests.waiting import BOUND


async def rows(database_url: str) -> list[Any]:
    async with fanout_queries.reader(database_url, BOUND) as reader:
        return [
            (room_id, message.staff, message.shown, json.loads(message.value))
            for room_id, message in await reader.messages(0, [], 100)
        ]


async def test_guest_says_who_it_is_once(talk: Talk, database_url: str) -> None:
    answer = await talk.say("Is it  cotton?\n", name=" Sofia ", **ADULT)

    assert answer.status_code == 201
    sent = answer.json()
    token = sent.pop("token")
    assert sent.pop("held") is False
    assert sent.pop("wish") is None
    assert (sent["name"], sent["role"], sent["text"]) == ("Sofia", "viewer", "Is it cotton?")
    # The show's clock is the camera's (tests/people.py).
    assert sent["media_at"].startswith("2026-11-23T10:00:")
    second = await talk.say("And the collar?", {"Authorization": f"Bearer {token}"})
    assert (second.status_code, second.json()["name"], second.json()["token"]) == (
        201,
        "Sofia",
        None,
    )
    assert await talk.shown() == ["Is it cotton?", "And the collar?"]
    (_, _, _, value), _ = await rows(database_url)
    assert value == sent


async def test_team_writes_with_a_badge_and_its_stage_name(talk: Talk, database_url: str) -> None:
    by_host = (await talk.say("Welcome", talk.host)).json()
    by_seller = (await talk.say("Four sizes left", talk.seller)).json()

    assert (by_host["name"], by_host["role"]) == ("Lina", "host")
    assert (by_seller["name"], by_seller["role"]) == ("Loam", "merchant")
    assert [staff for _, staff, *_ in await rows(database_url)] == [True, True]


async def test_account_of_a_stranger_writes_as_a_viewer(talk: Talk, database: Database) -> None:
    async with database.session() as session:
        key = await add_key(session, await add_person(session, "Yousef"))

    assert (await talk.say("Hi", key)).json()["role"] == "viewer"


@pytest.mark.parametrize("name", ["Lina", "L1na", "Lіna", "Loam", "Moderator", "مشرفة"])
async def test_name_of_the_team_is_refused(talk: Talk, name: str) -> None:
    answer = await talk.say("Send me your card", name=name, **ADULT)

    assert (answer.status_code, answer.json()["code"]) == (422, "chat_name_reserved")
    assert await talk.shown() == []


async def test_without_the_check_of_names_a_guest_is_the_host(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "is_reserved", lambda *_: False)

    assert (await talk.guest("Lina"))[1]["name"] == "Lina"


async def test_first_message_needs_a_name(talk: Talk) -> None:
    answer = await talk.say("Hello", **ADULT)

    assert (answer.status_code, answer.json()["code"]) == (422, "chat_name_needed")
    assert await talk.shown() == []


@pytest.mark.parametrize("token", ["ct_nothing", "hold_nothing", "sf_nothing"])
async def test_token_that_is_none_is_refused(talk: Talk, token: str) -> None:
    answer = await talk.say("Hello", {"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401
    assert await talk.shown() == []


async def test_token_is_for_one_show(talk: Talk, database: Database) -> None:
    token, _ = await talk.guest("Sofia")
    async with database.session() as session:
        new = NewShow(title={"en": "Later"}, market="gb")
        other = await shows.create_show(session, person=talk.floor.host, new=new)
        await put_on_air(session, replace(talk.floor, show=other))

    answer = await talk.client.post(
        f"/api/v1/shows/{ids.encode('show', other.id)}/messages",
        json={"text": "Hello"},
        headers=token,
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "chat_token_invalid")


async def test_answer_is_to_a_message_of_the_show(talk: Talk) -> None:
    _, first = await talk.guest("Sofia", "Is it cotton?")

    answered = await talk.say("It is", talk.host, reply_to=first["id"])
    to_nothing = await talk.say("It is", talk.host, reply_to=ids.encode("msg", ids.new()))

    assert answered.json()["reply_to"] == first["id"]
    assert (to_nothing.status_code, to_nothing.json()["code"]) == (404, "message_not_found")
    assert await talk.shown() == ["Is it cotton?", "It is"]


async def test_nobody_writes_after_the_end(talk: Talk, database: Database) -> None:
    token, _ = await talk.guest("Sofia")
    async with database.session() as session:
        await shows.end_show(session, person=talk.floor.host, show_id=talk.floor.show.id)

    answer = await talk.say("Bye", token)

    assert (answer.status_code, answer.json()["code"]) == (409, "chat_closed")
    # Its recording may not be watched yet, so what was said is not shown either.
    assert await talk.shown() == []


async def test_one_writer_is_slowed_down_and_others_are_not(talk: Talk) -> None:
    token, _ = await talk.guest("Sofia")
    with stopped():
        for _ in range(pace.AUTHOR.most - 1):
            await talk.say("again", token)

        answer = await talk.say("again", token)

    assert (answer.status_code, answer.json()["code"]) == (429, "writing_too_fast")
    assert answer.json()["wait_s"] == int(answer.headers["retry-after"]) > 0
    assert len(await talk.shown()) == pace.AUTHOR.most
    await talk.guest("Daniel")


async def test_answers_to_nothing_are_counted_and_use_up_no_turn(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "TRIES", Limit(3, 1000.0))
    monkeypatch.setattr(writing, "AUTHOR", Limit(1, 1000.0))
    async with database.session() as session:
        key = await add_key(session, await add_person(session, "Yousef"))
    nothing = ids.encode("msg", ids.new())

    answers = [await talk.say("Hi", key, reply_to=nothing) for _ in range(2)]
    answers += [await talk.say("Hi", key), await talk.say("Hi", key, reply_to=nothing)]

    assert [answer.status_code for answer in answers] == [404, 404, 201, 429]
    assert await talk.shown() == ["Hi"]


async def test_tries_in_a_paused_chat_are_bounded(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "TRIES", Limit(2, 1000.0))
    monkeypatch.setattr(writing, "NETWORK", Limit(3, 1000.0))
    token, _ = await talk.guest("Sofia")
    async with database.session() as session:
        key = await add_key(session, await add_person(session, "Yousef"))
    paused = {"closed": True}
    await talk.client.patch(f"/api/v1/shows/{talk.show}/chat", json=paused, headers=talk.host)

    by_account = [(await talk.say("Hi", key)).json()["code"] for _ in range(3)]
    by_guest = [(await talk.say("Hi", token)).json()["code"] for _ in range(3)]

    assert by_account == by_guest == ["chat_paused", "chat_paused", "writing_too_fast"]


async def test_tries_in_shows_that_are_none_are_bounded(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "TRIES", Limit(2, 1000.0))
    statuses = []
    for _ in range(3):
        path = f"/api/v1/shows/{ids.encode('show', ids.new())}/messages"
        answer = await talk.client.post(path, json={"text": "Hi"}, headers=talk.stranger)
        statuses.append(answer.status_code)

    assert statuses == [404, 404, 429]


async def test_names_cannot_be_made_up_without_end(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "NEWCOMERS", Limit(2, 60.0))
    for name in ("Ana", "Bea"):
        await talk.guest(name)

    assert (await talk.say("Hello", name="Cleo", **ADULT)).json()["code"] == "writing_too_fast"
    assert await talk.shown() == ["Hello", "Hello"]


async def test_what_was_said_is_found_by_its_moment(talk: Talk, app: Any) -> None:
    await talk.guest("Sofia", "early")
    _, second = await talk.guest("Daniel", "late")

    assert await talk.shown(to=second["media_at"]) == ["early"]
    assert await talk.shown(**{"from": second["media_at"]}) == ["late"]
    assert await talk.shown(limit="1") == ["late"]


async def on_screen_of_a_newcomer(talk: Talk, database_url: str) -> list[str]:
    room = talk.floor.show.id
    async with fanout_queries.reader(database_url, BOUND) as reader:
        found = (await reader.last_messages([room], 50))[room]
    return [json.loads(message.value)["text"] for message in found]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_what_was_said_follows_what_the_host_took_out_of_the_recording(
    talk: Talk,
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:
        monkeypatch.setattr(messages.replays, "get_cut", AsyncMock(return_value=Cut()))
    token, first = await talk.guest("Sofia", "1")
    said = [first, *[(await talk.say(text, token)).json() for text in "2345"]]
    at = [message["media_at"] for message in said]
    own = {"person": talk.floor.host, "show_id": talk.floor.show.id}
    everything = list("12345")

    async def cut(**change: Any) -> None:
        wanted = ReplayChange.model_validate(change)
        async with database.session() as session:
            await replays.change_replay(session, **own, change=wanted)

    # While it is on the air: what is hidden cannot be watched from the beginning either.
    await cut(hidden=[{"start": at[1], "end": at[2]}])
    assert await talk.shown() == (list("1345") if guard else everything)
    assert await on_screen_of_a_newcomer(talk, database_url) == everything

    async with database.session() as session:
        await shows.end_show(session, **own)
        await replays.begin(session, talk.floor.show.id, clock.now())
        await shows.set_replay(session, talk.floor.show.id, ReplayFacts(ReplayState.READY))
    assert await on_screen_of_a_newcomer(talk, database_url) == list("1345")
    await cut(trim_start=at[1], trim_end=at[4])
    assert await talk.shown() == (list("34") if guard else everything)
    assert await on_screen_of_a_newcomer(talk, database_url) == list("34")

    await cut(trim_start=None, trim_end=None, hidden=[])
    assert await talk.shown() == everything
    await cut(public=False)
    assert await on_screen_of_a_newcomer(talk, database_url) == []


async def test_message_takes_no_lock_and_no_number_of_the_room(
    talk: Talk, database: Database, database_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("select seq from room for update")
        await other.execute("select id from show for update")

        await talk.guest("Sofia", "nobody waits")

    assert await talk.shown() == ["nobody waits"]


async def test_network_of_a_guest_is_forgotten_in_a_day_and_words_in_a_year(
    talk: Talk, database: Database, database_url: str
) -> None:
    await talk.guest("Sofia")
    now = clock.now()

    async def left(after: timedelta) -> tuple[int, int, int]:
        with clock.use(lambda: now + after):
            async with database.session() as session:
                await service.forget_old(session)
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            found = await connection.execute(
                "select count(network), count(*), (select count(*) from chat_message)"
                " from chat_author"
            )
            return (await found.fetchone()) or (0, 0, 0)

    assert await left(timedelta(hours=23)) == (1, 1, 1)
    assert await left(timedelta(hours=25)) == (0, 1, 1)
    assert await left(timedelta(days=366)) == (0, 0, 0)


async def test_person_who_is_erased_has_said_nothing(
    talk: Talk, database: Database, database_url: str
) -> None:
    async with database.session() as session:
        person = await add_person(session, "Yousef")
        key = await add_key(session, person)
    await talk.say("I am Yousef", key)
    await talk.guest("Sofia", "Hello Yousef")

    async with database.session() as session:
        await privacy.erase(session, Subject(person.email))

    assert await talk.shown() == ["Hello Yousef"]
    dump = str(await rows(database_url))
    assert "I am Yousef" not in dump and "'deleted': True" in dump
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        found = await connection.execute("select name from chat_author where network is null")
        assert all("Yousef" not in name for (name,) in await found.fetchall())


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_card_number_is_never_stored(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(messages, "cover_private", lambda text: text)
    said = "charge 4242 4242 4242 4242"

    _, message = await talk.guest("Sofia", said)

    assert message["text"] == ("charge •••" if guard else said)
    assert await talk.shown() == [message["text"]]


async def test_team_may_name_its_address(talk: Talk) -> None:
    answer = await talk.say("Write to shop@example.com", talk.seller)

    assert answer.json()["text"] == "Write to shop@example.com"
