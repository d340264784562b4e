"""Reports of the media server, one show at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from showfloor.kit import ids
from showfloor.kit.contract import Health, HealthWarning, VideoHealth
from showfloor.kit.db import Database, Session
from showfloor.kit.pipeline import PipelineConnection, Row, Statement
from showfloor.media import service as media
from showfloor.media.types import IngestState
from showfloor.shows import queries
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from showfloor.shows.service import ingest_reports
from showfloor.shows.types import Show, ShowState
from tests.clocks import stopped
from tests.people import FakeStreaming, add_floor, add_floor_on_air, pin, report
from tests.waiting import bounded, until, until_somebody_waits

SECRET = "s" * 32


async def _is_publishing(database: Database, show: Show) -> bool:
    async with database.session() as session:
        return await media.is_publishing(session, show.id)


async def test_locked_show_holds_up_no_other(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        other = await shows.create_show(
            session,
            person=floor.host,
            new=NewShow(title={"en": "Evening", "ar": "مساء"}, market="gb"),
        )
    reports = [report(show, IngestState.PUBLISHING) for show in (floor.show, other)]

    with stopped():  # or the report gets too old on a machine that stands still
        async with database.session() as session:
            await queries.show(session, floor.show.id, lock=True)
            noting = shows.note_ingests(database, reports=reports, secret=SECRET)
            waiting = asyncio.create_task(noting)
            await until_somebody_waits(database)
            await until(lambda: _is_publishing(database, other))
            assert not await _is_publishing(database, floor.show)

    assert set((await waiting).shows) == {
        ids.encode("show", show.id) for show in (floor.show, other)
    }


async def test_show_that_is_locked_for_long_is_left_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_reports, "PATIENCE", 0.05)
    async with database.session() as session:
        floor = await add_floor(session)

    async with database.session() as session:
        await queries.show(session, floor.show.id, lock=True)
        async with bounded():
            answers = await shows.note_ingests(
                database, reports=[report(floor.show, IngestState.PUBLISHING)], secret=SECRET
            )

    assert answers.shows == {}
    assert not await _is_publishing(database, floor.show)


async def test_hosts_own_browser_stays_and_a_revoked_key_goes(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
    known = report(floor.show, IngestState.PUBLISHING)

    let_go = []
    for key_id in ("device", "revoked", None):
        line = replace(known, key_id=key_id)
        answer = await shows.note_ingests(database, reports=[line], secret=SECRET)
        let_go.append(answer.shows[ids.encode("show", floor.show.id)].key_revoked)

    assert let_go == [False, True, False]


async def _fall_silent(database: Database) -> None:
    async with database.pool.connection() as connection:
        await connection.execute("update ingest set seen_at = seen_at - interval '10 seconds'")


async def _lost(database: Database) -> list[UUID]:
    async with database.session() as session:
        return await media.lost_with_streaming(session)


@pytest.mark.parametrize("state", [IngestState.PUBLISHING, IngestState.CONNECTED])
async def test_silent_media_server_interrupts_a_live_show(
    state: IngestState, database: Database
) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        await shows.note_ingest(session, report=report(floor.show, state), secret=SECRET)
    await _fall_silent(database)

    await shows.interrupt_lost_shows(database)

    async with database.session() as session:
        assert (await shows.get_show(session, floor.show.id)).state is ShowState.INTERRUPTED
    assert await _lost(database) == []


async def test_report_that_comes_first_keeps_the_show_live(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
    await _fall_silent(database)

    async with database.session() as session:
        await shows.note_ingest(
            session, report=report(floor.show, IngestState.PUBLISHING), secret=SECRET
        )
        waiting = asyncio.create_task(shows.interrupt_lost_shows(database))
        await until_somebody_waits(database)
    await waiting

    async with database.session() as session:
        assert (await shows.get_show(session, floor.show.id)).state is ShowState.LIVE


async def test_ended_show_is_looked_at_once(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        await shows.end_show(session, person=floor.host, show_id=floor.show.id)
    await _fall_silent(database)

    await shows.interrupt_lost_shows(database)

    async with database.session() as session:
        assert (await shows.get_show(session, floor.show.id)).state is ShowState.ENDED
    assert await _lost(database) == []


@pytest.mark.parametrize(
    ("width", "height", "ratio"), [(1280, 720, 1.7778), (720, 1280, 0.5625), (640, 480, 1.3333)]
)
async def test_show_keeps_the_shape_of_its_picture(
    database: Database, width: int, height: int, ratio: float
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        sent = report(floor.show, IngestState.PUBLISHING)
        with_picture = replace(
            sent,
            health=Health(
                VideoHealth("h264", "High", "4.0", width, height, 30.0, 1, None), None, []
            ),
        )

        await shows.note_ingest(session, report=with_picture, secret=SECRET)
        assert (await _show(session, floor.show.id)).picture_ratio == ratio

        await shows.note_ingest(session, report=sent, secret=SECRET)
        assert (await _show(session, floor.show.id)).picture_ratio == ratio


async def _show(session: Session, show_id: UUID) -> Show:
    show = await queries.show(session, show_id)
    assert show is not None
    return show


async def test_reason_why_a_publisher_had_to_go_is_shown_until_the_next_comes(
    database: Database,
) -> None:
    reason = Health(None, None, [HealthWarning("stream_unreadable", {})])
    async with database.session() as session:
        floor = await add_floor(session)
        lost = replace(report(floor.show, IngestState.LOST), health=reason)
        await shows.note_ingest(session, report=lost, secret=SECRET)
        assert (await media.get_ingest(session, floor.show.id)).health == reason

        connected = replace(report(floor.show, IngestState.CONNECTED), health=None)
        await shows.note_ingest(session, report=connected, secret=SECRET)
        assert (await media.get_ingest(session, floor.show.id)).health is None


async def test_figures_of_a_media_server_that_fell_silent_are_not_shown(
    database: Database,
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        await shows.note_ingest(
            session, report=report(floor.show, IngestState.PUBLISHING), secret=SECRET
        )
        assert (await media.get_ingest(session, floor.show.id)).health is not None
    await _fall_silent(database)

    async with database.session() as session:
        seen = await media.get_ingest(session, floor.show.id)
    assert (seen.state, seen.health) == (IngestState.LOST, None)


@pytest.mark.parametrize("key_id", [None, "unknown"])
async def test_report_in_passing_stores_and_answers_what_the_whole_transaction_does(
    database: Database, key_id: str | None
) -> None:
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        await pin(session, floor, streaming)
        usual = replace(report(floor.show, IngestState.PUBLISHING), key_id=key_id)
        answer = await shows.note_ingest(session, report=usual, secret=SECRET)
        stored = await media.get_ingest(session, floor.show.id)
    assert answer is not None
    assert len(answer.cues) == 1
    assert answer.key_revoked is (key_id is not None)

    newer = replace(usual, health=Health(None, None, [HealthWarning("no_sound", {})]))
    answers = await shows.note_ingests(database, reports=[newer], secret=SECRET)

    assert answers.shows == {ids.encode("show", floor.show.id): answer}
    async with database.session() as session:
        now = await media.get_ingest(session, floor.show.id)
    assert now == replace(stored, health=newer.health)


async def test_usual_report_is_three_round_trips_and_no_orm(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
    trips, exchange = list[int](), PipelineConnection.exchange

    async def counted(
        connection: PipelineConnection, statements: Sequence[Statement]
    ) -> list[list[Row]]:
        trips.append(len(statements))
        return await exchange(connection, statements)

    monkeypatch.setattr(PipelineConnection, "exchange", counted)
    monkeypatch.setattr(database, "session", None)

    usual = report(floor.show, IngestState.PUBLISHING)
    answers = await shows.note_ingests(database, reports=[usual], secret=SECRET)

    assert len(answers.shows) == 1
    assert len(trips) == 3


async def test_report_that_moves_the_show_moves_it(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)

    for state, after in (
        (IngestState.LOST, ShowState.INTERRUPTED),
        (IngestState.CONNECTED, ShowState.INTERRUPTED),
        (IngestState.PUBLISHING, ShowState.LIVE),
    ):
        answers = await shows.note_ingests(
            database, reports=[report(floor.show, state)], secret=SECRET
        )
        assert [each.state for each in answers.shows.values()] == [after.value]
        async with database.session() as session:
            assert (await shows.get_show(session, floor.show.id)).state is after


async def test_report_about_an_unknown_show_stores_nothing(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
    stranger = replace(report(floor.show, IngestState.PUBLISHING), show_id=UUID(int=1))

    answers = await shows.note_ingests(database, reports=[stranger], secret=SECRET)

    assert answers.shows == {}
    async with database.session() as session:
        assert not await media.is_publishing(session, stranger.show_id)
