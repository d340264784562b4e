"""Which answer belongs to which address: shows by state, previews, blocking reloads, and what web
orders.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from showfloor.kit.contract import ShowOrders
from showfloor.streaming.http import answers
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection, Request
from showfloor.streaming.http.responder import Responder
from showfloor.streaming.http.routes import HttpRouter
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.live.registry import ShowRegistry
from tests.unit.streaming.ends import NobodyListens
from tests.unit.streaming.shows import (
    INIT,
    Web,
    add_parts,
    add_segment,
    begin,
    config_at,
    cue,
)

TOKEN = "t" * 32


class Viewer:
    """A connection as the router sees it."""

    def __init__(self) -> None:
        self.place: object = None
        self.patient_until = 0.0
        self.got: list[Answer] = []

    def wait_until(self, deadline: float) -> None:
        self.patient_until = deadline

    def answer(self, answer: Answer) -> None:
        self.got.append(answer)


class Tells(NobodyListens):
    """The responder hears of shows, as in the server."""

    def __init__(self, responder: Responder) -> None:
        self.show_changed = responder.show_changed  # type: ignore[method-assign] # handed on
        self.show_forgotten = responder.show_forgotten  # type: ignore[method-assign] # handed on


class Port:
    """The HTTP port with one show that somebody publishes."""

    def __init__(self, folder: Path) -> None:
        from showfloor.streaming.recording.recorder import Recorder

        self.responder = Responder()
        self.web = Web()
        self.shows = ShowRegistry(
            config_at(folder), self.web, Recorder(folder / "recordings"), Tells(self.responder)
        )
        self.router = HttpRouter(self.shows, self.responder, TOKEN)

    async def publish(self, state: str = "live") -> LiveShow:
        self.web.allow("key", "show_a", state=state)
        await self.shows.authorize("key", lambda reason: None)
        show = self.shows.find("show_a")
        assert show is not None
        return show

    def ask(
        self,
        target: str,
        viewer: Viewer | None = None,
        *,
        method: str = "GET",
        body: object = None,
        token: str | None = None,
    ) -> Answer | None:
        authorization = f"Bearer {token}".encode() if token is not None else b""
        request = Request(
            method.encode(),
            target.encode(),
            authorization,
            b"" if body is None else json.dumps(body).encode(),
            True,
        )
        return self.router.handle(request, cast("Connection", viewer or Viewer()))


@pytest.fixture
def port(tmp_path: Path) -> Port:
    return Port(tmp_path)


def status(answer: Answer | None) -> int:
    assert answer is not None
    return int(answer.head.split(b" ")[1])


def text(answer: Answer | None) -> str:
    assert answer is not None
    return b"".join(answer.body).decode()


def body(answer: Answer | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text(answer))
    return found


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/live",
        "/live/show_a",
        "/live/show_a/",
        "/live/show_a/media.m3u8/x",
        "/live/show_unknown/media.m3u8",
        "/healthz/x",
        "//live/show_a/media.m3u8",
    ],
)
def test_address_that_nothing_has_is_not_found(port: Port, target: str) -> None:
    assert port.ask(target) is answers.NOT_FOUND


def test_health_is_told_to_everybody(port: Port) -> None:
    assert body(port.ask("/healthz")) == {"status": "ok"}


def test_browser_of_another_site_may_ask_first(port: Port) -> None:
    answer = port.ask("/live/show_unknown/media.m3u8", method="OPTIONS")

    assert status(answer) == 204
    assert answer is not None and b"Access-Control-Allow-Origin: *" in answer.head


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_shows_can_only_be_watched(port: Port, method: str) -> None:
    answer = port.ask("/live/show_a/media.m3u8", method=method)

    assert status(answer) == 405 and answer is not None
    assert b"Allow: GET, HEAD, OPTIONS" in answer.head


async def test_live_show_is_listed_for_everybody(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one", b"two")

    index, media = port.ask("/live/show_a/index.m3u8"), port.ask("/live/show_a/media.m3u8")

    assert "RESOLUTION=1920x1080" in text(index) and "media.m3u8" in text(index)
    assert "#EXT-X-MEDIA-SEQUENCE:0" in text(media) and "0.m4s" in text(media)
    assert index is not None and b"application/vnd.apple.mpegurl" in index.head


async def test_media_are_kept_by_caches_and_playlists_are_not(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one", b"two")

    whole, part = port.ask("/live/show_a/0.m4s"), port.ask("/live/show_a/0.1.m4s")
    init = port.ask(f"/live/show_a/{INIT.name}")

    assert (text(whole), text(part)) == ("onetwo", "two")
    for answer in (whole, part, init):
        assert answer is not None and b"immutable" in answer.head
    playlist = port.ask("/live/show_a/media.m3u8")
    assert playlist is not None and b"Cache-Control: no-cache" in playlist.head


@pytest.mark.parametrize("file", ["9.m4s", "init-other.mp4", "x.m4s", "secret"])
async def test_file_that_the_show_does_not_have_is_not_found(port: Port, file: str) -> None:
    show = await port.publish()
    add_segment(show, b"one")

    assert port.ask(f"/live/show_a/{file}") is answers.NOT_FOUND


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


@pytest.mark.parametrize("state", ["draft", "scheduled", "cancelled"])
async def test_show_that_is_not_on_is_nobody_s_business(port: Port, state: str) -> None:
    show = await port.publish(state)
    add_segment(show, b"secret", preview=True)

    for file in ("index.m3u8", "media.m3u8", "0.m4s", INIT.name):
        assert port.ask(f"/live/show_a/{file}") is answers.NOT_FOUND
        assert port.ask(f"/live/show_a/{file}?preview=guess") is answers.NOT_FOUND


def orders(state: str, *, token: str = "", old: str = "") -> ShowOrders:
    return ShowOrders(state, 0, token, False, [], old)


async def test_team_sees_the_preview_and_no_cache_keeps_it(port: Port) -> None:
    show = await port.publish("scheduled")
    port.shows.apply(show, orders("scheduled", token="good", old="older"), 0.0)
    add_segment(show, b"preview", preview=True)

    for token in ("good", "older"):
        playlist = port.ask(f"/live/show_a/media.m3u8?preview={token}")
        assert playlist is not None and b"private, no-store" in playlist.head
        assert f"0.m4s?preview={token}" in text(playlist)
        assert text(port.ask(f"/live/show_a/0.m4s?preview={token}")) == "preview"
    assert port.ask("/live/show_a/media.m3u8?preview=") is answers.NOT_FOUND


async def test_what_was_preview_stays_with_the_team_when_the_show_goes_live(port: Port) -> None:
    show = await port.publish("scheduled")
    port.shows.apply(show, orders("scheduled", token="good"), 0.0)
    add_segment(show, b"rehearsal", preview=True)
    port.shows.put_state(show, "live")
    add_segment(show, b"show")

    public = text(port.ask("/live/show_a/media.m3u8"))

    assert "#EXT-X-MEDIA-SEQUENCE:1" in public and "\n0.m4s" not in public
    assert port.ask("/live/show_a/0.m4s") is answers.NOT_FOUND
    assert text(port.ask("/live/show_a/1.m4s")) == "show"
    assert text(port.ask("/live/show_a/0.m4s?preview=good")) == "rehearsal"


async def test_reminder_of_a_show_that_left_memory_is_not_found(port: Port) -> None:
    show = await port.publish()
    viewer = Viewer()
    assert port.ask("/live/show_a/media.m3u8", viewer) is None

    port.responder.show_forgotten(show)

    assert viewer.got == [answers.NOT_FOUND] and viewer.place is None


@pytest.mark.parametrize("token", [None, "", "x", "t" * 31, "ü"])
async def test_internal_addresses_need_the_token(port: Port, token: str | None) -> None:
    show = await port.publish()

    answer = port.ask("/internal/shows/show_a", method="PUT", body={"state": "ended"}, token=token)

    assert answer is answers.UNAUTHORIZED and show.state == "live"


async def test_web_sets_a_state_at_once(port: Port) -> None:
    show = await port.publish()

    answer = port.ask("/internal/shows/show_a", method="PUT", body={"state": "ended"}, token=TOKEN)

    assert (status(answer), show.state) == (200, "ended")


async def test_state_that_nobody_knows_changes_nothing(port: Port) -> None:
    show = await port.publish()

    answer = port.ask("/internal/shows/show_a", method="PUT", body={"state": "x"}, token=TOKEN)

    assert (status(answer), show.state) == (200, "live")


async def test_moment_needs_a_publisher(port: Port) -> None:
    assert status(port.ask("/internal/shows/show_a/moment", method="POST", token=TOKEN)) == 409
    await port.publish()

    answer = port.ask("/internal/shows/show_a/moment", method="POST", token=TOKEN)

    assert (status(answer), body(answer)["code"]) == (409, "not_live"), "no media has come"


async def test_web_adds_cues_that_the_playlist_carries(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")
    sent = {
        "cues": [
            {
                "id": "cue_1",
                "kind": "pin",
                "start": "2026-11-23T11:00:00+01:00",
                "end": None,
                "payload": {},
            }
        ]
    }

    answer = port.ask("/internal/shows/show_a/cues", method="PUT", body=sent, token=TOKEN)

    assert status(answer) == 200
    assert 'ID="cue_1",CLASS="showfloor.pin",START-DATE="2026-11-23T10:00:00.000Z"' in text(
        port.ask("/live/show_a/media.m3u8")
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", 'cue"1'),
        ("id", ""),
        ("kind", "a b"),
        ("start", "yesterday"),
        ("start", "2026-11-23T10:00:00"),
        ("end", "9999-12-31T23:59:59-14:00"),
        ("payload", []),
        ("id", None),
    ],
)
async def test_cue_that_no_playlist_can_carry_is_refused(
    port: Port, name: str, value: object
) -> None:
    show = await port.publish()
    good = {"id": "c", "kind": "pin", "start": "2026-11-23T10:00:00Z", "end": None, "payload": {}}

    answer = port.ask(
        "/internal/shows/show_a/cues",
        method="PUT",
        body={"cues": [good, good | {name: value}]},
        token=TOKEN,
    )

    assert answer is answers.BAD_REQUEST and list(show.cues) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/internal/shows/show_a/moment"),
        ("POST", "/internal/shows/show_a"),
        ("PUT", "/internal/shows/show_a/moment"),
        ("PUT", "/internal/shows"),
        ("POST", "/internal"),
        ("POST", "/internal/shows/show_a/moment/x"),
    ],
)
async def test_internal_address_that_nothing_has_is_not_found(
    port: Port, method: str, path: str
) -> None:
    await port.publish()

    assert port.ask(path, method=method, body={"state": "ended"}, token=TOKEN) is answers.NOT_FOUND


async def test_orders_for_a_show_that_nobody_published_are_taken_and_ignored(port: Port) -> None:
    for path, sent in (
        ("/internal/shows/show_b", {"state": "live"}),
        ("/internal/shows/show_b/cues", {"cues": []}),
    ):
        assert status(port.ask(path, method="PUT", body=sent, token=TOKEN)) == 200
    assert port.shows.find("show_b") is None


async def test_show_whose_state_is_not_known_yet_is_asked_for_again(port: Port) -> None:
    show = await port.publish()
    show.state = None

    answer = port.ask("/live/show_a/media.m3u8")

    assert status(answer) == 503 and answer is not None
    assert b"Retry-After: 1" in answer.head


async def test_answer_is_encoded_once_and_anew_after_a_change(port: Port) -> None:
    show = await port.publish()
    add_segment(show, b"one")

    first = port.ask("/live/show_a/media.m3u8")
    assert port.ask("/live/show_a/media.m3u8") is first

    show.add_cues([cue()])
    assert port.ask("/live/show_a/media.m3u8") is not first
