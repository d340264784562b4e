"""Shows of the streaming process for tests: web as it answers, a registry, a window with media."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from showfloor.kit.contract import (
    CarriedCue,
    PublishPermission,
    PublishQuestion,
    PublishRefusal,
    from_json,
    to_json,
)
from showfloor.streaming.codecs import h264
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.control.web_client import WebClient, WebUnavailable
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.packaging import cmaf
from showfloor.streaming.packaging.window import Part
from showfloor.streaming.push.simulcast import Simulcast, SimulcastFactory
from showfloor.streaming.recording.recorder import Recorder

VIDEO = h264.read_config(
    base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
)
TRACKS = cmaf.Tracks(VIDEO, None)
INIT = cmaf.init_segment(TRACKS)
START = 1_795_000_000_000.0
"""Epoch ms."""


class Web(WebClient):
    """The web process at the other end of the internal API: knows keys, may be away."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", "t" * 32, 1.0)
        self.permissions: dict[str, PublishPermission] = {}
        self.refusals: dict[str, PublishRefusal] = {}
        self.answer: tuple[int, bytes] | None = None
        """What it says whatever is asked."""
        self.away = False
        self.asked: list[str] = []

    def allow(
        self,
        key: str,
        show_id: str,
        *,
        state: str = "live",
        offset: int = 0,
        cues: Sequence[CarriedCue] = (),
    ) -> None:
        self.permissions[key] = PublishPermission(show_id, f"id-{key}", state, offset, list(cues))

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        if self.away:
            raise WebUnavailable("ConnectionRefusedError")
        if self.answer is not None:
            return self.answer
        assert path == "/internal/publish"
        key = from_json(PublishQuestion, body).stream_key
        self.asked.append(key)
        if key in self.permissions:
            return 200, to_json(self.permissions[key])
        refusal = self.refusals.get(key, PublishRefusal("stream_key_unknown", "Take a new key."))
        return 403, to_json(refusal)


class Heard:
    """A ShowListener that keeps what it hears."""

    def __init__(self) -> None:
        self.changed: list[str] = []
        self.forgotten: list[str] = []
        self.signals = 0

    def show_changed(self, show: LiveShow) -> None:
        self.changed.append(show.id)

    def show_forgotten(self, show: LiveShow) -> None:
        self.forgotten.append(show.id)

    def signal_changed(self) -> None:
        self.signals += 1


def config_at(folder: Path) -> StreamingConfig:
    return StreamingConfig("http://127.0.0.1:1", "t" * 32, folder)


def registry_at(folder: Path, web: Web, heard: Heard) -> ShowRegistry:
    return ShowRegistry(config_at(folder), web, Recorder(folder / "recordings"), heard)


def simulcast_at(folder: Path) -> Simulcast:
    return SimulcastFactory(config_at(folder), lambda: None)()


def live_show(folder: Path, heard: Heard, *, state: str | None = "live") -> LiveShow:
    show = LiveShow("show_a", config_at(folder), [], heard, simulcast_at(folder))
    if state is not None:
        show.set_state(state)
    return show


def begin(show: LiveShow, *, preview: bool = False, new_ingest: bool = False) -> None:
    """Open the next segment of a show's window."""
    show.window.begin(
        show.window.end or START, INIT, TRACKS, new_ingest=new_ingest, preview=preview
    )


def add_parts(show: LiveShow, *bodies: bytes) -> None:
    """Parts of 200 ms; the first of a segment is independent."""
    for body in bodies:
        first = not show.window.listed[-1].parts
        show.add_part(Part(200, first, body))


def add_segment(show: LiveShow, *bodies: bytes, preview: bool = False) -> None:
    """A complete segment of parts that hold these bytes."""
    begin(show, preview=preview)
    add_parts(show, *bodies)
    show.window.complete()


def cue(name: str = "cue_a", end: str | None = None) -> CarriedCue:
    return CarriedCue(name, "pin", "2026-11-23T10:00:00.000Z", end, {"product_id": "product_1"})
