"""Cues that several hands reach for, and the order in which a pin is asked, stored and sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from showfloor.kit import clock, ids
from showfloor.kit.contract import CarriedCue
from showfloor.kit.db import Database, Session
from showfloor.media.types import MediaMoment
from showfloor.realtime import service as realtime
from showfloor.shows import queries
from showfloor.shows import service as shows
from showfloor.shows.types import Cue, CueKind
from showfloor.shows.views import cue_view
from tests.people import FakeStreaming, Floor, add_floor_on_air, add_key, pin
from tests.waiting import until_somebody_waits


async def _pinned(database: Database, streaming: FakeStreaming) -> tuple[Floor, Cue]:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        cue = await pin(session, floor, streaming)
    streaming.advance(2)
    return floor, cue


async def test_cue_ended_by_two_hands_at_once_has_one_end(database: Database) -> None:
    streaming = FakeStreaming()
    floor, cue = await _pinned(database, streaming)

    async def end_later() -> Cue:
        async with database.session() as session:
            return await shows.end_cue(
                session, moment=streaming.now, person=floor.host, cue_id=cue.id
            )

    async with database.session() as session:
        first = await shows.end_cue(session, moment=streaming.now, person=floor.host, cue_id=cue.id)
        streaming.advance(2)
        waiting = asyncio.create_task(end_later())
        await until_somebody_waits(database)
    second = await waiting

    async with database.session() as session:
        timeline = await shows.list_timeline(session, show_id=floor.show.id)
        entries = (await realtime.snapshot(session, floor.show.id)).entries
    assert first == second == timeline[0]
    assert entries[f"cue/{ids.encode('cue', cue.id)}"] == cue_view(first).model_dump(mode="json")


async def test_pin_that_replaces_starts_where_the_others_end(database: Database) -> None:
    streaming = FakeStreaming()
    floor, first = await _pinned(database, streaming)

    async with database.session() as session:
        second = await shows.pin(
            session,
            moment=streaming.now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[1].id,
            replace_others=True,
        )
        timeline = await shows.list_timeline(session, show_id=floor.show.id)

    assert [(cue.id, cue.end) for cue in timeline] == [(first.id, second.start), (second.id, None)]


async def test_cue_of_another_kind_neither_counts_as_a_pin_nor_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    streaming = FakeStreaming()
    floor, _ = await _pinned(database, streaming)
    # No second kind exists yet; the first one is given another name in the database.
    asked: list[object] = []
    open_cues = queries.open_cues

    async def noted(session: Session, show_id: UUID, *, kind: CueKind | None = None) -> list[Cue]:
        asked.append(kind)
        return await open_cues(session, show_id, kind=kind)

    monkeypatch.setattr(queries, "open_cues", noted)
    async with database.session() as session:
        await session.execute(text("update cue set kind = 'announcement'"))
        second = await shows.pin(
            session,
            moment=streaming.now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[1].id,
            replace_others=True,
        )
        still_open = (
            await session.execute(text("select kind from cue where ends_at is null order by kind"))
        ).scalars()

    assert list(still_open) == ["announcement", "pin"]
    assert asked == [CueKind.PIN]
    assert second.end is None


async def test_pin_is_committed_before_it_is_sent(
    app: FastAPI, client: httpx2.AsyncClient, database: Database
) -> None:
    """And it is asked for its moment before any lock is taken."""
    seen: list[tuple[str, int]] = []

    class Watching(FakeStreaming):
        async def moment(self, show_id: UUID) -> MediaMoment:
            # Nobody holds the show: its row can be locked at once.
            async with database.session() as session:
                await session.execute(text("select id from show for update nowait"))
            seen.append(("moment", 0))
            return await super().moment(show_id)

        async def put_cues(self, show_id: UUID, cues: Sequence[CarriedCue]) -> None:
            async with database.session() as session:
                count = (await session.execute(text("select count(*) from cue"))).scalar_one()
            seen.append(("put", count))
            await super().put_cues(show_id, cues)

    streaming = app.state.streaming = Watching()
    streaming.media_time = clock.now()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        headers = await add_key(session, floor.host)
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"
    product = ids.encode("prod", floor.products[0].id)

    cue = await client.post(
        f"{path}/cues", headers=headers, json={"kind": "pin", "product_id": product}
    )
    streaming.advance(1)
    ended = await client.post(f"/api/v1/cues/{cue.json()['id']}/end", headers=headers)

    assert [answer.status_code for answer in (cue, ended)] == [201, 200]
    assert seen == [("moment", 0), ("put", 1), ("moment", 0), ("put", 1)]
    assert [[carried.end for carried in put] for put in streaming.put] == [
        [None],
        [ended.json()["end"]],
    ]


async def test_pin_without_an_answer_of_the_media_server_is_refused_and_nothing_changes(
    app: FastAPI, client: httpx2.AsyncClient, database: Database
) -> None:
    class Silent(FakeStreaming):
        async def moment(self, show_id: UUID) -> MediaMoment:
            return MediaMoment(None, reachable=False)

    app.state.streaming = Silent()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        headers = await add_key(session, floor.host)
    product = ids.encode("prod", floor.products[0].id)

    answer = await client.post(
        f"/api/v1/shows/{ids.encode('show', floor.show.id)}/cues",
        headers=headers,
        json={"kind": "pin", "product_id": product},
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "streaming_unavailable")
    async with database.session() as session:
        assert await shows.list_timeline(session, show_id=floor.show.id) == []
