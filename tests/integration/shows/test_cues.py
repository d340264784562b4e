"""Cues that several hands reach for, and what is left when a pin fails half-way."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.shows.service import cues
from showfloor.shows.types import Cue
from showfloor.shows.views import cue_view
from tests.people import FakeStreaming, Floor, add_floor, put_on_air
from tests.waiting import until_somebody_waits


async def _pinned(database: Database, streaming: FakeStreaming) -> tuple[Floor, Cue]:
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
        cue = await shows.pin(
            session,
            streaming,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[0].id,
        )
    streaming.advance(2)
    return floor, cue


async def test_cue_ended_by_two_hands_at_once_has_one_end(database: Database) -> None:
    streaming = FakeStreaming()
    floor, cue = await _pinned(database, streaming)

    async def end_later() -> Cue:
        async with database.session() as session:
            return await shows.end_cue(session, streaming, person=floor.host, cue_id=cue.id)

    async with database.session() as session:
        first = await shows.end_cue(session, streaming, person=floor.host, cue_id=cue.id)
        streaming.advance(2)
        waiting = asyncio.create_task(end_later())
        await until_somebody_waits(database)
    second = await waiting

    async with database.session() as session:
        timeline = await shows.list_timeline(session, show_id=floor.show.id)
        entries = (await realtime.snapshot(session, floor.show.id)).entries
    assert first == second == timeline[0]
    assert entries[f"cue/{ids.encode('cue', cue.id)}"] == cue_view(first).model_dump(mode="json")
    assert [what for what, _ in streaming.calls] == ["start", "end"]


class RunningStreaming(FakeStreaming):
    """The picture goes on between two calls, as in life."""

    def _stamp(self, what: str, cue_id: str) -> datetime:
        self.advance(0.04)
        return super()._stamp(what, cue_id)


async def test_pin_that_replaces_is_one_call_and_one_instant(database: Database) -> None:
    streaming = RunningStreaming()
    floor, first = await _pinned(database, streaming)

    async with database.session() as session:
        second = await shows.pin(
            session,
            streaming,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[1].id,
            replace_others=True,
        )
        timeline = await shows.list_timeline(session, show_id=floor.show.id)

    assert [(cue.id, cue.end) for cue in timeline] == [(first.id, second.start), (second.id, None)]
    old, new = ids.encode("cue", first.id), ids.encode("cue", second.id)
    assert streaming.calls == [("start", old), ("start", new), ("replace", old)]


async def test_pin_that_fails_after_the_stamp_is_taken_down(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    streaming = FakeStreaming()
    floor, first = await _pinned(database, streaming)

    async def fail(session: object, cue: Cue) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(cues.queries, "add_cue", fail)
    with pytest.raises(RuntimeError):
        async with database.session() as session:
            await shows.pin(
                session,
                streaming,
                person=floor.host,
                show_id=floor.show.id,
                product_id=floor.products[1].id,
            )

    (_, started), ended = streaming.calls[1:]
    assert ended == ("end", started)
    async with database.session() as session:
        assert await shows.list_timeline(session, show_id=floor.show.id) == [first]
