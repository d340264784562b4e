"""What the show's team takes off the screens, and puts back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.pace import Limit
from showfloor.room import queries
from showfloor.room.service import writing
from tests.clocks import stopped
from tests.integration.room.conftest import ADULT, Talk, done, in_room

USUAL = {
    "slow_s": 0,
    "emoji_only": False,
    "buyers_only": False,
    "closed": False,
    "review": "nothing",
    "pinned_id": None,
    "buy_by_comment": True,
}


async def delete(talk: Talk, message: Any, who: dict[str, str], reason: str = "") -> int:
    answer = await talk.client.delete(
        f"/api/v1/messages/{message['id']}", headers=who, params={"reason": reason}
    )
    return answer.status_code


async def test_deleted_message_is_gone_until_it_is_restored(talk: Talk) -> None:
    _, first = await talk.guest("Sofia", "kind")
    _, second = await talk.guest("Daniel", "rude")

    assert await delete(talk, second, talk.host, "unkind") == 204
    assert await talk.shown() == ["kind"]

    answer = await talk.client.post(f"/api/v1/messages/{second['id']}/restore", headers=talk.host)
    assert (answer.status_code, answer.json()["text"]) == (200, "rude")
    assert await talk.shown() == ["kind", "rude"]
    assert await done(talk) == ["restore", "delete unkind"]
    assert await delete(talk, first, talk.host) == 204


DIRTY = "rude\r\n\x00 \u202ewords\U000e0041" + "!\u0335" * 2 + "\u0335" * 40
CLEAN = "rude words!\u0335!" + "\u0335" * 3


async def test_reason_is_cleaned_wherever_it_stands(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")
    path = f"/api/v1/messages/{message['id']}"
    by_query, in_body = {"params": {"reason": DIRTY}}, {"json": {"reason": DIRTY}}

    answers = [
        await talk.client.request(method, path + rest, headers=talk.host, **given)
        for method, rest, given in (
            ("DELETE", "", by_query),
            ("POST", "/restore", by_query),
            ("PUT", "/mute", in_body),
            ("DELETE", "/mute", by_query),
        )
    ]
    await change(talk, talk.host, slow_s=8, reason=DIRTY)

    assert all(answer.is_success for answer in answers)
    kinds = ("settings", "unmute", "mute", "restore", "delete")
    assert await done(talk) == [f"{kind} {CLEAN}" for kind in kinds]


async def test_reason_of_201_letters_is_refused(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")

    assert await delete(talk, message, talk.host, "x" * 201) == 422
    assert await talk.shown() == ["rude"]
    assert await delete(talk, message, talk.host, " " * 100 + "x" * 200) == 204
    assert await done(talk) == [f"delete {'x' * 200}"]


async def test_two_moderators_on_one_message_are_one_action(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")

    answers = await asyncio.gather(*(delete(talk, message, talk.host) for _ in range(2)))

    assert answers == [204, 204]
    assert await done(talk) == ["delete"]


async def test_only_who_runs_the_show_moderates(talk: Talk, is_guarded: bool) -> None:
    token, message = await talk.guest("Daniel", "rude")

    assert await delete(talk, message, talk.seller) == (404 if is_guarded else 204)
    assert await delete(talk, message, talk.stranger) == (404 if is_guarded else 204)
    assert await delete(talk, message, token) == 401
    assert await talk.shown() == (["rude"] if is_guarded else [])
    assert await done(talk) == ([] if is_guarded else ["delete"])


async def test_log_is_the_team_s(talk: Talk) -> None:
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.seller)

    assert (answer.status_code, answer.json()["code"]) == (404, "show_not_found")


async def change(talk: Talk, who: dict[str, str], **change: Any) -> Any:
    return await talk.client.patch(f"/api/v1/shows/{talk.show}/chat", json=change, headers=who)


async def refused(talk: Talk, text: str, who: dict[str, str]) -> tuple[int, str]:
    answer = await talk.say(text, who)
    return answer.status_code, answer.json().get("code", "")


async def test_paused_chat_takes_the_team_s_messages_alone(talk: Talk, database: Database) -> None:
    token, _ = await talk.guest("Sofia", "before")

    assert (await change(talk, talk.host, closed=True, reason="a quarrel")).status_code == 200
    assert await refused(talk, "now", token) == (409, "chat_paused")
    assert await refused(talk, "team", talk.host) == (201, "")
    assert await talk.shown() == ["before", "team"]
    assert await in_room(talk, database) == {**USUAL, "closed": True}

    await change(talk, talk.host, closed=False)
    assert await refused(talk, "after", token) == (201, "")
    assert await done(talk) == ["resume", "pause a quarrel"]


async def test_pause_is_taken_back_from_the_log_as_long_as_it_holds(talk: Talk) -> None:
    await change(talk, talk.host, closed=True, slow_s=5)
    assert await undoing(talk) == [("settings", None), ("pause", "resume")]

    await change(talk, talk.host, closed=False)
    assert await undoing(talk) == [("resume", "pause"), ("settings", None), ("pause", None)]


async def undoing(talk: Talk) -> list[tuple[str, str | None]]:
    path = f"/api/v1/shows/{talk.show}/chat-actions"
    found = (await talk.client.get(path, headers=talk.host)).json()["items"]
    return [(action["kind"], action["undo"]) for action in found]


async def test_slow_chat_takes_one_message_in_so_many_seconds(talk: Talk) -> None:
    token, _ = await talk.guest("Sofia", "before")
    await change(talk, talk.host, slow_s=30)

    with stopped():
        assert (await talk.say("first", token)).status_code == 201
        answer = await talk.say("second", token)

    refusal = answer.json()
    assert (answer.status_code, refusal["code"], refusal["wait_s"]) == (429, "writing_too_fast", 30)
    assert await talk.shown() == ["before", "first"]
    assert (await talk.say("as often as needed", talk.host)).status_code == 201
    assert (await talk.say("as often as needed", talk.host)).status_code == 201


async def test_refused_message_uses_up_no_turn(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "AUTHOR", Limit(2, 1000))
    token, _ = await talk.guest("Sofia", "before")
    await change(talk, talk.host, slow_s=30)
    nothing = ids.encode("msg", ids.new())

    for _ in range(2):
        gone = await talk.say("to nothing", token, reply_to=nothing)
        assert (gone.status_code, gone.json()["code"]) == (404, "message_not_found")
    assert await refused(talk, "now", token) == (201, "")


async def test_refused_message_uses_up_no_turn_of_a_newcomer(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "NEWCOMERS", Limit(2, 1000))
    _, message = await talk.guest("Daniel", "rude")
    await mute(talk, message, talk.host)
    nothing = ids.encode("msg", ids.new())

    for _ in range(2):
        gone = await talk.say("to nothing", name="Ana", reply_to=nothing, **ADULT)
        assert (gone.status_code, gone.json()["code"]) == (404, "message_not_found")
    assert (await talk.say("now", name="Ana", **ADULT)).status_code == 201


async def test_chat_of_emoji_alone(talk: Talk) -> None:
    token, _ = await talk.guest("Sofia", "before")
    await change(talk, talk.host, emoji_only=True)

    assert await refused(talk, "words", token) == (422, "chat_emoji_only")
    assert await refused(talk, "👏🏽 ❤️", token) == (201, "")
    assert await talk.shown() == ["before", "👏🏽 ❤️"]


async def test_what_is_left_out_of_a_change_stays(talk: Talk) -> None:
    await change(talk, talk.host, slow_s=8)

    answer = await change(talk, talk.host, emoji_only=True)

    assert answer.json() == {**USUAL, "slow_s": 8, "emoji_only": True}


@pytest.mark.parametrize("bad", [{"slow_s": -1}, {"slow_s": 301}, {"slow_s": "8"}, {"slow": 8}])
async def test_settings_that_are_none_are_refused(
    talk: Talk, database: Database, bad: dict[str, Any]
) -> None:
    answer = await change(talk, talk.host, **bad)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert await in_room(talk, database) is None


async def mute(talk: Talk, message: Any, who: dict[str, str], **body: Any) -> int:
    answer = await talk.client.put(f"/api/v1/messages/{message['id']}/mute", json=body, headers=who)
    return answer.status_code


async def test_muted_writer_writes_nothing_until_the_time_is_over(talk: Talk) -> None:
    token, message = await talk.guest("Daniel", "rude")
    other, _ = await talk.guest("Sofia", "kind")

    with stopped() as now:
        assert await mute(talk, message, talk.host, minutes=10, reason="unkind") == 204
        answer = await talk.say("again", token)
        assert await refused(talk, "still here", other) == (201, "")
        with clock.use(lambda: now + timedelta(minutes=10)):
            assert await refused(talk, "sorry", token) == (201, "")

    refusal = answer.json()
    assert (answer.status_code, refusal["code"], refusal["wait_s"]) == (403, "chat_muted", 600)


async def test_mute_for_the_show_is_taken_back(talk: Talk) -> None:
    token, message = await talk.guest("Daniel", "rude")
    await mute(talk, message, talk.host)
    assert await refused(talk, "again", token) == (403, "chat_muted")

    path = f"/api/v1/messages/{message['id']}/mute"
    assert (await talk.client.delete(path, headers=talk.host)).status_code == 204

    assert await refused(talk, "sorry", token) == (201, "")
    assert await done(talk) == ["unmute", "mute"]


async def test_only_who_runs_the_show_mutes(talk: Talk, is_guarded: bool) -> None:
    token, message = await talk.guest("Daniel", "kind")

    assert await mute(talk, message, talk.stranger) == (404 if is_guarded else 204)
    assert (await change(talk, talk.stranger, closed=True)).status_code == 404
    assert await refused(talk, "more", token) == ((201, "") if is_guarded else (403, "chat_muted"))


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_muted_guest_does_not_come_back_under_name_after_name(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    async def nobody(*_: object) -> bool:
        return False

    if not guard:
        monkeypatch.setattr(queries, "is_muted_near", nobody)
    _, message = await talk.guest("Daniel", "rude")
    await mute(talk, message, talk.host)

    answers = [await talk.say("again", name=f"Daniel {letter}", **ADULT) for letter in "abc"]

    written = [answer.status_code for answer in answers]
    assert written == ([201, 429, 429] if guard else [201, 201, 201])


async def test_shorter_mute_does_not_end_a_longer_one(talk: Talk) -> None:
    token, first = await talk.guest("Daniel", "rude")
    second = (await talk.say("ruder", token)).json()
    await mute(talk, first, talk.host)

    assert await mute(talk, second, talk.host, minutes=10) == 204

    now = clock.now()
    with clock.use(lambda: now + timedelta(minutes=11)):
        assert await refused(talk, "back", token) == (403, "chat_muted")


async def test_nobody_of_the_team_is_muted(talk: Talk) -> None:
    message = (await talk.say("Welcome", talk.host)).json()

    assert await mute(talk, message, talk.host) == 404
    assert await refused(talk, "more", talk.host) == (201, "")
