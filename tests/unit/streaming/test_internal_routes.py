"""What `web` asks of the media server: states, moments, cues."""

from __future__ import annotations

import pytest

from showfloor.streaming.http import answers
from tests.unit.streaming.port import TOKEN, Port, body, port, status, text
from tests.unit.streaming.shows import add_segment

__all__ = ["port"]


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
