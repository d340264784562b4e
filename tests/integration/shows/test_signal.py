"""Reports of the media server, one show at a time."""

from __future__ import annotations

import asyncio

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.media import service as media
from showfloor.media.types import IngestState
from showfloor.shows import queries
from showfloor.shows import service as shows
from showfloor.shows.types import Show
from tests.integration.shows.waiting import until_somebody_waits
from tests.people import add_floor, report

SECRET = "s" * 32


async def _is_publishing(database: Database, show: Show) -> bool:
    async with database.session() as session:
        return await media.is_publishing(session, show.id)


async def test_locked_show_is_left_out_and_holds_up_no_other(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        other = await shows.create_show(session, person=floor.host, title={"en": "Evening", "ar": "مساء"}, market="gb")
    reports = [report(show, IngestState.PUBLISHING) for show in (floor.show, other)]

    async with database.session() as session:
        await queries.show(session, floor.show.id, lock=True)
        waiting = asyncio.create_task(shows.note_ingests(database, reports=reports, secret=SECRET))
        await until_somebody_waits(database)
        async with asyncio.timeout(2):
            while not await _is_publishing(database, other):
                await asyncio.sleep(0.01)
        answers = await waiting

    assert list(answers) == [ids.show("show", other.id)]
