"""What sellers list is refused or waits, in messages, questions and names, from the next one on."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import psycopg
import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.room.service import writing
from showfloor.room.service.words import SellersWords
from showfloor.room.types import MOST_WORDS
from tests.integration.room.conftest import ADULT, Talk
from tests.integration.room.test_filter import NO, refusal
from tests.integration.room.test_moderators import named
from tests.integration.room.test_review import queue
from tests.people import add_key
from tests.waiting import until_somebody_waits

MANY = ["a".join(letters) for letters in itertools.product("bcdfhjkm", repeat=3)][:MOST_WORDS]


def path_of(talk: Talk, number: int = 0) -> str:
    (merchant,) = talk.floor.sellers[number].merchant_ids
    return f"/api/v1/merchants/{ids.encode('mer', merchant)}/chat-words"


async def put(talk: Talk, *lines: str, effect: str = "refuse", language: str = "en") -> Any:
    body = {"language": language, "effect": effect, "lines": lines}
    return await talk.client.post(path_of(talk), json=body, headers=talk.seller)


async def listed(talk: Talk) -> list[tuple[str, str, str]]:
    found = (await talk.client.get(path_of(talk), headers=talk.seller)).json()
    return [(one["text"], one["language"], one["effect"]) for one in found["items"]]


async def ask(talk: Talk, text: str, who: dict[str, str] | None = None, **body: Any) -> Any:
    path = f"/api/v1/shows/{talk.show}/questions"
    return await talk.client.post(path, json={"text": text, **body}, headers=who or {})


@pytest.fixture(params=[True, False], ids=["guarded", "twin"])
def is_looked_up(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In the twin nobody looks at the lists: what they keep out is there then."""

    async def none(*_: object) -> SellersWords:
        return SellersWords()

    if not request.param:
        monkeypatch.setattr(writing, "words_of_sellers", none)
    return bool(request.param)


@pytest.mark.parametrize(
    ("entry", "language", "text"),
    [
        ("rubbish", "en", "R u b b 1 s h!"),
        ("بضاعة مقلدة", "ar", "بضـاعه مُقلّده"),
        ("7arami", "ar-Latn", "ya 7aramiii"),
    ],
)
async def test_listed_word_is_refused_in_the_show_that_runs(
    talk: Talk, is_looked_up: bool, entry: str, language: str, text: str
) -> None:
    token, _ = await talk.guest("Sofia", "before")
    assert (await put(talk, entry, language=language)).status_code == 201

    said, asked = await talk.say(text, token), await ask(talk, text, token)

    if is_looked_up:
        assert (refusal(said), refusal(asked)) == (NO, NO)
        assert await talk.shown() == ["before"]
    else:
        assert (said.status_code, asked.status_code) == (201, 201)


async def test_listed_word_waits_for_a_moderator(talk: Talk, is_looked_up: bool) -> None:
    token, _ = await talk.guest("Sofia", "before")
    await put(talk, "discount", effect="hold")

    said = (await talk.say("any d1scount?", token)).json()
    asked = (await ask(talk, "is there a discount", token)).json()

    assert said["held"] is is_looked_up
    assert asked["state"] == ("held" if is_looked_up else "open")
    assert await queue(talk) == (["any d1scount?"] if is_looked_up else [])
    assert ("any d1scount?" in await talk.shown()) is not is_looked_up


async def test_listed_name_is_refused_or_what_is_written_under_it_waits(
    talk: Talk, is_looked_up: bool
) -> None:
    await put(talk, "Bagazon")
    await put(talk, "Rival", effect="hold")

    refused = await talk.say("hi", name="B4gazon", **ADULT)
    waits = await talk.say("hello", name="Rival", **ADULT)

    if is_looked_up:
        assert refusal(refused) == NO
        assert (waits.json()["held"], await talk.shown()) == (True, [])
    else:
        assert await talk.shown() == ["hi", "hello"]


