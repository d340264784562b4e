"""What is cut out of a recording goes from rooms in memory and from open screens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from showfloor.app import wiring
from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.feed import Feed
from showfloor.fanout.queries import Reader
from showfloor.fanout.room import Room
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.replays import service as replays
from showfloor.replays.schemas import ReplayChange
from showfloor.room import queries
from showfloor.room.service import messages
from showfloor.shows import service as shows
from tests.integration.room.conftest import Talk
from tests.waiting import BOUND, bounded

MARKER = """
insert into chat_message (id, show_id, author_id, role, name, text, at, media_at, state)
values (%s, %s, %s, 'host', 'Noor', %s, now(), %s, 'shown')
"""


class Listening(Feed):
    """`heard` is called after each read of what was said."""

    def __init__(self, config: FanoutConfig, heard: Callable[[], None]) -> None:
        super().__init__(config, lambda _: None)
        self._heard = heard

    async def _hear(self, reader: Reader) -> None:
        await super()._hear(reader)
        self._heard()


class Screen:
    """A room that `fanout` keeps in memory."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.room: Room | None = None

    def shown(self) -> list[str]:
        """What it writes to who joins."""
        assert self.room is not None
        data = re.findall(rb"data: (.*)", self.room.messages.opening(1))
        return [json.loads(each)["text"] for each in data]

    async def until(self, text: str) -> list[str]:
        async with bounded():
            while text not in self.shown():
                await self.changed.wait()
                self.changed.clear()
        return self.shown()


@contextlib.asynccontextmanager
async def open_screen(url: str, room_id: UUID) -> AsyncIterator[Screen]:
    screen = Screen()
    config = FanoutConfig(url, port=0, database_timeout=BOUND, look_every=0.02, linger=100 * BOUND)
    feed = Listening(config, screen.changed.set)
    looks = asyncio.create_task(feed.look())
    try:
        async with bounded():
            screen.room = await feed.want(room_id)
        yield screen
    finally:
        looks.cancel()
        await asyncio.wait([looks])


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_what_is_cut_out_goes_from_a_room_in_memory(
    talk: Talk,
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:

        async def nothing(*_: Any, **__: Any) -> None:
            pass

        monkeypatch.setattr(queries, "renew_cut", nothing)
    token, first = await talk.guest("Sofia", "1")
    said = [first, *[(await talk.say(text, token)).json() for text in "2345"]]
    at = [message["media_at"] for message in said]
    show = talk.floor.show.id
    own: Any = {"person": talk.floor.host, "show_id": show}
    dispatcher = Dispatcher(database)
    wiring.connect_worker(dispatcher)

    async def cut(**change: Any) -> None:
        wanted = ReplayChange.model_validate(change)
        async with database.session() as session:
            await replays.change_replay(session, **own, change=wanted)

    async def shown(marker: str) -> list[str]:
        """After all that was changed before the marker, which is said at the moment of `5`."""
        await dispatcher.drain()
        async with await psycopg.AsyncConnection.connect(
            database_url, autocommit=True
        ) as connection:
            await connection.execute(MARKER, (ids.new(), show, ids.new(), marker, at[4]))
        return [text for text in await screen.until(marker) if text.isdigit()]

    everything = list("12345")
    async with open_screen(database_url, show) as screen:

        async def emptied() -> None:
            async with bounded():
                while guard and screen.shown():
                    await screen.changed.wait()
                    screen.changed.clear()

        assert screen.shown() == everything
        await cut(hidden=[{"start": at[1], "end": at[2]}])
        assert await shown("on the air") == everything

        async with database.session() as session:
            await shows.end_show(session, **own)
            await replays.begin(session, show, clock.now())
        assert await shown("ended") == (list("1345") if guard else everything)

        await cut(trim_start=at[3])
        assert await shown("trimmed") == (list("45") if guard else everything)

        await cut(trim_start=None, hidden=[{"start": at[0], "end": at[1]}])
        assert await shown("less") == (list("2345") if guard else everything)

        await cut(public=False)
        await dispatcher.drain()
        await emptied()
        await cut(public=True)
        assert await shown("public again") == (list("2345") if guard else everything)

        async with database.session() as session:
            await replays.delete_replay(session, **own)
        await dispatcher.drain()
        await emptied()


@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "another"])
async def test_pinned_message_goes_from_open_screens_however_old_it_is(
    talk: Talk,
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    pinned: bool,
) -> None:
    monkeypatch.setattr(messages, "MOST_TOLD", 1)
    token, first = await talk.guest("Sofia", "1")
    said = [first, *[(await talk.say(text, token)).json() for text in "234"]]
    if pinned:
        await talk.client.put(f"/api/v1/messages/{first['id']}/pin", headers=talk.host)
    own: Any = {"person": talk.floor.host, "show_id": talk.floor.show.id}
    dispatcher = Dispatcher(database)
    wiring.connect_worker(dispatcher)
    async with database.session() as session:
        await shows.end_show(session, **own)
        await replays.begin(session, talk.floor.show.id, clock.now())
    await dispatcher.drain()

    async with open_screen(database_url, talk.floor.show.id) as screen:
        wanted = ReplayChange.model_validate({"trim_start": said[2]["media_at"]})
        async with database.session() as session:
            await replays.change_replay(session, **own, change=wanted)
        await dispatcher.drain()
        async with bounded():
            while "2" in screen.shown():
                await screen.changed.wait()
                screen.changed.clear()

    assert screen.shown() == (list("34") if pinned else list("134"))
