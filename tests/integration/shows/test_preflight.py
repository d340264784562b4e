"""Before going live: the page that says ready or what to mend, and the refusal of silence."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.kit import ids
from showfloor.kit.contract import AudioHealth, Health, SoundMeasure, VideoHealth
from showfloor.kit.db import Database
from showfloor.media.types import IngestReport, IngestState
from showfloor.shows import service as shows
from showfloor.shows.service import lifecycle
from showfloor.stock import service as stock
from tests.clocks import stopped
from tests.integration.app.conftest import app, client
from tests.integration.checkout.shop import execute
from tests.people import FakeStreaming, Floor, add_floor, add_host, add_key

__all__ = ["app", "client"]
HEALTH = Health(
    VideoHealth("h264", "High", "4.0", 1080, 1920, 30.0, 4_000_000, 1.0),
    AudioHealth("aac", 48_000, 2, 128_000),
    [],
)
QUIET = SoundMeasure(10.0, -25.0, -9.0)


@pytest.fixture
async def floor(database: Database) -> AsyncIterator[Floor]:
    """A show with a camera, not live yet. Time stands still, or its report would get too old on a
    machine that stands still for some seconds.
    """
    with stopped() as now:
        async with database.session() as session:
            floor = await add_floor(session)
            report = IngestReport(floor.show.id, "ing_1", IngestState.PUBLISHING, now, HEALTH)
            await shows.note_ingest(session, report=report, secret="s" * 32)
        yield floor


@pytest.fixture
def streaming(app: FastAPI) -> FakeStreaming:
    streaming = app.state.streaming = FakeStreaming()
    streaming.measured = QUIET
    return streaming


@pytest.fixture
async def host(database: Database, floor: Floor) -> dict[str, str]:
    async with database.session() as session:
        return await add_key(session, floor.host)


@pytest.fixture
def path(floor: Floor) -> str:
    return f"/api/v1/shows/{ids.encode('show', floor.show.id)}"


async def test_preflight_names_what_to_mend_and_is_ready_when_it_is(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    database: Database,
    floor: Floor,
    host: dict[str, str],
    path: str,
) -> None:
    mug = floor.products[0]
    async with database.session() as session:
        await stock.set_on_hand(
            session, person=floor.sellers[0], variant_id=mug.variants[0].id, on_hand=0
        )

    before = (await client.get(f"{path}/preflight", headers=host)).json()
    await client.patch(path, json={"disclosures": []}, headers=host)
    after = (await client.get(f"{path}/preflight", headers=host)).json()

    assert (before["ready"], after["ready"]) == (False, True)
    found = {check["code"]: check for check in before["checks"]}
    assert {code: check["status"] for code, check in found.items()} == {
        "picture_arrives": "ok",
        "bitrate_good": "ok",
        "frame_rate_good": "ok",
        "keyframes_good": "ok",
        "loudness_low": "warn",
        "goods_ready": "ok",
        "stock_gone": "warn",
        "frames_nowhere": "ok",
        "disclosures_unanswered": "bad",
    }
    assert found["stock_gone"]["product_ids"] == [ids.encode("prod", mug.id)]
    assert found["loudness_low"]["params"] == {"lufs": -25, "by": 9, "target": -16}


async def test_goods_of_which_people_wait_for_every_piece_are_gone(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    database: Database,
    floor: Floor,
    host: dict[str, str],
    path: str,
) -> None:
    mug = floor.products[0]
    await execute(
        database,
        f"update stock_item set waiting = on_hand where variant_id = '{mug.variants[0].id}'",
    )

    checks = (await client.get(f"{path}/preflight", headers=host)).json()["checks"]

    (gone,) = [check for check in checks if check["code"] == "stock_gone"]
    assert gone["product_ids"] == [ids.encode("prod", mug.id)]


async def test_sound_that_nobody_could_measure_is_said_to_be_unmeasured(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    streaming.measured = None

    checks = (await client.get(f"{path}/preflight", headers=host)).json()["checks"]

    (sound,) = [check for check in checks if check["area"] == "sound"]
    assert (sound["code"], sound["status"]) == ("loudness_unmeasured", "unknown")


async def test_preflight_is_the_hosts_alone(
    client: httpx2.AsyncClient, streaming: FakeStreaming, database: Database, path: str
) -> None:
    async with database.session() as session:
        stranger = await add_key(session, await add_host(session))

    answers = [
        await client.get(f"{path}/preflight"),
        await client.get(f"{path}/preflight", headers=stranger),
    ]

    assert [answer.status_code for answer in answers] == [401, 404]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_show_does_not_go_live_before_the_disclosures_are_answered(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    host: dict[str, str],
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:
        monkeypatch.setattr(lifecycle, "require_answer", lambda said: None)

    answer = await client.post(f"{path}/go-live", headers=host)

    if not guard:
        assert (answer.json()["state"], streaming.states) == ("live", ["live"])
        return
    assert (answer.status_code, answer.json()["code"]) == (409, "disclosures_unanswered")
    assert (await client.get(path, headers=host)).json()["state"] == "draft"
    assert streaming.states == [] and streaming.put == []
    await client.patch(path, json={"disclosures": []}, headers=host)
    assert (await client.post(f"{path}/go-live", headers=host)).json()["state"] == "live"


async def test_answer_can_come_with_the_show(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str]
) -> None:
    new = {"title": {"en": "Later"}, "market": "gb", "disclosures": ["dubbed_voice"] * 2}

    made = (await client.post("/api/v1/shows", json=new, headers=host)).json()

    studio = await client.get(f"/api/v1/shows/{made['id']}/studio", headers=host)
    assert studio.json()["disclosures"] == ["dubbed_voice"]
