"""The web application with a show on the air, and people who write in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.recent import Recent
from showfloor.realtime import service as realtime
from showfloor.room.service import moderation
from tests.integration.app.conftest import app, client
from tests.integration.viewers.conftest import own_counts
from tests.people import Floor, add_floor_on_air, add_host, add_key

__all__ = ["app", "client", "own_counts"]

ADULT = {"adult": True, "country": "GB"}


@dataclass(frozen=True)
class Talk:
    """One show on the air; `host`, `seller` and `stranger`, who hosts other
    shows, are headers of their keys."""

    client: httpx2.AsyncClient
    floor: Floor
    host: dict[str, str]
    seller: dict[str, str]
    stranger: dict[str, str]

    @property
    def show(self) -> str:
        return ids.encode("show", self.floor.show.id)

    async def say(self, text: str, who: dict[str, str] | None = None, **body: Any) -> Any:
        return await self.client.post(
            f"/api/v1/shows/{self.show}/messages",
            json={"text": text, **body},
            headers=who or {},
        )

    async def guest(self, name: str, text: str = "Hello") -> tuple[dict[str, str], dict[str, Any]]:
        """Somebody who said something: the header of their token, and the message."""
        answer = await self.say(text, name=name, **ADULT)
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}, answer.json()

    async def shown(self, **query: str) -> list[str]:
        """What everybody can read."""
        answer = await self.client.get(f"/api/v1/shows/{self.show}/messages", params=query)
        return [message["text"] for message in answer.json()["items"]]


@pytest.fixture
async def talk(app: FastAPI, client: httpx2.AsyncClient, database: Database) -> Talk:
    # A test that is about them says how long answers are kept.
    app.state.room.newest = Recent(seconds=0.0, most=1)
    app.state.room.questions = Recent(seconds=0.0, most=1)
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        host = await add_key(session, floor.host)
        seller = await add_key(session, floor.sellers[0])
        stranger = await add_key(session, await add_host(session))
    return Talk(client, floor, host, seller, stranger)


@pytest.fixture(params=[True, False], ids=["guarded", "twin"])
def is_guarded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Only who runs the show moderates; in the twin everybody may."""

    def everybody(*_: object) -> bool:
        return True

    guarded: bool = request.param
    if not guarded:
        monkeypatch.setattr(moderation, "may_moderate", everybody)
    return guarded


async def review(talk: Talk, what: str) -> None:
    """Which messages a moderator approves first."""
    path = f"/api/v1/shows/{talk.show}/chat"
    answer = await talk.client.patch(path, json={"review": what}, headers=talk.host)
    assert (answer.status_code, answer.json()["review"]) == (200, what)


async def done(talk: Talk) -> list[str]:
    """The log, the newest first."""
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.host)
    return [f"{one['kind']} {one['reason']}".strip() for one in answer.json()["items"]]


async def in_room(talk: Talk, database: Database) -> Any:
    """What a screen that opens now is given of the chat; None before anything was changed."""
    async with database.session() as session:
        return (await realtime.snapshot(session, talk.floor.show.id)).entries.get("chat")
