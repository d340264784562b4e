"""Stream keys, refusals and the signal, as the host and the media server rely on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from showfloor.kit import clock, ids
from showfloor.kit.contract import AudioHealth, Health
from showfloor.kit.db import Database
from showfloor.media import service
from showfloor.media.queries import REFUSALS_SHOWN
from showfloor.media.rules import STALE_AFTER
from showfloor.media.service import REFUSALS_REMEMBERED
from showfloor.media.types import Ingest, IngestReport, IngestState

HEALTH = Health(None, AudioHealth("aac", 48000, 2, 128_000), [])
MOMENT = timedelta(microseconds=1)
SECRET = "s" * 32


class Time:
    """What `clock.now()` says in a test."""

    def __init__(self) -> None:
        self.now = clock.now()

    def advance(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


@pytest.fixture
def time() -> Iterator[Time]:
    time = Time()
    with clock.use(lambda: time.now):
        yield time


async def report(
    database: Database, show: UUID, state: IngestState, *, ingest_id: str = "ing_1"
) -> None:
    async with database.session() as session:
        said = IngestReport(show, ingest_id, state, clock.now(), HEALTH)
        await service.note_report(session, said)


async def seen(database: Database, show: UUID) -> Ingest:
    async with database.session() as session:
        return await service.get_ingest(session, show)


async def test_key_is_shown_once_and_stored_as_a_digest(database: Database) -> None:
    show = ids.new()
    async with database.session() as session:
        key = await service.issue_stream_key(session, show)

    async with database.session() as session:
        stored = (await session.execute(text("select stream_key::text from stream_key"))).scalars()
        assert all(key not in row for row in stored)
        owner = await service.find_key(session, key, secret=SECRET)
    assert owner is not None
    assert (owner.show_id, owner.revoked) == (show, False)
    assert owner.key_id not in key and len(owner.key_id) == 16
    assert (await seen(database, show)).key_hint == key[-4:]


async def test_new_key_ends_the_one_before_and_no_other_show_s(database: Database) -> None:
    show, other = ids.new(), ids.new()
    async with database.session() as session:
        first = await service.issue_stream_key(session, show)
        strangers = await service.issue_stream_key(session, other)
        second = await service.issue_stream_key(session, show)

    async with database.session() as session:
        owners = [
            await service.find_key(session, key, secret=SECRET)
            for key in (first, second, strangers)
        ]
        assert [owner.revoked for owner in owners if owner] == [True, False, False]
        ended, valid = (owner.key_id for owner in owners[:2] if owner)
        assert await service.is_key_revoked(session, show, ended)
        assert not await service.is_key_revoked(session, show, valid)
        assert not await service.is_key_revoked(session, show, None)
    assert (await seen(database, show)).key_hint == second[-4:]


async def test_publisher_of_a_show_without_a_key_has_to_go(database: Database) -> None:
    async with database.session() as session:
        assert await service.is_key_revoked(session, ids.new(), "0123456789abcdef")


@pytest.mark.parametrize(
    "key", ["", "sk_", "sk_unknown", "\u202esk_x", "x" * 10_000, "pt_", "pt_AAAA"]
)
async def test_key_that_never_was_has_no_owner(database: Database, key: str) -> None:
    async with database.session() as session:
        assert await service.find_key(session, key, secret=SECRET) is None


async def test_show_without_any_report_has_no_signal(database: Database) -> None:
    assert await seen(database, ids.new()) == Ingest(IngestState.NONE, None, (), None)


@pytest.mark.parametrize(
    ("state", "age", "expected"),
    [
        (IngestState.PUBLISHING, STALE_AFTER, IngestState.PUBLISHING),
        (IngestState.PUBLISHING, STALE_AFTER + MOMENT, IngestState.LOST),
        (IngestState.CONNECTED, STALE_AFTER, IngestState.CONNECTED),
        (IngestState.CONNECTED, STALE_AFTER + MOMENT, IngestState.LOST),
        (IngestState.LOST, STALE_AFTER + MOMENT, IngestState.LOST),
    ],
)
async def test_old_report_says_nothing_good_any_more(
    database: Database, time: Time, state: IngestState, age: timedelta, expected: IngestState
) -> None:
    show = ids.new()
    await report(database, show, state)

    time.advance(age)

    found = await seen(database, show)
    assert found.state is expected
    assert found.health == (HEALTH if expected is state else None)


async def test_last_report_replaces_the_one_before(database: Database) -> None:
    show = ids.new()
    await report(database, show, IngestState.CONNECTED)
    await report(database, show, IngestState.PUBLISHING, ingest_id="ing_2")

    async with database.session() as session:
        assert await service.is_publishing(session, show)
        rows = (await session.execute(text("select ingest_id from ingest"))).scalars().all()
    assert rows == ["ing_2"]


async def test_only_silent_publishers_that_were_present_are_lost(
    database: Database, time: Time
) -> None:
    silent, gone, fresh = ids.new(), ids.new(), ids.new()
    await report(database, silent, IngestState.PUBLISHING)
    await report(database, gone, IngestState.LOST)
    first = time.now
    time.advance(STALE_AFTER + MOMENT)
    await report(database, fresh, IngestState.CONNECTED)

    async with database.session() as session:
        assert await service.next_loss(session) == first + STALE_AFTER
        assert await service.lost_with_streaming(session) == [silent]
        marked = [await service.mark_lost(session, show) for show in (silent, gone, fresh)]
        assert marked == [True, False, False]
        assert await service.lost_with_streaming(session) == []
        assert await service.next_loss(session) == time.now + STALE_AFTER


async def test_publisher_that_speaks_in_time_is_not_marked(database: Database, time: Time) -> None:
    show = ids.new()
    await report(database, show, IngestState.PUBLISHING)
    time.advance(STALE_AFTER + MOMENT)
    async with database.session() as session:
        assert await service.lost_with_streaming(session) == [show]

    await report(database, show, IngestState.PUBLISHING)

    async with database.session() as session:
        assert not await service.mark_lost(session, show)
    assert (await seen(database, show)).state is IngestState.PUBLISHING


async def test_nobody_present_is_nobody_to_lose(database: Database) -> None:
    await report(database, ids.new(), IngestState.LOST)

    async with database.session() as session:
        assert await service.next_loss(session) is None


async def test_host_sees_the_newest_refusals_of_the_own_show(
    database: Database, time: Time
) -> None:
    show = ids.new()
    for number in range(REFUSALS_SHOWN + 2):
        time.advance(timedelta(seconds=1))
        async with database.session() as session:
            await service.note_refusal(session, show, f"code_{number}")
            await service.note_refusal(session, ids.new(), "another_show")

    codes = [refusal.code for refusal in (await seen(database, show)).refusals]

    assert codes == [f"code_{number}" for number in range(REFUSALS_SHOWN + 1, 1, -1)]


async def test_old_refusals_are_neither_shown_nor_kept(database: Database, time: Time) -> None:
    show = ids.new()
    async with database.session() as session:
        await service.note_refusal(session, show, "show_ended")
    time.advance(REFUSALS_REMEMBERED + MOMENT)
    async with database.session() as session:
        await service.note_refusal(session, show, "stream_key_revoked")

    assert [one.code for one in (await seen(database, show)).refusals] == ["stream_key_revoked"]
    async with database.session() as session:
        assert await service.forget_old_refusals(session) == 1
        assert await service.forget_old_refusals(session) == 0
        left = (await session.execute(text("select code from publish_refusal"))).scalars().all()
    assert left == ["stream_key_revoked"]
