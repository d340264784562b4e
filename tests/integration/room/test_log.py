"""What the team reads of its own acts, and which of them can still be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.privacy.types import Subject
from showfloor.room.eraser import ERASER
from tests.clocks import stopped
from tests.integration.room.conftest import Talk
from tests.people import add_key, add_person


async def log(talk: Talk) -> list[dict[str, Any]]:
    """The newest first."""
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.host)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def act(talk: Talk, method: str, message: Any, what: str = "", **body: Any) -> None:
    path = f"/api/v1/messages/{message['id']}{what}"
    given = {"json": body} if what == "/mute" and method == "PUT" else {}
    answer = await talk.client.request(method, path, headers=talk.host, **given)
    assert answer.is_success, answer.text


def undoing(items: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(item["kind"], item["undo"]) for item in items]


async def test_log_says_who_did_what_to_which_message(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")

    await act(talk, "DELETE", message, "?reason=unkind")

    (item,) = await log(talk)
    assert (item["by"], item["writer"], item["text"]) == (talk.floor.host.name, "Daniel", "rude")
    assert (item["kind"], item["message"], item["reason"]) == ("delete", message["id"], "unkind")


async def test_act_offers_its_undo_until_that_was_done(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")
    await act(talk, "PUT", message, "/pin")
    await act(talk, "PUT", message, "/mute")
    await act(talk, "DELETE", message)
    before = undoing(await log(talk))

    await act(talk, "POST", message, "/restore")
    await act(talk, "DELETE", message, "/mute")
    await act(talk, "DELETE", message, "/pin")

    assert before == [("delete", "restore"), ("mute", "unmute"), ("pin", "unpin")]
    assert {undo for _, undo in undoing(await log(talk))} == {None}


async def test_of_two_mutes_of_one_writer_the_newest_offers_the_undo(talk: Talk) -> None:
    token, first = await talk.guest("Daniel", "rude")
    second = (await talk.say("ruder", token)).json()
    await act(talk, "PUT", first, "/mute")
    await act(talk, "PUT", second, "/mute")

    assert undoing(await log(talk)) == [("mute", "unmute"), ("mute", None)]


async def test_mute_that_is_over_offers_nothing(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")
    with stopped() as now:
        await act(talk, "PUT", message, "/mute", minutes=10)
        during = undoing(await log(talk))
        with clock.use(lambda: now + timedelta(minutes=10)):
            after = undoing(await log(talk))

    assert (during, after) == ([("mute", "unmute")], [("mute", None)])


async def test_words_of_an_erased_person_are_not_in_the_log(talk: Talk, database: Database) -> None:
    async with database.session() as session:
        viewer = await add_person(session, "Sofia")
        key = await add_key(session, viewer)
    message = (await talk.say("my words", key)).json()
    await act(talk, "DELETE", message, "?reason=Sofia+again")
    async with database.session() as session:
        await ERASER.erase(session, Subject(viewer.email))

    (item,) = await log(talk)

    assert (item["writer"], item["text"], item["undo"], item["reason"]) == (None, None, None, "")
