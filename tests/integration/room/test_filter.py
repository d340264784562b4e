"""Words that are not taken, and one text that many send at once."""

from __future__ import annotations

from typing import Any

import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.room import queries
from showfloor.room.rules.pace import SAME
from showfloor.room.service import writing
from tests.clocks import stopped
from tests.integration.room.conftest import ADULT, Talk
from tests.integration.room.test_accounts import signed_in

RUDE = "يا شـرمـوطة"
SPAM = "Buy cheaper at mugs.example"


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


NO = (422, "chat_words_refused")


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_insult_is_not_taken(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(writing, "has_insult", lambda _: False)
    token, _ = await talk.guest("Maha", "kind")

    known = await talk.say(RUDE, token)
    new = await talk.say("f*ck you", name="Ana", **ADULT)
    named = await talk.say("kind, too", name="Sharmouta", **ADULT)

    assert {refusal(each) for each in (known, new, named)} == ({NO} if guard else {(201, "")})
    said = ["kind"] if guard else ["kind", RUDE, "f*ck you", "kind, too"]
    assert await talk.shown() == said
    assert refusal(await talk.say("kind again", token)) == (201, "")


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_refusal_is_said_in_the_writer_s_language(talk: Talk, lang: str) -> None:
    answer = await talk.say(RUDE, {"Accept-Language": lang}, name="Ana", **ADULT)

    detail = answer.json()["detail"]
    assert refusal(answer) == NO
    assert ("كلمة غير مقبولة" in detail) == (lang == "ar")


async def test_team_quotes_what_it_likes(talk: Talk) -> None:
    assert refusal(await talk.say("Nobody says fuck here", talk.host)) == (201, "")


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_one_text_that_many_send_is_slowed(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(writing, "burst_key", lambda _: None)

    spelled = [SPAM.upper() if at % 2 else f"{SPAM} {at}" for at in range(SAME.most + 1)]
    with stopped():
        answers = await all_say(talk, spelled)
    other = await talk.say("How long does delivery take?", name="Sofia", **ADULT)

    assert {refusal(each) for each in answers[:-1]} == {(201, "")}
    assert refusal(answers[-1]) == ((429, "writing_too_fast") if guard else (201, ""))
    assert refusal(other) == (201, "")


@pytest.mark.parametrize("text", ["السلام عليكم ورحمة الله", "I want the blue one"])
async def test_crowd_greets_and_answers_the_host(talk: Talk, text: str) -> None:
    answers = await all_say(talk, [text] * (3 * SAME.most))

    assert {refusal(each) for each in answers} == {(201, "")}


async def test_who_has_an_account_or_bought_is_not_slowed(talk: Talk, database: Database) -> None:
    account = await signed_in(talk, database)
    stranger, _ = await talk.guest("Maha")
    buyer, said = await talk.guest("Sofia")
    async with database.session() as session:
        message = await queries.message(session, ids.parse("msg", said["id"]))
        assert message is not None
        await queries.note_purchase(session, message.author_id)
    with stopped():
        await all_say(talk, [SPAM] * SAME.most)

        by_stranger = await talk.say(SPAM, stranger)
    by_buyer = await talk.say(SPAM, buyer)
    by_account = await talk.say(SPAM, account, name="Daniel", **ADULT)

    assert refusal(by_stranger) == (429, "writing_too_fast")
    assert [refusal(each) for each in (by_buyer, by_account)] == [(201, "")] * 2


async def all_say(talk: Talk, texts: list[str]) -> list[Any]:
    """Each by a new guest."""
    return [
        await talk.say(text, name=f"Guest {chr(ord('a') + at) * 3}", **ADULT)
        for at, text in enumerate(texts)
    ]
