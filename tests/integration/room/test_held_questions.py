"""A question waits for a moderator as a message does."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from showfloor.kit.db import Database
from showfloor.privacy.types import Subject
from showfloor.room.eraser import ERASER
from showfloor.room.service import writing
from tests.integration.room.asking import (
    ask,
    decide,
    guest,
    join,
    listed,
    of_team,
    viewer_of_question,
)
from tests.integration.room.conftest import ADULT, Talk, done, review
from tests.integration.room.test_accounts import signed_in


@pytest.fixture(params=[True, False], ids=["guarded", "twin"])
def is_held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In the twin nothing waits."""
    if not request.param:
        monkeypatch.setattr(writing, "is_for_review", lambda *_: False)
    return bool(request.param)


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
