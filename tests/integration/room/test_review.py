"""Messages that wait until a moderator approves them."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from showfloor.fanout import queries as fanout
from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.privacy.types import Subject
from showfloor.replays import service as replays
from showfloor.room.eraser import ERASER
from showfloor.room.reader import READER
from showfloor.room.service import writing
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayFacts, ReplayState
from tests.integration.room.conftest import Talk, done, review
from tests.integration.room.test_accounts import first as say_first
from tests.integration.room.test_accounts import signed_in, viewer_of
from tests.integration.room.test_moderators import named
from tests.waiting import BOUND, until_somebody_waits


async def decide(talk: Talk, message: Any, how: str, who: dict[str, str] | None = None) -> int:
    path = f"/api/v1/messages/{message['id']}/{how}"
    return (await talk.client.post(path, headers=who or talk.host)).status_code


async def queue(talk: Talk) -> list[str]:
    path = f"/api/v1/shows/{talk.show}/held-messages"
    found = (await talk.client.get(path, headers=talk.host)).json()
    assert found["count"] == len(found["items"])
    return [message["text"] for message in found["items"]]


async def in_stream(talk: Talk, database_url: str) -> list[str]:
    """What viewers get on a new connection, and all changes that those get who are there."""
    show = talk.floor.show.id
    async with fanout.reader(database_url, BOUND) as reader:
        opening = (await reader.last_messages([show], 50))[show]
        changes = await reader.messages(0, [], 1000)
    return [message.value for message in (*opening, *(each for _, each in changes))]


@pytest.fixture(params=[True, False], ids=["guarded", "twin"])
def is_held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In the twin nothing waits: what the other asks for is there then."""
    if not request.param:
        monkeypatch.setattr(writing, "is_for_review", lambda *_: False)
    return bool(request.param)


async def test_held_message_is_in_no_history(talk: Talk, is_held: bool) -> None:
    await review(talk, "all")

    token, sent = await talk.guest("Sofia", "first")
    again = (await talk.say("second", token)).json()

    assert (sent["held"], again["held"]) == (is_held, is_held)
    assert await talk.shown() == ([] if is_held else ["first", "second"])
    assert await talk.shown(limit="1") == ([] if is_held else ["second"])
    assert await queue(talk) == (["first", "second"] if is_held else [])


async def test_held_message_is_in_no_stream(talk: Talk, database_url: str, is_held: bool) -> None:
    await review(talk, "all")

    await talk.guest("Sofia", "secret words")

    assert any("secret" in each for each in await in_stream(talk, database_url)) is not is_held
    assert await in_stream(talk, database_url) == [] or not is_held


async def test_held_message_is_not_pinned(talk: Talk, is_held: bool) -> None:
    await review(talk, "all")
    _, sent = await talk.guest("Sofia", "first")

    answer = await talk.client.put(f"/api/v1/messages/{sent['id']}/pin", headers=talk.host)

    assert answer.status_code == (404 if is_held else 204)
    found = (await talk.client.get(f"/api/v1/shows/{talk.show}/messages")).json()
    assert (found["pinned"] is None) is is_held


async def test_held_message_is_not_answered(talk: Talk, is_held: bool) -> None:
    await review(talk, "all")
    _, sent = await talk.guest("Sofia", "first")

    answer = await talk.say("To you", talk.host, reply_to=sent["id"])

    assert answer.status_code == (404 if is_held else 201)


async def test_held_message_is_not_in_the_replay(
    talk: Talk, database: Database, database_url: str, is_held: bool
) -> None:
    await review(talk, "all")
    await talk.guest("Sofia", "first")
    show = talk.floor.show.id
    async with database.session() as session:
        await shows.end_show(session, person=talk.floor.host, show_id=show)
        await replays.begin(session, show, clock.now())
        await shows.set_replay(session, show, ReplayFacts(ReplayState.READY, clock.now(), 60_000))

    assert await talk.shown() == ([] if is_held else ["first"])
    assert (await in_stream(talk, database_url) == []) is is_held


async def test_restoring_decides_nothing(talk: Talk) -> None:
    await review(talk, "all")
    _, sent = await talk.guest("Sofia", "first")

    assert await decide(talk, sent, "restore") == 404
    assert await talk.shown() == []
    assert await queue(talk) == ["first"]


async def test_approved_message_comes_where_it_was_said(talk: Talk, database_url: str) -> None:
    token, _ = await talk.guest("Sofia", "before")
    await review(talk, "all")
    held = (await talk.say("held", token)).json()
    await talk.say("after", talk.host)
    streamed = len(await in_stream(talk, database_url))

    assert await decide(talk, held, "approve") == 204

    assert await talk.shown() == ["before", "held", "after"]
    assert len(await in_stream(talk, database_url)) == streamed + 2
    found = (await talk.client.get(f"/api/v1/shows/{talk.show}/messages")).json()["items"][1]
    assert found["media_at"] == held["media_at"]
    assert await queue(talk) == []
    assert await done(talk) == ["approve", "settings"]


async def test_refused_message_is_shown_after_all(talk: Talk) -> None:
    await review(talk, "all")
    _, sent = await talk.guest("Sofia", "first")

    assert await decide(talk, sent, "refuse") == 204
    assert (await queue(talk), await talk.shown()) == ([], [])
    assert await decide(talk, sent, "approve") == 409

    assert await decide(talk, sent, "restore") == 200
    assert await talk.shown() == ["first"]
    assert await done(talk) == ["restore", "refuse", "settings"]


