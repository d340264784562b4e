"""One message stands above all others, for everybody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from showfloor.kit import clock, recent
from showfloor.kit.db import Database
from showfloor.kit.recent import Recent
from showfloor.replays import service as replays
from showfloor.replays.schemas import ReplayChange
from showfloor.room.deps import KEPT_SECONDS, RoomDeps
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayFacts, ReplayState
from tests.integration.room.conftest import Talk, done, in_room
from tests.statements import noted


async def pin(talk: Talk, message: Any, who: dict[str, str], method: str = "PUT") -> int:
    path = f"/api/v1/messages/{message['id']}/pin"
    return (await talk.client.request(method, path, headers=who)).status_code


async def pinned(talk: Talk) -> str | None:
    """Its words, for who comes after more messages than are read."""
    path = f"/api/v1/shows/{talk.show}/messages"
    found = (await talk.client.get(path, params={"limit": 1})).json()["pinned"]
    return found["text"] if found else None


async def test_pinned_message_is_known_to_everybody_until_it_is_unpinned(
    talk: Talk, database: Database
) -> None:
    token, first = await talk.guest("Sofia", "Is it cotton?")
    second = (await talk.say("The code is NOOR10", talk.host)).json()
    await talk.say("thanks", token)

    assert await pin(talk, first, talk.host) == 204
    assert await pin(talk, second, talk.host) == 204
    assert await pin(talk, second, talk.host) == 204
    assert await pinned(talk) == "The code is NOOR10"
    assert (await in_room(talk, database))["pinned_id"] == second["id"]

    assert await pin(talk, first, talk.host, "DELETE") == 204
    assert await pinned(talk) == "The code is NOOR10"
    assert await pin(talk, second, talk.host, "DELETE") == 204
    assert await pinned(talk) is None
    assert (await in_room(talk, database))["pinned_id"] is None
    assert await done(talk) == ["unpin", "pin", "pin"]


async def test_settings_leave_what_is_pinned(talk: Talk, database: Database) -> None:
    _, message = await talk.guest("Sofia", "Is it cotton?")
    await pin(talk, message, talk.host)

    path = f"/api/v1/shows/{talk.show}/chat"
    answer = await talk.client.patch(path, json={"slow_s": 8}, headers=talk.host)

    assert answer.json()["pinned_id"] == message["id"]
    assert (await in_room(talk, database))["pinned_id"] == message["id"]


async def test_deleted_message_is_not_pinned_until_it_is_restored(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")
    await pin(talk, message, talk.host)

    await talk.client.delete(f"/api/v1/messages/{message['id']}", headers=talk.host)
    assert await pinned(talk) is None
    assert await pin(talk, message, talk.host) == 404

    await talk.client.post(f"/api/v1/messages/{message['id']}/restore", headers=talk.host)
    assert await pinned(talk) == "rude"


async def test_only_who_runs_the_show_pins(talk: Talk, is_guarded: bool) -> None:
    token, message = await talk.guest("Daniel", "Buy from me")

    assert await pin(talk, message, token) == 401
    assert await pin(talk, message, talk.stranger) == (404 if is_guarded else 204)
    assert await pinned(talk) == (None if is_guarded else "Buy from me")


async def test_pinned_message_stays_in_the_replay_unless_it_is_cut_out(
    talk: Talk, database: Database
) -> None:
    message = (await talk.say("The code is NOOR10", talk.host)).json()
    later = (await talk.say("Bye", talk.host)).json()
    await pin(talk, message, talk.host)
    own = {"person": talk.floor.host, "show_id": talk.floor.show.id}
    async with database.session() as session:
        await shows.end_show(session, **own)
        await replays.begin(session, talk.floor.show.id, clock.now())
        await shows.set_replay(session, talk.floor.show.id, ReplayFacts(ReplayState.READY))

    assert await pinned(talk) == "The code is NOOR10"

    span = {"start": message["media_at"], "end": later["media_at"]}
    async with database.session() as session:
        hidden = ReplayChange.model_validate({"hidden": [span]})
        await replays.change_replay(session, **own, change=hidden)
    assert await pinned(talk) is None


async def test_all_who_ask_for_what_is_pinned_share_an_answer_of_a_second(
    app: FastAPI, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(recent.clock, "monotonic", lambda: now)
    app.state.room.newest = RoomDeps(secret="s").newest
    _, message = await talk.guest("Sofia", "Is it cotton?")
    await pin(talk, message, talk.host)

    with noted(app.state.database) as first:
        assert await pinned(talk) == "Is it cotton?"
    with noted(app.state.database) as others:
        assert await asyncio.gather(*[pinned(talk) for _ in range(50)]) == ["Is it cotton?"] * 50

    assert len(first) > 1
    assert others == []
    await talk.client.delete(f"/api/v1/messages/{message['id']}", headers=talk.host)
    now += KEPT_SECONDS
    assert await pinned(talk) is None


async def test_no_other_answer_is_kept(app: FastAPI, talk: Talk) -> None:
    app.state.room.newest = Recent(seconds=1000.0, most=1000)
    await talk.guest("Sofia", "Is it cotton?")
    first = [await talk.shown(), await talk.shown(limit="2"), await talk.shown(limit="500")]
    kept = await talk.shown(limit="1")
    await talk.guest("Daniel", "It is")

    assert first == [["Is it cotton?"]] * 3
    assert kept == await talk.shown(limit="1") == ["Is it cotton?"]
    for query in ({}, {"limit": "2"}, {"limit": "500"}):
        assert await talk.shown(**query) == ["Is it cotton?", "It is"]
