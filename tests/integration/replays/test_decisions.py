"""What a host takes out of a replay is gone before the answer, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.replays import service
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.replays.schemas import ReplayChange
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.test_publish import WHOLE, SlowStorage
from tests.people import add_host, add_key, add_person
from tests.waiting import BOUND, until_somebody_waits


def span(show: EndedShow, start: float, end: float) -> dict[str, str]:
    return {"start": clock.rfc3339(show.at(start)), "end": clock.rfc3339(show.at(end))}


async def change(client: httpx2.AsyncClient, show: EndedShow, **body: Any) -> httpx2.Response:
    return await client.patch(f"{show.path}/replay", json=body, headers=show.host)


async def test_hidden_span_is_gone_before_the_answer(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    answer = await change(client, ended, hidden=[span(ended, 4.5, 5)])

    assert answer.status_code == 200, answer.text
    assert answer.json()["hidden"] == [span(ended, 4.5, 5)]
    assert ended.public() == WHOLE - {"3.m4s"}
    assert (await client.get(f"/replays/{ended.shown_id}/3.m4s")).status_code == 404
    assert "3.m4s" not in (await client.get(f"/replays/{ended.shown_id}/media.m3u8")).text
    assert (await ended.shown(client))["duration_s"] == 8.0


async def test_trim_takes_the_pins_of_what_is_gone_with_it(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    before = (await client.get(f"/replays/{ended.shown_id}/media.m3u8")).text
    await change(client, ended, trim_start=clock.rfc3339(ended.at(6)))
    after = (await client.get(f"/replays/{ended.shown_id}/media.m3u8")).text

    assert (before.count("DATERANGE"), after.count("DATERANGE")) == (1, 0)
    assert ended.public() == WHOLE - {"1.m4s", "2.m4s", "3.m4s"}
    assert (await ended.shown(client))["starts_at"] == clock.rfc3339(ended.at(6))


async def test_decision_is_taken_back_whole(client: httpx2.AsyncClient, ended: EndedShow) -> None:
    await change(client, ended, hidden=[span(ended, 0, 9)], trim_end=clock.rfc3339(ended.at(9)))
    await change(client, ended, public=False)

    answer = await change(client, ended, hidden=[], trim_end=None, public=True)

    assert answer.json()["state"] == "ready"
    assert ended.public() == WHOLE


async def test_withheld_replay_is_not_there(client: httpx2.AsyncClient, ended: EndedShow) -> None:
    answer = await change(client, ended, public=False)

    assert answer.json()["state"] == "withheld"
    assert ended.public() == set()
    shown = (await client.get(ended.path)).json()
    assert shown["replay"]["state"] == "withheld"
    assert "/live/" in shown["playback"]["hls_url"]


async def test_host_decides_before_the_show_ends(
    client: httpx2.AsyncClient, on_air: EndedShow, end: Any
) -> None:
    before = await change(client, on_air, public=False)
    show = await end()
    await show.publish()

    assert (before.json()["state"], before.json()["public"]) == (None, False)
    assert show.public() == set()
    assert (await show.shown(client))["state"] == "withheld"


async def test_deleted_replay_is_gone_and_stays_gone(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    answer = await client.delete(f"{ended.path}/replay", headers=ended.host)

    assert answer.status_code == 204
    assert ended.public() == set()
    assert (await ended.shown(client))["state"] == "deleted"
    assert ended.recorded.exists()
    await ended.publish()
    assert not ended.recorded.exists()
    refused = await change(client, ended, public=True)
    assert (refused.status_code, refused.json()["code"]) == (410, "replay_deleted")
    assert await ended.publish() is None


@pytest.mark.parametrize(
    "body",
    [
        {"hidden": [{"start": "2026-11-23T10:00:04Z", "end": "2026-11-23T10:00:04Z"}]},
        {"trim_start": "2026-11-23T10:00:04Z", "trim_end": "2026-11-23T10:00:01Z"},
    ],
)
async def test_cut_that_makes_no_sense_changes_nothing(
    client: httpx2.AsyncClient, ended: EndedShow, body: dict[str, Any]
) -> None:
    answer = await change(client, ended, **body)

    assert (answer.status_code, answer.json()["code"]) == (422, "replay_cut_invalid")
    assert (await client.get(f"{ended.path}/replay", headers=ended.host)).json()["hidden"] == []
    assert ended.public() == WHOLE


async def test_replay_is_decided_by_its_host_alone(
    client: httpx2.AsyncClient, ended: EndedShow, database: Database
) -> None:
    async with database.session() as session:
        strangers = [
            {},
            await add_key(session, await add_host(session)),
            await add_key(session, await add_person(session, "viewer")),
        ]
    answers = [
        await client.request(method, f"{ended.path}/replay", headers=headers, **body)
        for headers in strangers
        for method, body in (("GET", {}), ("PATCH", {"json": {"public": False}}), ("DELETE", {}))
    ]

    assert [answer.status_code for answer in answers] == [401] * 3 + [404] * 6
    assert ended.public() == WHOLE


async def test_worker_finishes_what_a_crash_after_the_decision_left(
    ended: EndedShow, database: Database
) -> None:
    async with database.session() as session:
        hidden = ReplayChange.model_validate({"hidden": [span(ended, 0, 1)]})
        await service.change_replay(
            session, person=ended.floor.host, show_id=ended.id, change=hidden
        )
    assert ended.public() == WHOLE

    assert await ended.publish() is None
    assert ended.public() == WHOLE - {"1.m4s"}


async def test_older_decision_is_never_published_over_a_newer_one(
    client: httpx2.AsyncClient, ended: EndedShow, database: Database
) -> None:
    slow = SlowStorage(ended.data)

    async def publish() -> None:
        async with database.session() as session:
            await service.publish(session, slow, ended.id)

    older = asyncio.create_task(publish())
    assert await asyncio.to_thread(slow.begun.wait, BOUND)
    newer = asyncio.create_task(change(client, ended, hidden=[span(ended, 0, 1)]))
    await until_somebody_waits(database)
    slow.go_on.set()
    await older
    answer = await newer

    assert answer.status_code == 200
    assert ended.public() == WHOLE - {"1.m4s"}


async def test_storage_reads_nothing_of_a_show_that_was_never_recorded(ended: EndedShow) -> None:
    index = DiskStorage(ended.data).read_index("show_nobody")

    assert (index.segments, index.opened, index.ended) == ([], [], False)
