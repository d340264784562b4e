"""What people ask: through the doors of the chat, merged, by how many ask, and answered once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI

from showfloor.fanout import queries as fanout_queries
from showfloor.identity.service import Gate
from showfloor.identity.types import Admission
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.pace import Limit
from showfloor.privacy.types import Subject
from showfloor.replays import service as replays
from showfloor.replays.schemas import ReplayChange
from showfloor.replays.types import Cut
from showfloor.room import service
from showfloor.room.eraser import ERASER
from showfloor.room.queries import questions as sql
from showfloor.room.reader import QUESTIONS
from showfloor.room.service import questions, writing
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayFacts, ReplayState
from tests.integration.checkout.shop import execute, scalar
from tests.integration.room.conftest import ADULT, Talk, done
from tests.integration.room.test_accounts import signed_in
from tests.waiting import BOUND, until_somebody_waits

Headers = dict[str, str]


async def ask(talk: Talk, text: str, who: Headers | None = None, **body: Any) -> Any:
    return await talk.client.post(
        f"/api/v1/shows/{talk.show}/questions", json={"text": text, **body}, headers=who or {}
    )


async def guest(talk: Talk, name: str, text: str, **body: Any) -> tuple[Headers, dict[str, Any]]:
    """Somebody who asks: the header of their token, and the question."""
    answer = await ask(talk, text, name=name, **ADULT, **body)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}, answer.json()


async def join(talk: Talk, question: Any, who: Headers | None = None, **body: Any) -> Any:
    return await talk.client.post(
        f"/api/v1/questions/{question['id']}/askers", json=body, headers=who or {}
    )


async def decide(talk: Talk, what: str, question: Any, who: Headers | None = None) -> Any:
    return await talk.client.post(
        f"/api/v1/questions/{question['id']}/{what}", headers=who or talk.host
    )


async def listed(talk: Talk) -> list[tuple[str, int, str]]:
    """What everybody reads."""
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/questions")
    return [(one["text"], one["askers"], one["state"]) for one in answer.json()["items"]]


async def of_team(talk: Talk, who: Headers | None = None) -> Any:
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/asked", headers=who or talk.host)
    return answer.json().get("items", answer.json().get("code"))


async def number(talk: Talk, database_url: str) -> int:
    """What the room server reads."""
    async with fanout_queries.reader(database_url, BOUND) as reader:
        return (await reader.questions([talk.floor.show.id])).get(talk.floor.show.id, 0)


def product(talk: Talk, at: int = 0) -> str:
    return ids.encode("prod", talk.floor.products[at].id)


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


async def test_dismissed_question_is_the_team_s_alone_until_it_is_opened_again(
    talk: Talk, database_url: str
) -> None:
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    before = await number(talk, database_url)

    assert (await decide(talk, "dismiss", asked)).status_code == 200

    assert await number(talk, database_url) > before
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


async def test_who_asks_what_was_answered_gets_the_answer(talk: Talk) -> None:
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    answered = (await decide(talk, "answer", asked)).json()

    _, late = await guest(talk, "Omar", "is this cotton")

    assert (late["id"], late["state"]) == (asked["id"], "answered")
    assert late["answered_at"] == answered["answered_at"]


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


@pytest.mark.parametrize("what", ["answer", "dismiss", "reopen"])
async def test_who_does_not_moderate_decides_nothing(talk: Talk, what: str) -> None:
    _, asked = await guest(talk, "Sofia", "Is it cotton?")

    for who in (talk.stranger, talk.seller):
        answer = await decide(talk, what, asked, who)
        assert (answer.status_code, answer.json()["code"]) == (404, "question_not_found")
        assert await of_team(talk, who) == "show_not_found"
    assert await listed(talk) == [("Is it cotton?", 1, "open")]


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


async def test_number_of_the_room_is_another_one_after_each_change(
    talk: Talk, database_url: str
) -> None:
    seen = [await number(talk, database_url)]
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    seen.append(await number(talk, database_url))
    await join(talk, asked, name="Omar", **ADULT)
    seen.append(await number(talk, database_url))
    for what in ("answer", "reopen", "dismiss"):
        await decide(talk, what, asked)
        seen.append(await number(talk, database_url))

    assert seen == sorted(set(seen))


async def test_viewer_reads_and_erases_what_was_asked_with_the_account(
    talk: Talk, database: Database, database_url: str
) -> None:
    who = await signed_in(talk, database)
    cotton = (await ask(talk, "Is it cotton?", who, name="Sofia", **ADULT)).json()
    token = {"Authorization": f"Bearer {cotton['token']}"} | who
    red = (await ask(talk, "Is it red?", token)).json()
    daniel, _ = await guest(talk, "Daniel", "is this cotton, please")
    await join(talk, red, daniel)
    by_daniel = (await ask(talk, "How heavy is it?", daniel)).json()
    await join(talk, by_daniel, token)
    async with database.session() as session:
        subject = Subject("sofia@example.com", await account(database_url))
        known = await QUESTIONS.read(session, subject, "")
        await ERASER.erase(session, subject)
        left = await QUESTIONS.read(session, subject, "")

    assert [(row["name"], row["text"]) for row in known] == [
        ("Sofia", "Is it cotton?"),
        ("Sofia", "Is it red?"),
        ("Sofia", ""),
    ]
    assert left == []
    # Who asks the same has words of their own; who only joined has none to ask with.
    assert await listed(talk) == [
        ("is this cotton, please", 1, "open"),
        ("How heavy is it?", 1, "open"),
    ]
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        found = await connection.execute("select id, key is null from chat_question order by id")
        keys = await found.fetchall()
    assert keys == [
        (ids.parse("qst", cotton["id"]), True),
        (ids.parse("qst", by_daniel["id"]), True),
    ]


async def account(database_url: str) -> Any:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        found = await connection.execute(
            "select viewer_id from chat_author where viewer_id is not null"
        )
        row = await found.fetchone()
    assert row is not None
    return row[0]


async def test_what_was_asked_is_kept_for_a_year(talk: Talk, database: Database) -> None:
    await guest(talk, "Sofia", "Is it cotton?")
    later = clock.now() + timedelta(days=366)

    with clock.use(lambda: later):
        async with database.session() as session:
            await service.forget_old(session)

    assert await of_team(talk) == []


@pytest.fixture(params=[True, False], ids=["guarded", "twin"])
def is_held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In the twin nothing waits."""
    if not request.param:
        monkeypatch.setattr(writing, "is_for_review", lambda *_: False)
    return bool(request.param)