@pytest.mark.parametrize(("how", "other"), [("approve", "approve"), ("refuse", "refuse")])
async def test_two_moderators_on_one_message_are_one_decision(
    talk: Talk, how: str, other: str
) -> None:
    await review(talk, "all")
    _, sent = await talk.guest("Sofia", "first")

    answers = await asyncio.gather(decide(talk, sent, how), decide(talk, sent, other))

    assert answers == [204, 204]
    assert await done(talk) == [how, "settings"]


async def test_second_decision_of_another_kind_changes_nothing(talk: Talk) -> None:
    await review(talk, "all")
    _, sent = await talk.guest("Sofia", "first")
    await decide(talk, sent, "approve")

    path = f"/api/v1/messages/{sent['id']}/refuse"
    answer = await talk.client.post(path, headers=talk.host)

    assert (answer.status_code, answer.json()["code"]) == (409, "message_decided")
    assert await talk.shown() == ["first"]
    assert await done(talk) == ["approve", "settings"]


async def test_team_is_never_held(talk: Talk) -> None:
    await review(talk, "all")

    assert (await talk.say("Welcome", talk.host)).json()["held"] is False
    assert (await talk.say("Mine", talk.seller)).json()["held"] is False
    assert await talk.shown() == ["Welcome", "Mine"]


async def test_only_the_team_sees_and_decides(talk: Talk, is_guarded: bool) -> None:
    await review(talk, "all")
    token, sent = await talk.guest("Sofia", "first")
    path = f"/api/v1/shows/{talk.show}/held-messages"

    for who in (talk.stranger, talk.seller):
        assert (await talk.client.get(path, headers=who)).status_code == 404
    assert (await talk.client.get(path, headers=token)).status_code == 401
    assert await decide(talk, sent, "approve", talk.stranger) == (404 if is_guarded else 204)
    assert await talk.shown() == ([] if is_guarded else ["first"])


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Is it cotton?", False),
        ("Cheaper at cheap-bags.example", True),
        ("راسلوني على 0501234567", True),
        ("اشتريت هذا اللون", False),
    ],
)
async def test_what_leads_away_is_held_when_that_is_suspected(
    talk: Talk, text: str, held: bool
) -> None:
    token, _ = await talk.guest("Sofia", "before")
    await review(talk, "suspected")

    assert (await talk.say(text, token)).json()["held"] is held
    assert len(await talk.shown()) == (1 if held else 2)


async def test_mute_refuses_what_waits(talk: Talk) -> None:
    token, first = await talk.guest("Daniel", "rude")
    await review(talk, "all")
    second = (await talk.say("ruder", token)).json()
    await talk.guest("Sofia", "kind")

    path = f"/api/v1/messages/{second['id']}/mute"
    assert (await talk.client.put(path, json={}, headers=talk.host)).status_code == 204

    assert await queue(talk) == ["kind"]
    assert await talk.shown() == ["rude"]
    assert first["held"] is False
    assert await done(talk) == ["refuse", "mute", "settings"]
    assert await decide(talk, second, "approve") == 409


async def test_moderator_whom_the_host_named_decides_and_never_waits(
    talk: Talk, database: Database
) -> None:
    """And one of another show decides nothing."""
    helper, stranger = await named(talk, database), talk.stranger
    await review(talk, "all")
    _, sent = await talk.guest("Sofia", "first")

    assert await decide(talk, sent, "approve", stranger) == 404
    assert await decide(talk, sent, "approve", helper.key) == 204
    own = (await talk.say("welcome", helper.key)).json()

    assert (own["held"], await talk.shown()) == (False, ["first", "welcome"])
    assert await done(talk) == ["approve", "settings"]


async def test_two_who_mute_one_account_do_not_wait_for_each_other_in_a_circle(
    talk: Talk, database: Database, database_url: str
) -> None:
    """All its rows are locked in one order, before any message: an erasure, and a second moderator
    who mutes it by what it said on another device, do the same.
    """
    who = await signed_in(talk, database)
    first = (await say_first(talk, who, "Sofia", "here")).json()
    second = (await say_first(talk, who, "Sofia", "there")).json()

    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("select from chat_author order by id for update")
        paths = [f"/api/v1/messages/{each['id']}/mute" for each in (first, second)]
        mutes = [
            asyncio.create_task(talk.client.put(path, json={}, headers=talk.host)) for path in paths
        ]
        await until_somebody_waits(database, 2)
        # Neither has taken a message yet, which whoever erases takes next.
        await other.execute("select from chat_message for update nowait")
        await other.commit()
    assert [each.status_code for each in await asyncio.gather(*mutes)] == [204, 204]


async def test_held_message_goes_with_its_account_and_stands_in_its_copy(
    talk: Talk, database: Database
) -> None:
    who = await signed_in(talk, database)
    await review(talk, "all")
    sent = (await say_first(talk, who, "Sofia", "my words")).json()
    subject = Subject("sofia@example.com", await viewer_of(database, sent))

    async with database.session() as session:
        known = await READER.read(session, subject, "")
        await ERASER.erase(session, subject)

    assert [row["text"] for row in known] == ["my words"]
    assert await queue(talk) == []
    assert await decide(talk, sent, "approve") == 404
