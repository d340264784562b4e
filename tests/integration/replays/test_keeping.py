"""A recording is kept as long as its market or its host says, and then it is gone for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.replays import service, tasks
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.shows import service as shows
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.test_captions import lines, upload
from tests.integration.replays.test_clips import add, make
from tests.integration.replays.test_decisions import change
from tests.integration.replays.test_publish import WHOLE


async def decision(client: httpx2.AsyncClient, show: EndedShow) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{show.path}/replay", headers=show.host)).json()
    return found


async def after(days: float, show: EndedShow) -> None:
    """The worker's round so many days from now."""
    later = clock.now() + timedelta(days=days)
    with clock.use(lambda: later):
        await tasks.delete_outlived(show.database, DiskStorage(show.data))
        await show.publish()


async def test_market_says_how_long_and_then_all_of_it_is_gone(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    await add(client, filmed, 2, 4)
    await make(filmed)
    told = await decision(client, filmed)
    ended_at = (await client.get(filmed.path)).json()["ended_at"]
    until = clock.parse_rfc3339(ended_at) + timedelta(days=365)
    assert (told["keep_days"], told["keep_until"]) == (None, clock.rfc3339(until))

    await after(364, filmed)
    assert filmed.recorded.exists() and "media.m3u8" in filmed.public()

    await after(366, filmed)

    assert not filmed.recorded.exists()
    assert list((filmed.data / "replays").iterdir()) == []
    assert (await filmed.shown(client))["state"] == "deleted"
    assert (await decision(client, filmed))["keep_until"] is None


async def test_what_was_said_is_not_kept_longer_than_the_recording(
    client: httpx2.AsyncClient, ended: EndedShow, database: Database
) -> None:
    await upload(client, ended)
    await after(364, ended)
    assert len(await lines(client, ended)) == 2

    await after(366, ended)

    async with database.session() as session:
        assert await shows.list_captions(session, ended.id, "en") == []
    assert (await client.get(ended.path)).json()["caption_languages"] == []


async def test_what_outlived_its_time_is_withdrawn_by_the_round_that_finds_it(
    client: httpx2.AsyncClient, filmed: EndedShow, database: Database
) -> None:
    await add(client, filmed, 2, 4)
    await make(filmed)

    later = clock.now() + timedelta(days=366)
    with clock.use(lambda: later):
        await tasks.delete_outlived(database, DiskStorage(filmed.data))

    assert list((filmed.data / "replays").iterdir()) == []
    assert (await filmed.shown(client))["state"] == "deleted"
    assert filmed.recorded.exists()


async def test_host_keeps_it_longer_or_shorter_and_nothing_is_published_anew(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    playlist = ended.data / "replays" / ended.shown_id / "media.m3u8"
    playlist.write_text("as it was")
    longer = await change(client, ended, keep_days=730)
    assert (longer.status_code, longer.json()["keep_days"]) == (200, 730)
    await after(366, ended)
    assert ended.public() == WHOLE and playlist.read_text() == "as it was"

    await change(client, ended, keep_days=30)
    await after(31, ended)

    assert ended.public() == set() and not ended.recorded.exists()


async def test_host_decides_before_the_show_ends(
    client: httpx2.AsyncClient, on_air: EndedShow, end: Any
) -> None:
    early = await change(client, on_air, keep_days=7)
    show = await end()
    told = await decision(client, show)

    assert (early.json()["keep_days"], early.json()["keep_until"]) == (7, None)
    ended_at = clock.parse_rfc3339((await client.get(show.path)).json()["ended_at"])
    assert told["keep_until"] == clock.rfc3339(ended_at + timedelta(days=7))


async def test_live_show_is_never_deleted_however_old(
    on_air: EndedShow, client: httpx2.AsyncClient, database: Database
) -> None:
    await change(client, on_air, keep_days=1)

    later = clock.now() + timedelta(days=4000)
    with clock.use(lambda: later):
        async with database.session() as session:
            assert await service.list_outlived(session) == []
            assert not await service.delete_outlived(session, on_air.id)

    assert on_air.recorded.exists()


async def test_day_that_has_passed_cannot_be_chosen(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    before = await decision(client, ended)

    moment = clock.now() + timedelta(days=8)
    with clock.use(lambda: moment):
        refused = await change(client, ended, keep_days=7)

    assert (refused.status_code, refused.json()["code"]) == (422, "replay_kept_too_briefly")
    assert await decision(client, ended) == before
