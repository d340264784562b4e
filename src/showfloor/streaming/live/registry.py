"""All shows of this process: authorizes publishers by asking web, and applies the state that web
sets.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from showfloor.kit import clock, ids
from showfloor.kit.contract import (
    CarriedCue,
    ContractError,
    Health,
    HealthWarning,
    IngestAnswer,
    IngestLine,
    IngestReports,
    PublishPermission,
    PublishQuestion,
    PublishRefusal,
    ShowOrders,
    from_json,
    to_json,
)
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.control.web_client import WebClient, WebUnavailable
from showfloor.streaming.hls import cues
from showfloor.streaming.ingest.ingest import Ingest
from showfloor.streaming.live.live_show import (
    ON_AIR_STATES,
    LiveShow,
    Publisher,
    ShowListener,
)
from showfloor.streaming.packaging.packager import Packager
from showfloor.streaming.ports import LetGo, PublishRefused
from showfloor.streaming.push.simulcast import SimulcastFactory
from showfloor.streaming.recording.recorder import Recorded, Recorder, read_back

log = logging.getLogger("showfloor.streaming.live")

_SHOW_ID = re.compile(r"show_[A-Za-z0-9]{1,80}")
"""What web calls a show. It names a folder and stands in addresses and reports."""
_RESTORE_SECONDS = 900.0
_STATES = ("draft", "scheduled", "live", "interrupted", "ended", "cancelled")


class ShowRegistry:
    """The PublishAuthorizer, and the source of the reports to web."""

    def __init__(
        self,
        config: StreamingConfig,
        web: WebClient,
        recorder: Recorder,
        listener: ShowListener,
    ) -> None:
        self._simulcast = SimulcastFactory(config, listener.signal_changed)
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

    async def authorize(self, key: str, close: Callable[[LetGo], None]) -> Ingest:
        """Ask web about the key. The newest publisher wins. Raises PublishRefused."""
        requested_at = clock.monotonic()
        try:
            status, body = await self._web.post("/internal/publish", to_json(PublishQuestion(key)))
            if status == 403:
                raise _refusal(from_json(PublishRefusal, body))
            answer = _permission(status, body)
        except WebUnavailable:
            raise PublishRefused(
                "try_again", "The shop cannot be asked right now; try again.", temporary=True
            ) from None
        except ContractError:
            raise PublishRefused(
                "try_again", "The shop gave no clear answer; try again.", temporary=True
            ) from None
        show = await self._find_or_open(answer.show_id)
        show.disconnect(LetGo.REPLACED)
        ingest_id = ids.encode("ingest", ids.new())
        packager = Packager(
            show,
            part_target=self._config.longest_part_ms,
            segment_target=self._config.segment_target_ms,
            segment_cap=self._config.segment_cap_ms,
        )
        ingest = Ingest(
            self._config, show, [packager, show.simulcast], ingest_id, show.published_until
        )
        show.publisher = Publisher(
            ingest,
            packager,
            ingest_id,
            clock.now(),
            close,
            answer.key_id,
        )
        show.touched = clock.monotonic()
        if show.state_set_at <= requested_at:
            show.cue_offset = answer.cue_offset_ms
            show.set_cues(_checked(answer.cues), requested_at)
            _set_state(show, answer.state)
        # Whatever web is about to answer was asked about the publisher before.
        show.state_set_at = clock.monotonic()
        log.info("ingest accepted show=%s ingest=%s", show.id, ingest_id)
        self._listener.signal_changed()
        return ingest

    def report(self) -> IngestReports:
        """The report of every second (level-triggered: the whole state each time)."""
        return IngestReports(
            [line for show in self._shows.values() if (line := _line(show, self._recorder.problem))]
        )

    def apply_all(self, answer: IngestAnswer, requested_at: float) -> None:
        """Make the shows equal to web's answer to the report made at `requested_at` (steady clock),
        but those that changed since.
        """
        for show_id, orders in answer.shows.items():
            show = self._shows.get(show_id)
            if show is not None and show.state_set_at <= requested_at:
                self.apply(show, orders, requested_at)

    def apply(self, show: LiveShow, orders: ShowOrders, requested_at: float) -> None:
        """Make true of one show what web says."""
        show.cue_offset = orders.cue_offset_ms
        show.preview_tokens = (orders.preview_token, orders.old_preview_token)
        show.set_cues(_checked(orders.cues), requested_at)
        _set_state(show, orders.state)
        show.simulcast.apply(orders.destinations)
        if orders.key_revoked:
            show.disconnect(LetGo.KEY_REVOKED)

    def put_state(self, show: LiveShow, state: str) -> None:
        """Web sets it right after its commit; answers that are on their way were made before."""
        show.state_set_at = clock.monotonic()
        _set_state(show, state)

    def forget_old(self) -> None:
        """Shows that nobody has published to for long leave memory."""
        now = clock.monotonic()
        for show in [
            show
            for show in self._shows.values()
            if show.signal == "lost" and now - show.touched > self._patience(show)
        ]:
            log.info("show leaves memory show=%s", show.id)
            del self._shows[show.id]
            show.simulcast.close()
            self._listener.show_forgotten(show)

    def _patience(self, show: LiveShow) -> float:
        on_air = show.state in ON_AIR_STATES
        return self._config.abandon_seconds if on_air else self._config.forget_seconds

    def close(self) -> None:
        """The process ends: publish what has come and let the encoders reconnect to the next
        one.
        """
        for show in self._shows.values():
            show.disconnect(LetGo.RESTARTING)
            show.simulcast.close()

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
        show = LiveShow(show_id, self._config, [recording], self._listener, self._simulcast())
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
                    None, None, recorded.ingest_id, since, lambda reason: None, None
                )
        self._shows[show_id] = show
        return show


def _set_state(show: LiveShow, state: str) -> None:
    if state in _STATES:
        show.set_state(state)


def _permission(status: int, body: bytes) -> PublishPermission:
    """Raises ContractError."""
    permission = from_json(PublishPermission, body)
    if status != 200 or not _SHOW_ID.fullmatch(permission.show_id):
        raise ContractError("no permission")
    return permission


def _refusal(answer: PublishRefusal) -> PublishRefused:
    return PublishRefused(answer.code, answer.detail)


def _checked(carried: list[CarriedCue]) -> list[CarriedCue]:
    known = []
    for cue in carried:
        try:
            known.append(cues.check(cue))
        except cues.CueError as problem:
            log.warning("cue ignored problem=%s", problem)
    return known


def _line(show: LiveShow, recording: str | None) -> IngestLine | None:
    """`recording` is what is wrong with it: its host learns it before and while it is live."""
    publisher = show.publisher
    if publisher is None:
        return None
    return IngestLine(
        show_id=show.id,
        ingest_id=publisher.ingest_id,
        state=show.signal,
        since=clock.rfc3339(publisher.since),
        key_id=publisher.key_id,
        health=_with_warning(show.health(), recording) if show.signal != "lost" else show.health(),
        destinations=show.simulcast.report(),
    )


def _with_warning(health: Health | None, code: str | None) -> Health | None:
    if health is None or code is None:
        return health
    return replace(health, warnings=[HealthWarning(code, {}), *health.warnings])
