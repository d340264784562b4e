"""Who may publish, what web's answers change, and which shows leave memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.kit.contract import IngestAnswer, PublishRefusal, ShowOrders
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.ports import LetGo, PublishRefused
from tests.unit.streaming.ends import DELIMITER, IDR, avc, send_video
from tests.unit.streaming.shows import Heard, Web, cue, registry_at


@pytest.fixture
def web() -> Web:
    web = Web()
    web.allow("key", "show_a")
    return web


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def shows(tmp_path: Path, web: Web, heard: Heard) -> ShowRegistry:
    return registry_at(tmp_path, web, heard)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The steady clock; its one element is the time."""
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    return at


class Camera:
    """The connection of a publisher, as far as the registry knows it."""

    def __init__(self, shows: ShowRegistry) -> None:
        self._shows = shows
        self.closed = 0

    def close(self, reason: LetGo) -> None:
        self.closed += 1
        self.sink.closed()

    async def publish(self, key: str = "key") -> None:
        self.sink = await self._shows.authorize(key, self.close)


def found(shows: ShowRegistry, show_id: str = "show_a") -> LiveShow:
    show = shows.find(show_id)
    assert show is not None
    return show


def orders(state: str = "live", **changes: object) -> ShowOrders:
    values = {
        "state": state,
        "cue_offset_ms": 0,
        "preview_token": "",
        "key_revoked": False,
        "cues": [],
    }
    return ShowOrders(**{**values, **changes})  # type: ignore[arg-type] # by name


async def test_valid_key_opens_its_show(shows: ShowRegistry, web: Web, heard: Heard) -> None:
    web.allow("key", "show_a", state="scheduled", offset=-300, cues=[cue()])

    await Camera(shows).publish()

    show = found(shows)
    assert (show.state, show.cue_offset, [carried.id for carried in show.cues]) == (
        "scheduled",
        -300,
        ["cue_a"],
    )
    (line,) = shows.report().ingests
    assert (line.show_id, line.state, line.key_id) == ("show_a", "connected", "id-key")
    assert line.ingest_id.startswith("ingest_") and heard.signals == 1


async def test_unknown_key_is_refused_in_web_s_words(shows: ShowRegistry, web: Web) -> None:
    web.refusals["old"] = PublishRefusal("show_ended", "This show is over.")

    with pytest.raises(PublishRefused) as refused:
        await Camera(shows).publish("old")

    assert (refused.value.code, refused.value.detail) == ("show_ended", "This show is over.")
    assert not refused.value.temporary
    assert shows.report().ingests == [] and shows.find("show_a") is None


async def test_publisher_may_try_again_when_web_is_away(shows: ShowRegistry, web: Web) -> None:
    web.away = True

    with pytest.raises(PublishRefused) as refused:
        await Camera(shows).publish()

    assert refused.value.code == "try_again" and refused.value.temporary
    web.away = False
    await Camera(shows).publish()


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"{}"),
        (200, b'{"show_id":"../x","key_id":"k","state":"live","cue_offset_ms":0,"cues":[]}'),
        (200, b'{"show_id":"show_","key_id":"k","state":"live","cue_offset_ms":0,"cues":[]}'),
        (200, b'{"show_id":"show_a","key_id":"k","state":"live","cue_offset_ms":"0","cues":[]}'),
        (500, b'{"show_id":"show_a","key_id":"k","state":"live","cue_offset_ms":0,"cues":[]}'),
        (403, b"<html>"),
        (403, b'{"code":"x"}'),
    ],
)
async def test_unclear_answer_of_web_lets_nobody_in(
    shows: ShowRegistry, web: Web, answer: tuple[int, bytes]
) -> None:
    web.answer = answer

    with pytest.raises(PublishRefused) as refused:
        await Camera(shows).publish()

    assert refused.value.temporary and shows.report().ingests == []


async def test_newest_publisher_wins(shows: ShowRegistry) -> None:
    first, second = Camera(shows), Camera(shows)
    await first.publish()
    before = shows.report().ingests[0].ingest_id

    await second.publish()

    assert (first.closed, second.closed) == (1, 0)
    (line,) = shows.report().ingests
    assert line.ingest_id != before and line.state == "connected"


async def test_publisher_before_who_ends_late_does_not_end_the_next(shows: ShowRegistry) -> None:
    first, second = Camera(shows), Camera(shows)
    await first.publish()
    await second.publish()

    first.sink.closed("stream_unreadable")

    (line,) = shows.report().ingests
    assert line.state == "connected"


