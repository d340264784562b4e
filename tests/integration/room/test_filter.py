"""Words that are not taken, and one text that many send at once."""

from __future__ import annotations

from typing import Any

import pytest

from showfloor.room.rules.pace import SAME
from showfloor.room.service import messages
from tests.integration.room.conftest import ADULT, Talk

RUDE = "يا شـرمـوطة"
SPAM = "Buy cheaper at my shop"


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


NO = (422, "chat_words_refused")


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_insult_is_not_taken(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(messages, "has_insult", lambda _: False)
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
        monkeypatch.setattr(messages, "burst_key", lambda _: None)

    spelled = [SPAM.upper() if number % 2 else f"{SPAM}!" for number in range(SAME.most + 1)]
    answers = [
        await talk.say(text, name=f"Guest {'ABCDEFG'[number]}", **ADULT)
        for number, text in enumerate(spelled)
    ]
    other = await talk.say("How long does delivery take?", name="Sofia", **ADULT)

    assert {refusal(each) for each in answers[:-1]} == {(201, "")}
    assert refusal(answers[-1]) == ((429, "writing_too_fast") if guard else (201, ""))
    assert refusal(other) == (201, "")
