"""Cues that several hands reach for, and what is left when a pin fails half-way."""

from __future__ import annotations

import asyncio

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.shows.cards import cue_card
from showfloor.shows.types import Cue
from tests.integration.shows.waiting import until_somebody_waits
from tests.people import FakeStreaming, Floor, add_floor, put_on_air


async def _pinned(database: Database, streaming: FakeStreaming) -> tuple[Floor, Cue]:
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
        cue = await shows.pin(session, streaming, person=floor.host, show_id=floor.show.id, product_id=floor.products[0].id)
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
    assert entries[f"cue/{ids.show('cue', cue.id)}"] == cue_card(first)
    assert [what for what, _ in streaming.calls] == ["start", "end"]
