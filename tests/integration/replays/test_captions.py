"""Captions: a file for the replay, single lines of a live show, and the same cut as the picture."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.identity import service as identity
from showfloor.identity.types import CollectionPoint, Scope
from showfloor.kit import clock, webvtt
from showfloor.kit.db import Database
from showfloor.replays import queries, service
from showfloor.replays.adapters.disk import DiskStorage
from tests.integration.replays.conftest import EndedShow
from tests.people import FakeStreaming, add_host, add_key
from tests.waiting import until_somebody_waits

FILE = """WEBVTT

00:01.000 --> 00:02.500
<b>Good</b> morning &amp; welcome

00:05.000 --> 00:07.000
This is the mug
"""


async def upload(
    client: httpx2.AsyncClient, show: EndedShow, text: str = FILE, language: str = "en"
) -> httpx2.Response:
    headers = {**show.host, "Content-Type": "text/vtt"}
    return await client.put(f"{show.path}/captions/{language}", content=text, headers=headers)


async def lines(
    client: httpx2.AsyncClient, show: EndedShow, language: str = "en"
) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (await client.get(f"{show.path}/captions/{language}")).json()[
        "lines"
    ]
    return found


async def texts(client: httpx2.AsyncClient, show: EndedShow, language: str = "en") -> list[str]:
    return [line["text"] for line in await lines(client, show, language)]


async def test_file_becomes_lines_on_the_show_clock(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    assert (await upload(client, ended)).status_code == 204

    first, second = await lines(client, ended)
    assert first["text"] == "Good morning & welcome"
    assert first["start"] == clock.rfc3339(ended.at(1))
    assert second["end"] == clock.rfc3339(ended.at(7))
    assert (await client.get(ended.path)).json()["caption_languages"] == ["en"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
async def test_words_that_change_while_the_replay_is_published_wait_for_it(
    client: httpx2.AsyncClient, ended: EndedShow, database: Database, method: str
) -> None:
    """Each would wait for the other, if they took their locks in another order."""
    await upload(client, ended)
    (line, _) = await lines(client, ended)
    path, headers = f"{ended.path}/captions/en", ended.host
    requests = {
        "PATCH": partial(client.patch, path, json={"changes": [{"id": line["id"], "text": "Hi"}]}),
        "DELETE": partial(client.delete, path),
        "PUT": partial(client.put, path, content="WEBVTT\n"),
    }
    async with database.session() as session:
        await queries.replay(session, ended.id, lock=True)
        changing = asyncio.create_task(requests[method](headers=headers))
        await until_somebody_waits(database)
        await service.publish(session, DiskStorage(ended.data), ended.id)

    assert (await changing).status_code == 204


async def test_file_comes_back_as_it_is_heard(client: httpx2.AsyncClient, ended: EndedShow) -> None:
    await upload(client, ended)
    await client.patch(
        f"{ended.path}/replay", json={"trim_start": clock.rfc3339(ended.at(4))}, headers=ended.host
    )

    answer = await client.get(f"{ended.path}/captions/en.vtt")

    assert answer.headers["content-type"].startswith("text/vtt")
    assert webvtt.parse(answer.content) == [webvtt.Line(1000, 3000, "This is the mug")]


async def test_what_is_cut_is_not_read_either(client: httpx2.AsyncClient, ended: EndedShow) -> None:
    await upload(client, ended)
    hidden = {"start": clock.rfc3339(ended.at(6)), "end": clock.rfc3339(ended.at(8))}

    await client.patch(f"{ended.path}/replay", json={"hidden": [hidden]}, headers=ended.host)
    cut = await texts(client, ended)
    await client.patch(f"{ended.path}/replay", json={"public": False}, headers=ended.host)
    withheld = await texts(client, ended)
    await client.patch(
        f"{ended.path}/replay", json={"public": True, "hidden": []}, headers=ended.host
    )

    assert (cut, withheld) == (["Good morning & welcome"], [])
    assert len(await texts(client, ended)) == 2
    own = await client.get(f"{ended.path}/captions/en", headers=ended.host)
    assert len(own.json()["lines"]) == 2


async def test_file_after_a_trim_is_placed_by_what_is_seen(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    await client.patch(
        f"{ended.path}/replay", json={"trim_start": clock.rfc3339(ended.at(4))}, headers=ended.host
    )

    await upload(client, ended)

    (first, *_) = await lines(client, ended)
    assert first["start"] == clock.rfc3339(ended.at(5))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nSubRip", "first line is not WEBVTT (line 1)"),
        (FILE + "\nhello", "times are missing or wrong"),
    ],
)
async def test_file_that_is_refused_changes_nothing(
    client: httpx2.AsyncClient, ended: EndedShow, text: str, reason: str
) -> None:
    await upload(client, ended)
    before = await lines(client, ended)

    answer = await upload(client, ended, text)

    assert (answer.status_code, answer.json()["code"]) == (422, "captions_unreadable")
    assert reason in answer.json()["detail"]
    assert await lines(client, ended) == before


async def test_lines_are_corrected_and_taken_away(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    await upload(client, ended)
    first, second = await lines(client, ended)
    address = f"{ended.path}/captions/en"

    changes = [{"id": first["id"], "text": " Good  evening "}, {"id": second["id"], "text": ""}]
    await client.patch(address, json={"changes": changes}, headers=ended.host)

    assert await texts(client, ended) == ["Good evening"]
    assert (await client.delete(address, headers=ended.host)).status_code == 204
    assert (await client.get(ended.path)).json()["caption_languages"] == []
    gone = await client.patch(address, json={"changes": []}, headers=ended.host)
    assert gone.json()["code"] == "captions_not_there"


async def test_deleted_replay_takes_what_was_said_with_it(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    await upload(client, ended)

    await client.delete(f"{ended.path}/replay", headers=ended.host)

    own = await client.get(f"{ended.path}/captions/en", headers=ended.host)
    assert own.json()["lines"] == []
    assert (await client.get(f"{ended.path}/captions/en.vtt")).status_code == 404


async def test_stranger_changes_no_captions(
    client: httpx2.AsyncClient, ended: EndedShow, database: Database
) -> None:
    await upload(client, ended)
    before = await lines(client, ended)
    async with database.session() as session:
        stranger = await add_key(session, await add_host(session))
    address = f"{ended.path}/captions/en"
    change = {"changes": [{"id": before[0]["id"], "text": "x"}]}

    answers = [
        await client.put(address, content=FILE, headers={**stranger, "Content-Type": "text/vtt"}),
        await client.patch(address, json=change, headers=stranger),
        await client.delete(address, headers=stranger),
        await client.put(address, content=FILE, headers={"Content-Type": "text/vtt"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 401]
    assert await lines(client, ended) == before


# Live


@pytest.fixture
def streaming(app: FastAPI, on_air: EndedShow) -> FakeStreaming:
    streaming = app.state.streaming = FakeStreaming()
    streaming.media_time = on_air.at(10)
    return streaming


async def say(
    client: httpx2.AsyncClient, show: EndedShow, headers: dict[str, str], **more: str
) -> httpx2.Response:
    body = {"language": "ar", "text": "هذا هو الكوب"} | more
    return await client.post(f"{show.path}/captions", json=body, headers=headers)


async def test_live_line_is_on_its_frame_and_stays_for_the_replay(
    client: httpx2.AsyncClient, on_air: EndedShow, streaming: FakeStreaming
) -> None:
    answer = await say(client, on_air, on_air.host)

    assert answer.status_code == 201
    assert answer.json()["start"] == clock.rfc3339(streaming.media_time)
    assert answer.json()["end"] > answer.json()["start"]
    assert await lines(client, on_air, "ar") == [answer.json()]
    assert (await client.get(on_air.path)).json()["caption_languages"] == ["ar"]


async def test_line_of_another_time_is_refused(
    client: httpx2.AsyncClient, on_air: EndedShow, streaming: FakeStreaming
) -> None:
    early = clock.rfc3339(streaming.media_time - timedelta(minutes=2))
    start, end = (clock.rfc3339(streaming.media_time + timedelta(seconds=n)) for n in (0, -1))

    answers = [
        await say(client, on_air, on_air.host, start=early),
        await say(client, on_air, on_air.host, start=start, end=end),
        await say(client, on_air, on_air.host, text=" \u200b "),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert answers[0].json()["code"] == answers[1].json()["code"] == "caption_times_invalid"
    assert await lines(client, on_air, "ar") == []


async def test_captioner_needs_the_scope_and_gets_nothing_else(
    client: httpx2.AsyncClient, on_air: EndedShow, streaming: FakeStreaming, database: Database
) -> None:
    keys = []
    async with database.session() as session:
        for scope in (Scope.CAPTIONS_WRITE, Scope.ORDERS_READ):
            key = await identity.add_api_key(
                session,
                admission=identity.admit(CollectionPoint.API, adult=True),
                person_id=on_air.floor.host.id,
                label="captioner",
                scopes=[scope],
            )
            keys.append({"Authorization": f"Bearer {key}"})
    captioner, other = keys

    said = await say(client, on_air, captioner)
    refused = [
        await say(client, on_air, other),
        await client.post(f"{on_air.path}/end", headers=captioner),
        await client.delete(f"{on_air.path}/captions/ar", headers=captioner),
    ]

    assert said.status_code == 201
    assert [answer.json()["code"] for answer in refused] == ["scope_missing"] * 3
    assert await lines(client, on_air, "ar") == [said.json()]


async def test_show_that_is_not_live_takes_no_live_line(
    client: httpx2.AsyncClient, ended: EndedShow, app: FastAPI
) -> None:
    app.state.streaming = FakeStreaming()

    answer = await say(client, ended, ended.host)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_live")
    assert await lines(client, ended, "ar") == []
