"""All shows of this process: authorizes publishers by asking web, and applies the state that web
sets.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from showfloor.kit import clock, ids
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.control.web_client import WebClient, WebUnavailable
from showfloor.streaming.hls import cues
from showfloor.streaming.ingest.ingest import Ingest
from showfloor.streaming.live.live_show import LiveShow, Publisher, ShowListener
from showfloor.streaming.packaging.packager import Packager
from showfloor.streaming.ports import PublishRefused
from showfloor.streaming.recording.recorder import Recorded, Recorder, read_back

log = logging.getLogger("showfloor.streaming.live")

_SHOW_ID = re.compile(r"show_[A-Za-z0-9]{1,80}")
"""What web calls a show. It names a folder and stands in addresses and reports."""
_RESTORE_SECONDS = 900.0
_STATES = ("draft", "scheduled", "live", "interrupted", "ended")


class ShowRegistry:
    """The PublishAuthorizer, and the source of the reports to web."""

    def __init__(
        self,
        config: StreamingConfig,
        web: WebClient,
        recorder: Recorder,
        listener: ShowListener,
    ) -> None:
        self._config = config
        self._web = web
        self._recorder = recorder
        self._listener = listener
        self._shows: dict[str, LiveShow] = {}

    def find(self, show_id: str) -> LiveShow | None:
        return self._shows.get(show_id)

    def restore(self) -> None:
        """After a restart: shows that were on a short while ago go on where they stopped."""
        now = clock.now()
        for index in sorted(self._recorder.root.glob("*/index.jsonl")):
            name = index.parent.name
            # A copy that somebody put beside a recording is no show, and web could not read a
            # report about it.
            if (
                not _SHOW_ID.fullmatch(name)
                or now.timestamp() - index.stat().st_mtime > _RESTORE_SECONDS
            ):
                continue
            show = self._open(name, self._read_back(name))
            if show.state == "ended":
                del self._shows[show.id]

    async def authorize(self, key: str, close: Callable[[], None]) -> Ingest:
        """Ask web about the key. The newest publisher wins. Raises PublishRefused."""
        asked = clock.monotonic()
        try:
            status, answer = await self._web.post("/internal/publish", {"stream_key": key})
        except WebUnavailable:
            raise PublishRefused(
                "try_again", "The shop cannot be asked right now; try again.", temporary=True
            ) from None
        if status == 403:
            raise _refusal(answer)
        show_id = answer.get("show_id")
        if status != 200 or not isinstance(show_id, str) or not _SHOW_ID.fullmatch(show_id):
            raise PublishRefused(
                "try_again", "The shop gave no clear answer; try again.", temporary=True
            )
        show = await self._find_or_open(show_id)
        show.disconnect()
        ingest_id = ids.encode("ingest", ids.new())
        packager = Packager(
            show,
            part_target=self._config.longest_part_ms,
            segment_target=self._config.segment_target_ms,
            segment_cap=self._config.segment_cap_ms,
        )
        ingest = Ingest(self._config, show, [packager], ingest_id, show.floor)
        key_id = answer.get("key_id")
        show.publisher = Publisher(
            ingest,
            packager,
            ingest_id,
            clock.now(),
            close,
            key_id if isinstance(key_id, str) else None,
        )
        show.touched = clock.monotonic()
        if show.state_set_at <= asked:
            self.apply(show, answer, asked)
        # Whatever web is about to answer was asked about the publisher before.
        show.state_set_at = clock.monotonic()
        log.info("ingest accepted show=%s ingest=%s", show_id, ingest_id)
        self._listener.signal_changed()
        return ingest

    def report(self) -> dict[str, Any]:
        """The report of every second (level-triggered: the whole state each time)."""
        return {
            "ingests": [
                _ingest_json(show) for show in self._shows.values() if show.publisher is not None
            ]
        }

    def apply_all(self, answer: dict[str, Any], asked: float) -> None:
        """Make the shows equal to web's answer to the report of `asked` (steady clock), but those
        that changed since.
        """
        shows = answer.get("shows")
        for show_id, wanted in shows.items() if isinstance(shows, dict) else ():
            show = self._shows.get(show_id)
            if show is not None and isinstance(wanted, dict) and show.state_set_at <= asked:
                self.apply(show, wanted, asked)

    def apply(self, show: LiveShow, wanted: dict[str, Any], asked: float) -> None:
        """Apply what web says of one show; a member that is missing or malformed changes
        nothing.
        """
        offset, token, open_cues = (
            wanted.get("cue_offset_ms"),
            wanted.get("preview_token"),
            wanted.get("cues"),
        )
        if isinstance(offset, int):
            show.cue_offset = offset
        if isinstance(token, str):
            show.preview_token = token
        if isinstance(open_cues, list):
            show.set_cues(_read_cues(open_cues), asked)
        _set_state(show, wanted.get("state"))
        if wanted.get("key_revoked") is True:
            show.disconnect()

    def put_state(self, show: LiveShow, state: object) -> None:
        """Web sets it right after its commit; answers that are on their way were made before."""
        show.state_set_at = clock.monotonic()
        _set_state(show, state)

    def forget_old(self) -> None:
        """Shows that nobody has published to for long leave memory."""
        limit = clock.monotonic() - self._config.forget_seconds
        for show in [
            show for show in self._shows.values() if show.signal == "lost" and show.touched < limit
        ]:
            log.info("show leaves memory show=%s", show.id)
            del self._shows[show.id]
            self._listener.show_forgotten(show)

    def close(self) -> None:
        """The process ends: publish what has come and let the encoders reconnect to the next
        one.
        """
        for show in self._shows.values():
            show.disconnect()

    async def _find_or_open(self, show_id: str) -> LiveShow:
        """Reads what was recorded in a thread: a long show's index must not hold up the media of
        others.
        """
        if show_id not in self._shows:
            recorded = await asyncio.get_running_loop().run_in_executor(
                None, self._read_back, show_id
            )
            if show_id not in self._shows:
                return self._open(show_id, recorded)
        return self._shows[show_id]

    def _read_back(self, show_id: str) -> Recorded | None:
        return read_back(
            self._recorder.root / show_id, self._config.window_segments, self._config.window_bytes
        )

    def _open(self, show_id: str, recorded: Recorded | None) -> LiveShow:
        recording = self._recorder.recording(show_id)
        show = LiveShow(show_id, self._config, [recording], self._listener)
        if recorded is not None:
            fresh = clock.now().timestamp() * 1000 - recorded.end < _RESTORE_SECONDS * 1000
            show.restore(recorded, fresh=fresh)
            if recorded.ended:
                show.state = "ended"
            elif fresh and recorded.ingest_id:
                since = clock.now() - timedelta(
                    milliseconds=max(0.0, clock.now().timestamp() * 1000 - recorded.end)
                )
                show.publisher = Publisher(
                    None, None, recorded.ingest_id, since, lambda: None, None
                )
        self._shows[show_id] = show
        return show


def _set_state(show: LiveShow, state: object) -> None:
    if isinstance(state, str) and state in _STATES:
        show.set_state(state)


def _refusal(answer: dict[str, Any]) -> PublishRefused:
    code, detail = answer.get("code"), answer.get("detail")
    return PublishRefused(
        code if isinstance(code, str) else "stream_key_unknown",
        detail if isinstance(detail, str) else "This stream key is not valid.",
    )


def _read_cues(values: list[object]) -> list[cues.Cue]:
    known = []
    for value in values:
        try:
            known.append(cues.read(value))
        except cues.CueError as problem:
            log.warning("cue ignored problem=%s", problem)
    return known


def _ingest_json(show: LiveShow) -> dict[str, Any]:
    publisher = show.publisher
    assert publisher is not None
    return {
        "show_id": show.id,
        "ingest_id": publisher.ingest_id,
        "key_id": publisher.key_id,
        "state": show.signal,
        "since": clock.rfc3339(publisher.since),
        "health": show.health(),
    }