async def test_who_writes_under_a_name_that_is_listed_later_waits(
    talk: Talk, is_looked_up: bool
) -> None:
    token, _ = await talk.guest("Bagazon", "first")
    await put(talk, "bagazon")

    again = (await talk.say("second", token)).json()

    assert again["held"] is is_looked_up


async def test_removed_word_is_taken_again_at_once(talk: Talk) -> None:
    (word,) = (await put(talk, "rubbish")).json()["items"]
    token, _ = await talk.guest("Sofia", "before")
    assert refusal(await talk.say("rubbish", token)) == NO

    gone = await talk.client.delete(f"{path_of(talk)}/{word['id']}", headers=talk.seller)
    again = await talk.client.delete(f"{path_of(talk)}/{word['id']}", headers=talk.seller)

    assert gone.status_code == 204
    assert refusal(again) == (404, "chat_word_not_found")
    assert (await talk.say("rubbish", token)).status_code == 201
    assert await listed(talk) == []


async def test_team_that_sells_writes_what_it_likes_and_its_moderators_do_not(
    talk: Talk, database: Database
) -> None:
    helper = await named(talk, database)
    await put(talk, "rubbish")

    assert (await talk.say("no rubbish here", talk.host)).status_code == 201
    assert (await talk.say("no rubbish here", talk.seller)).status_code == 201
    assert refusal(await talk.say("rubbish", helper.key)) == NO


async def test_list_counts_where_its_seller_sells_alone(talk: Talk, database: Database) -> None:
    """Of two sellers of one show both count; of one who sells nothing there neither."""
    async with database.session() as session:
        other = await add_key(session, talk.floor.sellers[1])
    token, _ = await talk.guest("Sofia", "before")
    body = {"language": "en", "effect": "refuse", "lines": ["glue"]}
    answer = await talk.client.post(path_of(talk, 1), json=body, headers=other)
    assert answer.status_code == 201

    assert refusal(await talk.say("glue", token)) == NO
    taken = await talk.client.post(path_of(talk), json=body, headers=talk.stranger)
    assert taken.status_code == 403
    assert await listed(talk) == []


async def test_lines_are_pasted_once_and_take_the_place_of_what_finds_the_same(talk: Talk) -> None:
    first = (await put(talk, "Rubbish", "", "  fake  ", "rubbish", "r u b b i s h")).json()
    second = (await put(talk, "RUBBISH", "scam", effect="hold", language="ar-Latn")).json()

    assert (first["added"], first["known"], len(first["items"])) == (2, 0, 2)
    assert (second["added"], second["known"]) == (1, 1)
    assert second["most"] == MOST_WORDS
    assert await listed(talk) == [
        ("RUBBISH", "ar-Latn", "hold"),
        ("scam", "ar-Latn", "hold"),
        ("fake", "en", "refuse"),
    ]


@pytest.mark.parametrize("line", ["!", "\U0001f525", "x"])
async def test_line_without_a_word_adds_none_of_them(talk: Talk, line: str) -> None:
    answer = await put(talk, "rubbish", line)

    assert refusal(answer) == (422, "chat_word_unreadable")
    assert "2" in answer.json()["detail"]
    assert await listed(talk) == []


async def test_list_has_an_end(talk: Talk) -> None:
    assert (await put(talk, *MANY)).json()["added"] == MOST_WORDS

    assert refusal(await put(talk, "one more")) == (409, "chat_words_full")
    assert (await put(talk, MANY[1].upper(), effect="hold")).status_code == 201
    assert len(await listed(talk)) == MOST_WORDS
    assert (await put(talk, *MANY, "too many")).status_code == 422
    assert (await put(talk, "x" * 61)).status_code == 422


async def test_two_who_fill_a_list_at_once_do_so_one_after_the_other(
    talk: Talk, database: Database, database_url: str
) -> None:
    await put(talk, *MANY[1:])
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("select from chat_word_list for update")
        both = [asyncio.create_task(put(talk, word)) for word in ("aardvark", "zebra")]
        await until_somebody_waits(database, 2)
        await other.commit()

    answers = await asyncio.gather(*both)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await listed(talk)) == MOST_WORDS
