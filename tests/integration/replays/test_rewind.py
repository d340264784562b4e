"""A live show from its beginning."""

from __future__ import annotations

import httpx2
import m3u8
from fastapi import FastAPI

from showfloor.kit import clock, recording
from showfloor.kit.recent import Recent
from tests.integration.replays.conftest import EndedShow, EndShow
from tests.integration.replays.test_decisions import change, span


async def rewind(client: httpx2.AsyncClient, app: FastAPI, show: EndedShow) -> httpx2.Response:
    """As it is now, not as it was kept for others in this second."""
    app.state.rewinds = Recent(seconds=1.0, most=1)
    return await client.get(f"/replays/{show.shown_id}/rewind.m3u8")


async def test_late_viewer_gets_the_show_from_its_first_public_frame_as_it_grows(
    app: FastAPI, client: httpx2.AsyncClient, on_air: EndedShow
) -> None:
    url = (await client.get(on_air.path)).json()["playback"]["rewind_url"]
    assert url.endswith(f"/replays/{on_air.shown_id}/rewind.m3u8")

    first = m3u8.loads((await rewind(client, app, on_air)).text)
    on_air.record(6, 10)
    answer = await rewind(client, app, on_air)
    second = m3u8.loads(answer.text)

    assert [segment.uri for segment in first.segments] == [f"{n}.m4s" for n in range(1, 6)]
    assert [segment.uri for segment in second.segments] == [f"{n}.m4s" for n in range(1, 7)]
    assert (second.playlist_type, second.is_endlist) == ("event", False)
    assert clock.rfc3339(second.segments[0].program_date_time) == clock.rfc3339(on_air.start)
    assert answer.text.count("DATERANGE") == 1
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (await client.get(f"/replays/{on_air.shown_id}/6.m4s")).status_code == 200
    # The team's preview stays the team's.
    assert (await client.get(f"/replays/{on_air.shown_id}/0.m4s")).status_code == 404


async def test_show_whose_replay_is_withheld_cannot_be_rewound(
    app: FastAPI, client: httpx2.AsyncClient, on_air: EndedShow
) -> None:
    await rewind(client, app, on_air)
    await change(client, on_air, public=False)
    assert on_air.public() == set()

    answer = await rewind(client, app, on_air)

    assert (answer.status_code, answer.json()["code"]) == (404, "replay_not_there")
    assert on_air.public() == set()


async def test_part_hidden_on_the_air_is_gone_before_the_answer(
    app: FastAPI, client: httpx2.AsyncClient, on_air: EndedShow
) -> None:
    await rewind(client, app, on_air)

    await change(client, on_air, hidden=[span(on_air, 2, 3)])

    assert (await client.get(f"/replays/{on_air.shown_id}/2.m4s")).status_code == 404
    assert "2.m4s" not in (await rewind(client, app, on_air)).text


async def test_end_of_the_show_leads_to_its_replay(
    app: FastAPI, client: httpx2.AsyncClient, on_air: EndedShow, end: EndShow
) -> None:
    await rewind(client, app, on_air)
    show = await end()
    show.note(recording.ENDED)
    await show.publish()

    answer = await rewind(client, app, show)
    followed = await client.get(f"/replays/{show.shown_id}/{answer.headers['location']}")

    assert answer.status_code == 307
    assert m3u8.loads(followed.text).is_endlist
    assert (await client.get(show.path)).json()["playback"]["rewind_url"] is None
