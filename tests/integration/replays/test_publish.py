"""From the end of a show to what everybody can watch again."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from threading import Event

import httpx2
import m3u8
import pytest

from showfloor.kit import clock, recording
from showfloor.kit.db import Database
from showfloor.realtime import service as realtime
from showfloor.replays import service
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.replays.rules import WAIT_FOR_RECORDING
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from tests.integration.replays.conftest import EndedShow, EndShow
from tests.people import add_floor, put_on_air
from tests.waiting import BOUND

WHOLE = {"init-a.mp4", "1.m4s", "2.m4s", "3.m4s", "4.m4s", "5.m4s", "index.m3u8", "media.m3u8"}


async def test_show_on_air_has_no_replay(client: httpx2.AsyncClient, on_air: EndedShow) -> None:
    assert await on_air.publish() is None
    assert await on_air.shown(client) is None
    assert on_air.public() == set()


def told(state: str, starts_at: str | None = None, duration_s: float = 0) -> dict[str, object]:
    """What everybody reads of a replay before its pictures are drawn."""
    return {
        "state": state,
        "starts_at": starts_at,
        "duration_s": duration_s,
        "poster_url": None,
        "storyboard_url": None,
    }


async def test_ended_show_says_that_its_replay_is_being_prepared(
    client: httpx2.AsyncClient, end: EndShow
) -> None:
    show = await end()

    assert await show.shown(client) == told("preparing")


async def test_replay_is_everything_but_the_preview(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    answer = (await client.get(ended.path)).json()

    assert answer["replay"] == told("ready", clock.rfc3339(ended.start), 10.0)
    assert answer["playback"]["hls_url"].endswith(f"/replays/{ended.shown_id}/index.m3u8")
    assert ended.public() == WHOLE


async def test_playlist_carries_segments_and_pins_on_the_show_clock(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    text = (await client.get(f"/replays/{ended.shown_id}/media.m3u8")).text

    parsed = m3u8.loads(text)
    assert parsed.is_endlist
    assert [segment.uri for segment in parsed.segments] == [f"{n}.m4s" for n in range(1, 6)]
    assert parsed.segments[0].program_date_time == ended.start
    (pin,) = parsed.segments[0].dateranges
    assert pin.start_date == clock.rfc3339(ended.at(2))
    assert pin.end_date == clock.rfc3339(ended.at(6))


async def test_room_learns_that_the_replay_is_ready(ended: EndedShow, database: Database) -> None:
    async with database.session() as session:
        entries = (await realtime.snapshot(session, ended.id)).entries

    assert entries["show"]["replay"]["state"] == "ready"


async def test_replay_plays_while_the_last_segment_is_on_its_way(end: EndShow) -> None:
    show = await end()

    again = await show.publish()
    first = show.public()
    show.record(6, 10)
    show.note(recording.ENDED)
    last = await show.publish()

    assert (first, again is not None) == (WHOLE, True)
    assert (show.public(), last) == (WHOLE | {"6.m4s"}, None)


async def test_recording_without_its_end_is_taken_as_it_is_after_a_while(end: EndShow) -> None:
    show = await end()
    assert await show.publish() is not None

    later = clock.now() + 2 * WAIT_FOR_RECORDING
    with clock.use(lambda: later):
        assert await show.publish() is None
    assert show.public() == WHOLE


async def test_segment_that_the_disk_lost_is_a_gap(
    client: httpx2.AsyncClient, end: EndShow
) -> None:
    show = await end()
    (show.recorded / "3.m4s").unlink()
    show.note(recording.ENDED)

    await show.publish()
    decision = (await client.get(f"{show.path}/replay", headers=show.host)).json()

    assert show.public() == WHOLE - {"3.m4s"}
    assert decision["gaps"] == [{"at_s": 4.0, "away_s": 2.0}]
    assert decision["duration_s"] == 8.0


async def test_show_that_never_went_live_has_no_replay(
    client: httpx2.AsyncClient, database: Database
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        await service.begin(session, floor.show.id, clock.now())
        show = await shows.get_show(session, floor.show.id)

    assert show.replay is None


async def test_show_of_which_nothing_was_recorded_has_nothing_to_watch(
    client: httpx2.AsyncClient, end: EndShow
) -> None:
    show = await end()
    (show.recorded / recording.INDEX).write_bytes(recording.ENDED + b"\n")

    assert await show.publish() is None
    assert await show.shown(client) == told("withheld")


class SlowStorage(DiskStorage):
    """Publishing waits in the middle until it may go on."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type] # as DiskStorage's own
        self.begun, self.go_on = Event(), Event()

    def publish(self, show: str, media: Set[str], playlists: Mapping[str, str]) -> set[str]:
        self.begun.set()
        assert self.go_on.wait(BOUND)
        return super().publish(show, media, playlists)


@pytest.mark.parametrize("name", ["media.m3u8", "index.m3u8"])
async def test_playlist_is_asked_for_again_and_costs_nothing_unchanged(
    client: httpx2.AsyncClient, ended: EndedShow, name: str
) -> None:
    path = f"/replays/{ended.shown_id}/{name}"
    first = await client.get(path)

    again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["access-control-allow-origin"] == "*"
    assert (again.status_code, again.content) == (304, b"")


async def test_segment_answers_ranges(client: httpx2.AsyncClient, ended: EndedShow) -> None:
    path = f"/replays/{ended.shown_id}/1.m4s"

    whole = await client.get(path)
    part = await client.get(path, headers={"Range": "bytes=2-4"})
    beyond = await client.get(path, headers={"Range": "bytes=70-80"})

    assert (whole.status_code, whole.content) == (200, b"segment")
    assert whole.headers["content-type"] == "video/mp4"
    assert (part.status_code, part.content) == (206, b"gme")
    assert part.headers["content-range"] == "bytes 2-4/7"
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "name", ["0.m4s", "9.m4s", "index.jsonl", ".1.m4s.part", "../../recordings", ""]
)
async def test_what_is_not_published_is_not_there(
    client: httpx2.AsyncClient, ended: EndedShow, name: str
) -> None:
    (ended.data / "replays" / ended.shown_id / ".1.m4s.part").write_bytes(b"half")

    assert (await client.get(f"/replays/{ended.shown_id}/{name}")).status_code == 404


async def test_replay_that_cannot_be_published_does_not_hold_up_the_next(
    end: EndShow, on_air: EndedShow, database: Database
) -> None:
    floor = on_air.floor
    async with database.session() as session:
        new = NewShow(title={"en": "Later", "ar": "لاحقا"}, market="gb")
        later = await shows.create_show(session, person=floor.host, new=new)
        await shows.add_product(
            session, person=floor.host, show_id=later.id, product_id=floor.products[0].id
        )
        other = replace(floor, show=await put_on_air(session, replace(floor, show=later)))
        await shows.end_show(session, person=floor.host, show_id=later.id)
    broken = await end()
    healthy = replace(broken, floor=other)
    for show in (broken, healthy):
        show.recorded.mkdir(parents=True, exist_ok=True)
        (show.recorded / "init-a.mp4").write_bytes(b"init")
        show.record(1, 0)
        show.note(recording.ENDED)
    (broken.data / "replays").mkdir()
    (broken.data / "replays" / broken.shown_id).write_text("in the way")

    with pytest.raises(FileExistsError):
        await broken.publish()

    assert broken.id < healthy.id, "the broken one comes first"
    assert "media.m3u8" in healthy.public()
