"""What viewers have to be told: said before going live, changed on the air, carried as cues."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.catalog import service as catalog
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.media.types import IngestState
from showfloor.shows import service as shows
from tests.clocks import stopped
from tests.integration.app.conftest import app, client
from tests.people import FakeStreaming, Floor, add_floor, add_host, add_key, report

__all__ = ["app", "client"]


@pytest.fixture
async def floor(database: Database) -> AsyncIterator[Floor]:
    """A show with a camera, not live yet. Time stands still, or its report would get too old on a
    machine that stands still for some seconds.
    """
    with stopped():
        async with database.session() as session:
            floor = await add_floor(session)
            await shows.note_ingest(
                session, report=report(floor.show, IngestState.PUBLISHING), secret="s" * 32
            )
        yield floor


@pytest.fixture
def streaming(app: FastAPI) -> FakeStreaming:
    streaming = app.state.streaming = FakeStreaming()
    streaming.media_time = clock.now()
    return streaming


@pytest.fixture
async def host(database: Database, floor: Floor) -> dict[str, str]:
    async with database.session() as session:
        return await add_key(session, floor.host)


@pytest.fixture
def path(floor: Floor) -> str:
    return f"/api/v1/shows/{ids.encode('show', floor.show.id)}"


async def labels(client: httpx2.AsyncClient, path: str, at: datetime) -> list[str]:
    answer = await client.get(f"{path}/timeline", params={"at": clock.rfc3339(at)})
    return [cue["payload"]["disclosure"] for cue in answer.json()["cues"]]


async def test_frame_at_random_of_a_show_is_never_without_its_label(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    body = {"disclosures": ["paid_partnership", "recorded_host", "paid_partnership"]}
    assert (await client.patch(path, json=body, headers=host)).status_code == 200
    live = (await client.post(f"{path}/go-live", headers=host)).json()["went_live_at"]
    started = datetime.fromisoformat(live)
    streaming.media_time = started + timedelta(minutes=10)
    cues = (await client.get(f"{path}/timeline")).json()["cues"]
    recorded = next(cue for cue in cues if cue["payload"]["disclosure"] == "recorded_host")
    await client.post(f"/api/v1/cues/{recorded['id']}/end", headers=host)

    # A group of pictures that began before the show went live is on screen, too.
    for second in [-10.0, 0.0, *(random.uniform(0, 1200) for _ in range(20))]:
        wanted = ["paid_partnership", "recorded_host"] if second < 600 else ["paid_partnership"]
        assert sorted(await labels(client, path, started + timedelta(seconds=second))) == wanted
    assert [cue.kind for cue in streaming.put[0]] == ["disclosure", "disclosure"]


async def test_label_is_put_on_and_taken_off_on_the_air_once(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    await client.patch(path, json={"disclosures": []}, headers=host)
    await client.post(f"{path}/go-live", headers=host)
    body = {"kind": "disclosure", "disclosure": "dubbed_voice"}

    first = await client.post(f"{path}/cues", json=body, headers=host)
    again = await client.post(f"{path}/cues", json=body, headers=host)
    streaming.advance(5)
    await client.post(f"/api/v1/cues/{first.json()['id']}/end", headers=host)

    assert first.status_code == 201
    assert again.json()["id"] == first.json()["id"]
    assert await labels(client, path, streaming.media_time - timedelta(seconds=1)) == [
        "dubbed_voice"
    ]
    # The API says times in milliseconds, the end lies between two of them.
    after = streaming.media_time + timedelta(milliseconds=1)
    assert await labels(client, path, after) == []


async def test_studio_knows_whether_anybody_was_asked(
    client: httpx2.AsyncClient, host: dict[str, str], path: str
) -> None:
    before = (await client.get(f"{path}/studio", headers=host)).json()["disclosures"]
    await client.patch(path, json={"disclosures": []}, headers=host)
    after = (await client.get(f"{path}/studio", headers=host)).json()["disclosures"]

    assert (before, after) == (None, [])


async def test_stranger_neither_puts_labels_on_nor_takes_them_off(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    host: dict[str, str],
    path: str,
    database: Database,
) -> None:
    await client.patch(path, json={"disclosures": ["synthetic_host"]}, headers=host)
    await client.post(f"{path}/go-live", headers=host)
    cues = (await client.get(f"{path}/timeline")).json()["cues"]
    async with database.session() as session:
        stranger = await add_key(session, await add_host(session))

    answers = [
        await client.post(f"/api/v1/cues/{cues[0]['id']}/end", headers=stranger),
        await client.post(
            f"{path}/cues",
            json={"kind": "disclosure", "disclosure": "dubbed_voice"},
            headers=stranger,
        ),
        await client.patch(path, json={"disclosures": []}, headers=stranger),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await client.get(f"{path}/timeline")).json()["cues"] == cues


async def test_pin_keeps_the_name_and_the_price_of_its_moment(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    floor: Floor,
    host: dict[str, str],
    path: str,
    database: Database,
) -> None:
    mug = floor.products[0]
    await client.patch(path, json={"disclosures": []}, headers=host)
    await client.post(f"{path}/go-live", headers=host)
    body = {"kind": "pin", "product_id": ids.encode("prod", mug.id)}
    cue = (await client.post(f"{path}/cues", json=body, headers=host)).json()
    async with database.session() as session:
        await catalog.set_price(
            session,
            person=floor.sellers[0],
            variant_id=mug.variants[0].id,
            price=Money(900, "GBP"),
        )

    kept = (await client.get(f"{path}/timeline")).json()["cues"][0]["payload"]
    assert kept == cue["payload"]
    assert kept["price"] == {"amount": 2500, "currency": "GBP"}
    assert kept["name"] == {"en": "Mug", "ar": "منتج"}