async def review(talk: Talk, what: str) -> None:
    path = f"/api/v1/shows/{talk.show}/chat"
    answer = await talk.client.patch(path, json={"review": what}, headers=talk.host)
    assert answer.status_code == 200, answer.text


async def test_question_is_no_way_around_what_messages_wait_for(talk: Talk, is_held: bool) -> None:
    """Its team alone reads it until somebody answers it; who asks the same gets their own words."""
    await review(talk, "all")

    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    _, same = await guest(talk, "Omar", "is it coton")

    assert await listed(talk) == ([] if is_held else [("Is it cotton?", 2, "open")])
    assert (same["id"], same["askers"]) == (asked["id"], 2)
    assert (same["text"], same["state"]) == (
        ("is it coton", "held") if is_held else ("Is it cotton?", "open")
    )
    (waiting,) = await of_team(talk)
    assert (waiting["text"], waiting["askers"]) == ("Is it cotton?", 2)
    await decide(talk, "answer", asked)
    assert await listed(talk) == [("Is it cotton?", 2, "answered")]


async def test_held_question_is_joined_by_nobody_and_let_through(talk: Talk, is_held: bool) -> None:
    """Who has its id gets no words of another by joining it."""
    await review(talk, "all")
    _, asked = await guest(talk, "Sofia", "Is it cotton?")
    token, _ = await guest(talk, "Omar", "How big is it?")

    joined = await join(talk, asked, token)

    assert (joined.status_code == 404) is is_held
    assert ("cotton" in joined.text) is not is_held
    if is_held:
        await decide(talk, "reopen", asked)
        assert await listed(talk) == [("Is it cotton?", 1, "open")]
        assert (await join(talk, asked, token)).status_code == 201
        assert await done(talk) == ["reopen", "settings"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("Sofia", "Call me on 0501234567"), ("cheap-bags.example", "Is it cotton?")],
)
async def test_what_leads_away_waits_also_where_it_is_covered_or_a_name(
    talk: Talk, name: str, text: str, is_held: bool
) -> None:
    await review(talk, "suspected")

    await guest(talk, name, text)
    await guest(talk, "Omar", "How big is it?")

    assert len(await listed(talk)) == (1 if is_held else 2)


async def test_answered_question_is_never_shown_in_words_that_nobody_looked_at(
    app: FastAPI, talk: Talk, database: Database
) -> None:
    """Also once the ones that were answered are erased."""
    who = await signed_in(talk, database)
    sofia = await ask(talk, "Is it cotton?", who, name="Sofia", **ADULT)
    await decide(talk, "answer", sofia.json())
    await guest(talk, "Omar", "is it cotton??")
    viewer = await viewer_of_question(database, sofia.json())

    async with database.session() as session:
        await ERASER.erase(session, Subject("sofia@example.com", viewer))

    assert await listed(talk) == []


async def viewer_of_question(database: Database, question: Any) -> UUID:
    found = await scalar(
        database,
        "select distinct viewer_id from chat_author join chat_asker on author_id = chat_author.id "
        f"where viewer_id is not null and question_id = '{ids.parse('qst', question['id'])}'",
    )
    return UUID(str(found))


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


async def test_network_asks_only_so_much(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are made up, addresses are not."""
    monkeypatch.setattr(questions, "QUESTIONS_OF_NETWORK", Limit(2, 60.0))
    for number in range(2):
        await guest(talk, f"Guest {number}", f"Is there one with {number} handles?")

    third = await ask(talk, "And in blue?", name="Guest 3", **ADULT)

    assert (third.status_code, third.json()["code"]) == (429, "writing_too_fast")
    assert len(await of_team(talk)) == 2


async def test_question_that_is_joined_is_not_deleted_under_its_asker(
    talk: Talk, database: Database, database_url: str
) -> None:
    """An erasure waits for whoever asks at this moment: their row would belong to nothing."""
    who = await signed_in(talk, database)
    asked = (await ask(talk, "Is it cotton?", who, name="Sofia", **ADULT)).json()
    viewer = await viewer_of_question(database, asked)
    question_id = ids.parse("qst", asked["id"])

    async def erase() -> None:
        async with database.session() as session:
            await ERASER.erase(session, Subject("sofia@example.com", viewer))

    async with await psycopg.AsyncConnection.connect(database_url) as joining:
        await joining.execute(
            "select from chat_question where id = %s for key share", [question_id]
        )
        erasing = asyncio.create_task(erase())
        await until_somebody_waits(database)
        await joining.execute(
            "insert into chat_asker select gen_random_uuid(), show_id, id, gen_random_uuid(), "
            "gen_random_uuid(), 'Omar', null, now() from chat_question where id = %s",
            [question_id],
        )
        await joining.commit()
    await erasing

    assert await scalar(database, "select count(*) from chat_asker") == 0


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