async def test_publisher_that_left_is_reported_as_lost_with_its_reason(
    shows: ShowRegistry, heard: Heard
) -> None:
    camera = Camera(shows)
    await camera.publish()
    signals = heard.signals

    camera.sink.closed("stream_unreadable")
    camera.sink.closed()

    (line,) = shows.report().ingests
    assert line.state == "lost" and line.health is not None
    assert [warning.code for warning in line.health.warnings] == ["stream_unreadable"]
    assert heard.signals == signals + 1


async def test_answer_to_an_older_report_does_not_undo_a_newer_state(
    shows: ShowRegistry, at: list[float]
) -> None:
    await Camera(shows).publish()
    asked = at[0] = 1001.0
    at[0] = 1002.0
    shows.put_state(found(shows), "interrupted")

    shows.apply_all(IngestAnswer({"show_a": orders("live")}), asked)
    assert found(shows).state == "interrupted"

    shows.apply_all(IngestAnswer({"show_a": orders("live")}), 1003.0)
    assert found(shows).state == "live"


async def test_answer_about_an_unknown_show_is_ignored(shows: ShowRegistry) -> None:
    shows.apply_all(IngestAnswer({"show_b": orders()}), clock.monotonic())

    assert shows.find("show_b") is None


async def test_revoked_key_ends_its_publisher(shows: ShowRegistry, at: list[float]) -> None:
    camera = Camera(shows)
    await camera.publish()

    shows.apply_all(IngestAnswer({"show_a": orders(key_revoked=True)}), at[0] + 1)

    assert camera.closed == 1 and shows.report().ingests[0].state == "lost"
    shows.apply_all(IngestAnswer({"show_a": orders(key_revoked=True)}), at[0] + 2)
    assert camera.closed == 1


@pytest.mark.parametrize("state", ["ended", "cancelled"])
async def test_show_that_is_over_ends_its_publisher_and_stays_over(
    shows: ShowRegistry, state: str, at: list[float]
) -> None:
    camera = Camera(shows)
    await camera.publish()

    shows.put_state(found(shows), state)
    assert camera.closed == 1

    shows.apply_all(IngestAnswer({"show_a": orders("live")}), at[0] + 5)
    assert found(shows).state == state


async def test_cue_that_no_playlist_can_carry_is_left_out_alone(
    shows: ShowRegistry, web: Web
) -> None:
    web.allow("key", "show_a", cues=[cue("good"), cue('bad"'), cue("also_good")])

    await Camera(shows).publish()

    assert [carried.id for carried in found(shows).cues] == ["good", "also_good"]


@pytest.mark.parametrize(("state", "seconds"), [("scheduled", 600), ("live", 12 * 3600)])
async def test_show_leaves_memory_long_after_its_publisher(
    shows: ShowRegistry, web: Web, heard: Heard, at: list[float], state: str, seconds: int
) -> None:
    web.allow("key", "show_a", state=state)
    camera = Camera(shows)
    await camera.publish()
    at[0] += 10_000
    shows.forget_old()
    assert shows.find("show_a") is not None, "somebody publishes"

    camera.sink.closed()
    at[0] += seconds
    shows.forget_old()
    assert shows.find("show_a") is not None
    at[0] += 1
    shows.forget_old()

    assert shows.find("show_a") is None
    assert heard.forgotten == ["show_a"] and shows.report().ingests == []


async def test_process_that_ends_lets_every_publisher_go(shows: ShowRegistry, web: Web) -> None:
    web.allow("other", "show_b")
    cameras = [Camera(shows), Camera(shows)]
    await cameras[0].publish("key")
    await cameras[1].publish("other")

    shows.close()

    assert [camera.closed for camera in cameras] == [1, 1]


async def test_frame_before_any_header_is_no_media(shows: ShowRegistry) -> None:
    camera = Camera(shows)
    await camera.publish()

    send_video(camera.sink, 0, avc(DELIMITER, IDR, key=True))

    assert found(shows).cue_time() is None or not found(shows).window.listed


@pytest.mark.parametrize("name", ["copy of show_a", "show_", "show_ä", "x"])
def test_folder_that_is_no_show_is_left_alone(
    tmp_path: Path, web: Web, heard: Heard, name: str
) -> None:
    folder = tmp_path / "recordings" / name
    folder.mkdir(parents=True)
    (folder / "index.jsonl").write_text('{"ended": true}\n')

    shows = registry_at(tmp_path, web, heard)
    shows.restore()

    assert shows.report().ingests == [] and shows.find(name) is None


def test_recording_of_yesterday_is_not_opened(tmp_path: Path, web: Web, heard: Heard) -> None:
    folder = tmp_path / "recordings" / "show_a"
    folder.mkdir(parents=True)
    index = folder / "index.jsonl"
    index.write_text("{}\n")
    os.utime(index, (1_700_000_000, 1_700_000_000))

    shows = registry_at(tmp_path, web, heard)
    shows.restore()

    assert shows.find("show_a") is None
