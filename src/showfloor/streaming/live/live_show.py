"""One show as the streaming process knows it: who publishes, what is in the window, who may watch,
who waits.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from showfloor.kit import clock
from showfloor.kit.contract import CarriedCue, Health, HealthWarning
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.hls import playlist
from showfloor.streaming.ingest.anchor import Anchor
from showfloor.streaming.ingest.ingest import Ingest
from showfloor.streaming.live.cues import CueSet
from showfloor.streaming.packaging import audio_only, cmaf
from showfloor.streaming.packaging.packager import Packager
from showfloor.streaming.packaging.window import Part, Segment, SegmentSink, Window
from showfloor.streaming.ports import LetGo
from showfloor.streaming.push.simulcast import Simulcast
from showfloor.streaming.recording.recorder import Recorded, RecordedSegment

PUBLIC_STATES = ("live", "interrupted", "ended")
ON_AIR_STATES = ("live", "interrupted")
OVER_STATES = ("ended", "cancelled")
_MOST_LOST = 3
"""After a crash that lost more segments than this, the window starts empty."""
_SHORTEST_GAP_MS = 100
_MEASURED_MS = 10_000
"""Of sound: long enough for a sentence, short enough for the host to hear the difference."""


@dataclass(slots=True)
class Publisher:
    """The present or last ingest of a show. `close` lets go of its connection; `key_id` is web's
    name for the key it came with.
    """

    ingest: Ingest | None
    packager: Packager | None
    ingest_id: str
    since: datetime
    close: Callable[[LetGo], None]
    key_id: str | None
    problem: str | None = None
    """Why it is gone: a warning's code."""


class ShowListener(Protocol):
    """What the rest of the process must know of shows."""

    def show_changed(self, show: LiveShow) -> None:
        """Viewers may have something new to see."""
        ...

    def show_forgotten(self, show: LiveShow) -> None:
        """The show has left memory."""
        ...

    def signal_changed(self) -> None:
        """A publisher came, began or went: web should learn it at once."""
        ...


