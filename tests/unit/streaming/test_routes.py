"""Which answer belongs to which address: shows by state, and previews."""

from __future__ import annotations

import pytest

from showfloor.kit.contract import ShowOrders
from showfloor.streaming.http import answers
from tests.unit.streaming.port import Port, body, port, status, text
from tests.unit.streaming.shows import INIT, add_segment, cue

__all__ = ["port"]


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


def test_everybody_may_ask_for_health(port: Port) -> None:
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
