"""Viewers who wait for what is still to come (RFC 8216bis section 6.2.5.2)."""

from __future__ import annotations

from typing import cast

import pytest

from showfloor.streaming.http import answers
from showfloor.streaming.http.connection import Connection
from tests.unit.streaming.port import Port, Viewer, port, status, text
from tests.unit.streaming.shows import add_parts, add_segment, begin

__all__ = ["port"]


@pytest.mark.parametrize(
    "query",
    [
        "_HLS_part=0",
        "_HLS_msn=x",
        "_HLS_msn=1&_HLS_part=x",
        "_HLS_msn=-1",
        "_HLS_msn=4",
        "_HLS_msn=99999999999",
    ],
)
async def test_directive_that_makes_no_sense_is_refused(port: Port, query: str) -> None:
    show = await port.publish()
    for _ in range(2):
        add_segment(show, b"x")

    assert port.ask(f"/live/show_a/media.m3u8?{query}") is answers.BAD_DIRECTIVE


async def test_viewer_waits_for_the_next_part_and_gets_it(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")
    begin(show)
    add_parts(show, b"two")
    viewers = [Viewer(), Viewer()]
    for viewer in viewers:
        assert port.ask("/live/show_a/media.m3u8?_HLS_msn=1&_HLS_part=1", viewer) is None
    assert port.ask("/live/show_a/1.1.m4s", waiting := Viewer()) is None

    show.published()
    assert [viewer.got for viewer in (*viewers, waiting)] == [[], [], []]
    add_parts(show, b"three")
    show.published()

    assert viewers[0].got == viewers[1].got, "one encoded answer serves all"
    assert "1.1.m4s" in text(viewers[0].got[0])
    assert text(waiting.got[0]) == "three"
    assert all(viewer.place is None for viewer in viewers)


async def test_part_beyond_the_end_of_its_segment_is_the_next_one_s_first(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one", b"two")
    viewer = Viewer()
    assert port.ask("/live/show_a/media.m3u8?_HLS_msn=0&_HLS_part=2", viewer) is None

    begin(show)
    show.published()
    assert viewer.got == []
    add_parts(show, b"three")
    show.published()

    assert 'URI="1.0.m4s"' in text(viewer.got[0])


async def test_part_that_its_segment_does_not_have_is_refused_at_once(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one", b"two")

    assert port.ask("/live/show_a/0.2.m4s") is answers.NOT_FOUND
    assert port.ask("/live/show_a/0.99.m4s") is answers.NOT_FOUND


async def test_viewer_who_waits_for_a_part_hears_when_the_segment_ends_without_it(
    port: Port,
) -> None:
    show = await port.publish()
    begin(show)
    add_parts(show, b"one")
    assert port.ask("/live/show_a/0.5.m4s", viewer := Viewer()) is None

    show.window.complete()
    show.published()

    assert viewer.got == [answers.NOT_FOUND]


async def test_viewer_waits_for_a_whole_segment(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")
    begin(show)
    add_parts(show, b"two")
    viewer = Viewer()
    assert port.ask("/live/show_a/media.m3u8?_HLS_msn=1", viewer) is None

    show.window.complete()
    show.published()

    assert "1.m4s" in text(viewer.got[0])


async def test_first_viewer_waits_until_there_is_a_segment(port: Port) -> None:
    show = await port.publish()
    viewer = Viewer()
    assert port.ask("/live/show_a/index.m3u8", viewer) is None
    begin(show)
    add_parts(show, b"one")
    show.published()
    assert viewer.got == []

    show.window.complete()
    show.published()

    assert status(viewer.got[0]) == 200


async def test_whole_segment_that_is_still_to_come_is_not_waited_for(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")

    assert port.ask("/live/show_a/1.m4s") is answers.NOT_FOUND
    assert port.ask("/live/show_a/2.0.m4s") is answers.NOT_FOUND


async def test_viewer_who_waited_long_gets_the_playlist_as_it_is(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")
    viewer = Viewer()
    assert port.ask("/live/show_a/media.m3u8?_HLS_msn=1", viewer) is None
    assert viewer.patient_until > 0

    answer = port.router.give_up(cast("Connection", viewer))

    assert "0.m4s" in text(answer) and viewer.place is None
    show.published()
    assert viewer.got == []


async def test_viewer_who_waited_for_the_first_picture_is_asked_to_come_again(port: Port) -> None:
    await port.publish()
    viewer = Viewer()
    assert port.ask("/live/show_a/media.m3u8", viewer) is None

    assert port.router.give_up(cast("Connection", viewer)) is answers.NOT_YET


async def test_viewer_who_left_is_not_answered(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")
    leaving, staying = Viewer(), Viewer()
    for viewer in (leaving, staying):
        assert port.ask("/live/show_a/media.m3u8?_HLS_msn=1", viewer) is None

    port.router.forget(cast("Connection", leaving))
    add_segment(show, b"two")
    show.published()

    assert leaving.got == [] and len(staying.got) == 1


async def test_ended_show_keeps_nobody_waiting(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")
    viewer = Viewer()
    assert port.ask("/live/show_a/media.m3u8?_HLS_msn=1", viewer) is None

    port.shows.put_state(show, "ended")

    assert "#EXT-X-ENDLIST" in text(viewer.got[0])
    assert "#EXT-X-ENDLIST" in text(port.ask("/live/show_a/media.m3u8?_HLS_msn=77"))
    assert port.ask("/live/show_a/5.m4s") is answers.NOT_FOUND


async def test_reminder_of_a_show_that_left_memory_is_not_found(port: Port) -> None:
    show = await port.publish()
    viewer = Viewer()
    assert port.ask("/live/show_a/media.m3u8", viewer) is None

    port.responder.show_forgotten(show)

    assert viewer.got == [answers.NOT_FOUND] and viewer.place is None