class LiveShow:
    """Listens to its ingest, and takes the parts that the packager makes of it."""

    def __init__(
        self,
        show_id: str,
        config: StreamingConfig,
        segment_sinks: Sequence[SegmentSink],
        listener: ShowListener,
        simulcast: Simulcast,
    ) -> None:
        self.id = show_id
        self.simulcast = simulcast
        self.state: str | None = None
        """As web last set it; None before its first answer."""
        self.preview_tokens: tuple[str, ...] = ()
        self.cue_offset = 0
        self.cues = CueSet()
        self.publisher: Publisher | None = None
        self.part_target = config.longest_part_ms
        self._longest_segment = config.segment_cap_ms
        self._shortest_rated = config.segment_target_ms // 2
        self.window = Window(
            segments=config.window_segments,
            limit=config.window_bytes,
            target_seconds=config.target_seconds,
        )
        self.state_set_at = 0.0
        """When web last set this show's state by itself, on the steady clock: an answer that was
        asked for before is too old.
        """
        self.touched = clock.monotonic()
        """When somebody last published here."""
        self._segment_sinks = segment_sinks
        self._listener = listener
        self._anchor: Anchor | None = None
        self._new_ingest = False
        self._public_from = 0
        self._newest_start = -1
        """Number of the newest segment in which decoding can start, in memory or gone."""
        self._recorded_until = 0.0
        self._frame_rate: float | None = None

    # What the show was before a restart

    def restore(self, recorded: Recorded, *, fresh: bool) -> None:
        """Numbers and clock go on where they stopped; the window, too, when that was a short while
        ago (`fresh`).
        """
        next_msn, segments = recorded.next_msn, self._short_enough(recorded.segments)
        for segment, init in (
            segments
            if fresh and segments and next_msn - segments[-1][0].msn <= _MOST_LOST + 1
            else ()
        ):
            self.window.restore(segment, init)
        while self.window.listed and self.window.next_msn < next_msn:
            # It may not end after the present moment, or the clock of what follows would have to
            # run ahead.
            away = clock.now().timestamp() * 1000 - self.window.end
            duration = round(max(_SHORTEST_GAP_MS, min(away, self.window.target_seconds * 1000)))
            self.window.restore_gap(
                duration, discontinuity=self.window.next_msn in recorded.discontinuous
            )
        self.window.next_msn = next_msn
        self.window.discontinuities_gone += recorded.discontinuities - self.window.discontinuities
        starts = [segment.msn for segment in self.window.listed if segment.independent]
        self._newest_start = max(starts, default=-1)
        self._recorded_until = recorded.end
        self._public_from = next((s.msn for s in self.window.listed if not s.preview), next_msn)

    def _short_enough(self, segments: list[RecordedSegment]) -> list[RecordedSegment]:
        """Those behind the last that is longer than the target duration allows: an older version
        recorded it.
        """
        long = [segment.duration > self._longest_segment for segment, _ in segments]
        return segments[len(long) - long[::-1].index(True) :] if True in long else segments

    # The ingest's listener, the packager's sink

    @property
    def published_until(self) -> float:
        """Epoch ms of the end of what was published: what follows may not begin before it."""
        return max(self._recorded_until, self.window.end)

    def settled(self, anchor: Anchor) -> None:
        self._anchor = anchor
        self._new_ingest = True
        self._frame_rate = None
        self._listener.signal_changed()

    def begin_segment(self, start: int, tracks: cmaf.Tracks) -> None:
        assert self._anchor is not None
        if not self._new_ingest:
            self._anchor.next_segment()
        moment = max(self._anchor.at(start), self.published_until - 1)
        init = cmaf.init_segment(tracks)
        preview = self.state not in PUBLIC_STATES
        segment = self.window.begin(
            moment, init, tracks, new_ingest=self._new_ingest, preview=preview
        )
        segment.discontinuity |= self._new_ingest and segment.msn > 0
        self._new_ingest = False
        if preview:
            self._public_from = segment.msn + 1
        if not self.has_media(preview=preview):
            self._end_segment_soon()
        ingest_id = self.publisher.ingest_id if self.publisher else ""
        for sink in self._segment_sinks:
            sink.begin(segment, init, ingest_id, self.window.discontinuities)

    def add_part(self, part: Part) -> None:
        self.window.add_part(part)
        if part.independent:
            self._newest_start = self.window.listed[-1].msn

    def end_segment(self) -> None:
        segment = self.window.complete()
        for sink in self._segment_sinks:
            sink.complete(segment)

    def published(self) -> None:
        self._listener.show_changed(self)

    def ingest_closed(self, ingest: Ingest, problem: str | None) -> None:
        if self.publisher is not None and self.publisher.ingest is ingest:
            self.publisher.ingest = self.publisher.packager = None
            self.publisher.since = clock.now()
            self.publisher.problem = problem
            self.touched = clock.monotonic()
            self._listener.signal_changed()
        self._listener.show_changed(self)

    # Control

    def set_state(self, state: str) -> None:
        """Apply web's state. Going live opens the playlist from the next segment on: what the team
        saw in the preview stays theirs.
        """
        if state == self.state or self.state in OVER_STATES:
            return
        was_public = self.state in PUBLIC_STATES
        first = self.state is None
        self.state = state
        self.simulcast.set_on_air(state in ON_AIR_STATES)
        if state in PUBLIC_STATES and not was_public and not first:
            self._public_from = self.window.next_msn
            self._end_segment_soon()
        if state in OVER_STATES:
            self.disconnect(LetGo.SHOW_ENDED)
            for sink in self._segment_sinks:
                sink.end()
        self._listener.show_changed(self)

    def _end_segment_soon(self) -> None:
        """A viewer may be waiting for the end of this segment."""
        if self.publisher is not None and self.publisher.packager is not None:
            self.publisher.packager.end_segment_early()

    def disconnect(self, reason: LetGo) -> None:
        """Let go of the publisher, whose last frames are published on the way."""
        if self.publisher is not None and self.publisher.ingest is not None:
            self.publisher.close(reason)

    def set_cues(self, cues: list[CarriedCue], requested_at: float) -> None:
        if self.cues.replace(cues, requested_at):
            self._listener.show_changed(self)

    def add_cues(self, cues: list[CarriedCue]) -> None:
        if self.cues.add(cues, clock.monotonic()):
            self._listener.show_changed(self)

    @property
    def signal(self) -> Literal["connected", "publishing", "lost"]:
        """The state of the ingest in reports: connected until there is something to show."""
        if self.publisher is None or self.publisher.ingest is None:
            return "lost"
        return "publishing" if self.publisher.ingest.publishing else "connected"

    def cue_time(self) -> float | None:
        """Epoch ms for a cue that is set now: the newest media received, plus the show's encoder
        delay. None without media.
        """
        if self.publisher is None or self.publisher.ingest is None:
            return None
        ingest = self.publisher.ingest
        moment = ingest.anchor.at(ingest.newest) + self.cue_offset
        return moment if math.isfinite(moment) else None

    def recent_sound(self) -> tuple[int, bytes] | None:
        """The sound of the last seconds as a file of its own, and the number of its last segment.
        None while no sound comes.
        """
        if self.signal != "publishing":
            return None
        chosen: list[Segment] = []
        for segment in reversed(self.window.listed):
            if sum(each.duration for each in chosen) >= _MEASURED_MS:
                break
            if not segment.complete:
                continue
            if segment.gap or (chosen and segment.init != chosen[0].init):
                break
            chosen.insert(0, segment)
        init = audio_only.init_segment(self.window.inits[chosen[0].init]) if chosen else None
        sound = audio_only.segment([part.data for segment in chosen for part in segment.parts])
        return (chosen[-1].msn, init + sound) if init is not None and sound is not None else None

    def health(self) -> Health | None:
        """The figures of the present publisher, or why the last one had to go."""
        if self.publisher is None:
            return None
        if self.publisher.ingest is None:
            problem = self.publisher.problem
            if problem is None:
                return None
            return Health(None, None, [HealthWarning(problem, {})])
        meter = self.publisher.ingest.health
        self._frame_rate = meter.frame_rate or self._frame_rate
        return meter.read(clock.monotonic())

    # Viewers

    def may_watch(self, token: str) -> bool:
        """Anyone while the show is public, the team with its signed address before."""
        return self.state in PUBLIC_STATES or self.may_preview(token)

    def may_preview(self, token: str) -> bool:
        return bool(token) and any(
            hmac.compare_digest(token.encode(), good.encode()) for good in self.preview_tokens
        )

    def has_media(self, *, preview: bool) -> bool:
        """Whether a playlist would list a whole segment, and a place to start at: hls.js refuses
        one that has only parts (`No Segments found in Playlist`), and starts over again and again
        where it cannot decode.
        """
        first_msn = 0 if preview else self._public_from
        if self._newest_start < first_msn:
            return False
        for segment in reversed(self.window.listed):
            if segment.msn < first_msn:
                return False
            if segment.complete and not segment.gap:
                return True
        return False

    def has_part(self, msn: int, part: int) -> bool:
        """Whether a blocking reload for that part can be answered.

        A part beyond the end of its segment means the next segment's first (RFC 8216bis §6.2.5.2).
        """
        last = self.window.listed[-1] if self.window.listed else None
        if last is None or msn > last.msn:
            return False
        if msn == last.msn - 1 and not last.parts and len(self.window.listed) > 1:
            last = self.window.listed[-2]
        return msn < last.msn or last.whole or part < len(last.parts)

    def has_segment(self, msn: int) -> bool:
        last = self.window.listed[-1] if self.window.listed else None
        return last is not None and (msn < last.msn or (msn == last.msn and last.complete))

    def view(self, *, preview: bool, query: str = "") -> playlist.MediaView:
        """What a playlist shows to the public, or to the team."""
        listed = list(self.window.listed)
        first_msn = 0 if preview else self._public_from
        hidden = [segment for segment in listed if segment.msn < first_msn]
        return playlist.MediaView(
            segments=listed[len(hidden) :],
            target_seconds=self.window.target_seconds,
            part_target=self.part_target,
            discontinuities_gone=self.window.discontinuities_gone
            + sum(segment.discontinuity for segment in hidden),
            next_msn=self.window.next_msn,
            cues=list(self.cues),
            ended=self.state == "ended",
            query=query,
        )

    def find(self, msn: int, *, preview: bool) -> Segment | None:
        """A segment, unless it belongs to the preview and the viewer does not."""
        if not preview and msn < self._public_from:
            return None
        return self.window.find(msn)

    def rendition(self) -> playlist.Rendition | None:
        """What the multivariant playlist says; None before anything was published."""
        segment = self.window.listed[-1] if self.window.listed else None
        if segment is None:
            return None
        # A segment that was cut short holds little but a key frame and says nothing about the rate.
        listed = [s for s in self.window.listed if s.duration >= self._shortest_rated]
        rates = [s.size * 8000 // s.duration for s in listed] or [1_000_000]
        return playlist.Rendition(
            codecs=segment.codecs,
            peak=max(max(rates) * 11 // 10, 64_000),
            average=max(sum(rates) // len(rates), 64_000),
            size=segment.size_in_pixels,
            frame_rate=self._frame_rate if segment.size_in_pixels is not None else None,
            audio=self._audio_rate(segment),
            audio_codec=segment.codecs.rpartition(",")[2],
        )

    def _audio_rate(self, newest: Segment) -> int | None:
        """Bits per second of the sound beside the picture, by the last whole segment."""
        if newest.size_in_pixels is None or not newest.has_audio:
            return None
        whole = [s for s in self.window.listed if s.complete and s.has_audio and s.duration]
        sound = audio_only.segment([part.data for part in whole[-1].parts]) if whole else None
        return len(sound) * 8000 // whole[-1].duration if sound else None
