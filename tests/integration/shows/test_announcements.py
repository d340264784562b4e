"""What the team writes on the picture: when it is there, who may, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.kit import clock, ids
from showfloor.kit.contract import ShowOrders
from showfloor.kit.db import Database
from showfloor.media.types import IngestState
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from tests.clocks import stopped
from tests.integration.app.conftest import app, client
from tests.people import FakeStreaming, Floor, add_floor_on_air, add_host, add_key, report

__all__ = ["app", "client"]

SAID = {"en": "Free delivery until eight", "ar": "توصيل مجاني حتى الثامنة"}


@pytest.fixture
async def floor(database: Database) -> AsyncIterator[Floor]:
    """A show on the air; time stands still."""
    with stopped():
        async with database.session() as session:
            floor = await add_floor_on_air(session)
        yield floor


@pytest.fixture
def streaming(app: FastAPI, floor: Floor) -> FakeStreaming:
    streaming = app.state.streaming = FakeStreaming()
    streaming.media_time = clock.now().replace(microsecond=0)
    return streaming


@pytest.fixture
async def host(database: Database, floor: Floor) -> dict[str, str]:
    async with database.session() as session:
        return await add_key(session, floor.host)


@pytest.fixture
def path(floor: Floor) -> str:
    return f"/api/v1/shows/{ids.encode('show', floor.show.id)}"


async def announce(
    client: httpx2.AsyncClient, path: str, headers: dict[str, str], **more: object
) -> httpx2.Response:
    body = {"kind": "announcement", "text": SAID, **more}
    return await client.post(f"{path}/cues", json=body, headers=headers)


async def shown(client: httpx2.AsyncClient, path: str, at: datetime) -> list[dict[str, str]]:
    answer = await client.get(f"{path}/timeline", params={"at": clock.rfc3339(at)})
    return [
        cue["payload"]["text"] for cue in answer.json()["cues"] if cue["kind"] == "announcement"
    ]


async def note_report(database: Database, floor: Floor) -> ShowOrders:
    """As the media server does each second; what it has to carry then."""
    reports = [report(floor.show, IngestState.PUBLISHING)]
    answer = await shows.note_ingests(database, reports=reports, secret="s" * 32)
    return answer.shows[ids.encode("show", floor.show.id)]


async def whole(client: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"{path}/timeline")).json()["cues"]
    return found


async def test_announcement_is_on_each_frame_of_its_time_and_on_no_other(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    answer = await announce(client, path, host, starts_in_s=60, lasts_s=30)

    start = datetime.fromisoformat(answer.json()["start"])
    seconds = {-1.0: [], 0.0: [SAID], 29.9: [SAID], 30.0: []}
    assert answer.status_code == 201
    assert start == streaming.media_time + timedelta(seconds=60)
    assert {
        second: await shown(client, path, start + timedelta(seconds=second)) for second in seconds
    } == seconds
    assert [cue.kind for cue in streaming.put[-1]] == ["announcement"]


async def test_announcement_in_one_language_is_shown_in_all(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    answer = await announce(client, path, host, text={"ar": "بعد دقيقة", "en": " "})

    assert answer.json()["payload"] == {
        "text": {"en": "بعد دقيقة", "ar": "بعد دقيقة"},
        "until": None,
    }


async def test_announcement_gets_its_end_when_it_is_over_and_not_before(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    host: dict[str, str],
    path: str,
    floor: Floor,
    database: Database,
) -> None:
    """An END-DATE that a playlist has carried may not change."""
    payload = (await announce(client, path, host, lasts_s=30)).json()["payload"]

    (before,) = (await note_report(database, floor)).cues
    later = clock.now() + timedelta(seconds=31)
    with clock.use(lambda: later):
        await note_report(database, floor)
        (after,) = (await note_report(database, floor)).cues

    (cue,) = await whole(client, path)
    async with database.session() as session:
        entries = (await realtime.snapshot(session, floor.show.id)).entries
    assert before.end is None
    assert after.end == cue["end"] == payload["until"]
    assert entries[f"cue/{cue['id']}"]["end"] == payload["until"]


async def test_announcement_is_taken_down_before_its_time_and_then_stays_down(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    host: dict[str, str],
    path: str,
    floor: Floor,
    database: Database,
) -> None:
    cue = (await announce(client, path, host, lasts_s=30)).json()
    streaming.advance(5)

    ended = (await client.post(f"/api/v1/cues/{cue['id']}/end", headers=host)).json()["end"]
    later = clock.now() + timedelta(seconds=31)
    with clock.use(lambda: later):
        await note_report(database, floor)

    assert ended == clock.rfc3339(streaming.media_time)
    assert (await whole(client, path))[0]["end"] == ended


async def test_announcement_taken_down_before_its_first_frame_is_on_none(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    cue = (await announce(client, path, host, starts_in_s=60, lasts_s=30)).json()

    ended = (await client.post(f"/api/v1/cues/{cue['id']}/end", headers=host)).json()

    assert ended["end"] == ended["start"] == cue["start"]
    assert await shown(client, path, datetime.fromisoformat(cue["start"])) == []


async def test_announcement_whose_time_is_over_ends_then_although_the_camera_was_away(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    until = (await announce(client, path, host, lasts_s=30)).json()["payload"]["until"]

    streaming.advance(600)
    later = clock.now() + timedelta(seconds=600)
    with clock.use(lambda: later):
        await client.post(f"{path}/end", headers=host)

    assert [cue["end"] for cue in await whole(client, path)] == [until]


async def test_announcement_beyond_the_most_is_refused_until_one_is_over(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    for _ in range(5):
        assert (await announce(client, path, host, lasts_s=30)).status_code == 201
    before = await whole(client, path)

    refused = await announce(client, path, host)
    unchanged = await whole(client, path)
    streaming.advance(31)
    later = clock.now() + timedelta(seconds=31)
    with clock.use(lambda: later):
        allowed = await announce(client, path, host)

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_announcements")
    assert unchanged == before
    assert allowed.status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": {}},
        {"text": {"en": "\u200b "}},
        {"text": {"en": "x" * 121}},
        {"text": {"fr": "Bonjour"}},
        {"starts_in_s": -1},
        {"starts_in_s": 3601},
        {"lasts_s": 4},
        {"lasts_s": 14_401},
        {"product_id": "prod_1"},
    ],
    ids=str,
)
async def test_wrong_announcement_changes_nothing(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    host: dict[str, str],
    path: str,
    wrong: dict[str, object],
) -> None:
    answer = await announce(client, path, host, **wrong)

    assert answer.status_code == 422
    assert await whole(client, path) == []


async def test_nobody_but_the_team_announces_or_takes_down(
    client: httpx2.AsyncClient,
    streaming: FakeStreaming,
    host: dict[str, str],
    path: str,
    database: Database,
) -> None:
    cue = (await announce(client, path, host)).json()
    async with database.session() as session:
        stranger = await add_key(session, await add_host(session))

    answers = [
        await announce(client, path, stranger),
        await announce(client, path, {}),
        await client.post(f"/api/v1/cues/{cue['id']}/end", headers=stranger),
    ]

    assert [answer.status_code for answer in answers] == [404, 401, 404]
    assert await whole(client, path) == [cue]


async def test_without_a_picture_nothing_is_announced(
    client: httpx2.AsyncClient, streaming: FakeStreaming, host: dict[str, str], path: str
) -> None:
    streaming.publishing = False

    answer = await announce(client, path, host)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_live")
    assert await whole(client, path) == []
