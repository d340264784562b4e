"""One publisher's media, from RTMP messages to the packager: listen for a second, fix the tracks
and the clock, then go.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from showfloor.kit import clock
from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.anchor import Anchor
from showfloor.streaming.ingest.health import HealthMeter
from showfloor.streaming.ingest.timestamps import Timeline
from showfloor.streaming.packaging.audio import Packet
from showfloor.streaming.packaging.cmaf import Tracks
from showfloor.streaming.packaging.packager import Frame
from showfloor.streaming.ports import AudioFrame, VideoFrame

log = logging.getLogger("showfloor.streaming.ingest")

_VIDEO, _AUDIO = 0, 1
_VIDEO_WAIT_MS = 3_000
"""Players cannot add a picture to a show that began as sound, so a missing picture is waited for
longer than missing sound.
"""
_SOUND_LEAD_MS = 25
"""A packet of sound that began just before the first picture belongs to it."""
_SETTLE_BYTES = 16 << 20
_SETTLE_ITEMS = 2_000


class FrameSink(Protocol):
    """Takes one publisher's frames on media time: the packager, later also a push to another
    network.
    """

    def start(self, tracks: Tracks) -> None:
        """The tracks are fixed; frames follow."""
        ...

    def video(self, frame: Frame, config: h264.VideoConfig) -> None: ...
    def audio(self, packet: Packet, config: aac.AudioConfig) -> None: ...
    def finish(self) -> None:
        """The publisher is gone."""
        ...


class IngestListener(Protocol):
    """What the show of an ingest must know of it."""

    def settled(self, anchor: Anchor) -> None:
        """The clock is fixed; the sinks start next."""
        ...

    def ingest_closed(self, ingest: Ingest) -> None: ...


class Ingest:
    """The media sink of one publisher. Bad media is dropped and named in the health figures;
    nothing here raises for it.
    """

    def __init__(
        self,
        config: StreamingConfig,
        listener: IngestListener,
        sinks: Sequence[FrameSink],
        ingest_id: str,
        floor: float,
    ) -> None:
        self.id = ingest_id
        self.anchor = Anchor(floor)
        self.newest = 0
        """Newest media time received, ms: what a cue is stamped with."""
        self._config = config
        self._listener = listener
        self._sinks = sinks
        self._timeline = Timeline()
        now = clock.monotonic()
        self.health = HealthMeter(now)
        # Arrival is read from the steady clock, so a step of the system's clock does not move the
        # show's.
        self._epoch = clock.now().timestamp() - now
        self._video: h264.VideoConfig | None = None
        self._audio: aac.AudioConfig | None = None
        self._settled = False
        self._held: deque[tuple[Frame, h264.VideoConfig] | tuple[Packet, aac.AudioConfig]] = deque()
        """What came before the tracks were fixed."""
        self._held_bytes = 0
        self._first: int | None = None
        self._began = now
        self._closed = False

    def configure_video(self, codec: str, record: bytes) -> None:
        if codec != "h264":
            self._unsupported("video", codec)
            return
        try:
            config = h264.read_config(record)
        except h264.ConfigError as problem:
            log.info("video configuration ignored ingest=%s problem=%s", self.id, problem)
            self.health.configuration("video", readable=False)
            return
        self.health.configuration("video", readable=True)
        if config != self._video:
            self._video = config
            self.health.configure(self._video, self._audio)

    def configure_audio(self, codec: str, record: bytes) -> None:
        if codec != "aac":
            self._unsupported("audio", codec)
            return
        try:
            config = aac.read_config(record)
        except aac.ConfigError as problem:
            log.info("audio configuration ignored ingest=%s problem=%s", self.id, problem)
            self.health.configuration("audio", readable=False)
            return
        self.health.configuration("audio", readable=True)
        if config != self._audio:
            self._audio = config
            self.health.configure(self._video, self._audio)

    def video(self, frame: VideoFrame) -> None:
        if frame.codec != "h264":
            self._unsupported("video", frame.codec)
        elif self._video is None:
            self.health.heard(clock.monotonic())
        else:
            self._frame(frame, self._video)

    def audio(self, frame: AudioFrame) -> None:
        if frame.codec != "aac":
            self._unsupported("audio", frame.codec)
        elif self._audio is None:
            self.health.heard(clock.monotonic())
        else:
            self._packet(frame, self._audio)

    @property
    def publishing(self) -> bool:
        """Whether anything could be packaged yet; listening to a new publisher takes a second, and
        some send nothing of use.
        """
        return self._settled

    def closed(self) -> None:
        """The connection is gone. Publishes what has come; idempotent."""
        if self._closed:
            return
        self._closed = True
        if not self._settled and self._held:
            self._settle()
        if self._settled:
            for sink in self._sinks:
                sink.finish()
        self._listener.ingest_closed(self)

    def _unsupported(self, kind: str, codec: str) -> None:
        self.health.unsupported(kind, codec)
        self.health.heard(clock.monotonic())

    def _frame(self, sent: VideoFrame, config: h264.VideoConfig) -> None:
        time = self._place(_VIDEO, sent.stamp)
        size = len(sent.payload)
        self.health.frame(clock.monotonic(), time, sent.composition, sent.key, size)
        frame = Frame(time, sent.composition, sent.key, sent.payload)
        if self._settled:
            for sink in self._sinks:
                sink.video(frame, config)
        elif self._held or sent.key:
            self._hold((frame, config), time, size)

    def _packet(self, sent: AudioFrame, config: aac.AudioConfig) -> None:
        time = self._place(_AUDIO, sent.stamp)
        size = len(sent.payload)
        self.health.packet(clock.monotonic(), size)
        packet = Packet(time, sent.payload)
        if self._settled:
            for sink in self._sinks:
                sink.audio(packet, config)
        else:
            self._hold((packet, config), time, size)

    def _place(self, track: int, timestamp: int) -> int:
        now = clock.monotonic()
        jumps = self._timeline.jumps
        time = self._timeline.place(track, timestamp, now * 1000)
        if self._timeline.jumps != jumps:
            self.health.jumped(now)
            log.info("timestamps jumped ingest=%s", self.id)
        self.anchor.observe(time, (self._epoch + now) * 1000)
        self.newest = max(self.newest, time)
        return time

    def _hold(
        self,
        item: tuple[Frame, h264.VideoConfig] | tuple[Packet, aac.AudioConfig],
        time: int,
        size: int,
    ) -> None:
        self._held.append(item)
        self._held_bytes += size
        if self._first is None:
            self._first = time
        long = max(
            time - self._first,
            round((clock.monotonic() - self._began) * 1000) - self._config.settle_ms,
        )
        complete = self._video is not None and any(
            isinstance(item, Frame) and item.key for item, _ in self._held
        )
        wait = self._config.settle_ms if complete else max(_VIDEO_WAIT_MS, self._config.settle_ms)
        if long >= wait or self._held_bytes > _SETTLE_BYTES or len(self._held) > _SETTLE_ITEMS:
            self._settle()

    def _settle(self) -> None:
        """Fix tracks and clock, and hand on what was held meanwhile."""
        key = next(
            (item.time for item, _ in self._held if isinstance(item, Frame) and item.key), None
        )
        tracks = Tracks(self._video if key is not None else None, self._audio)
        if tracks.video is None and tracks.audio is None:
            self._held.clear()
            self._held_bytes = 0
            return
        start = key if key is not None else self._held[0][0].time
        self.anchor.freeze(start)
        self._settled = True
        self._listener.settled(self.anchor)
        for sink in self._sinks:
            sink.start(tracks)
        log.info("publishing ingest=%s codecs=%s", self.id, tracks.codecs)
        while self._held:
            item, config = self._held.popleft()
            self._hand_on(item, config, start - _SOUND_LEAD_MS)
        self._held_bytes = 0

    def _hand_on(
        self, item: Frame | Packet, config: h264.VideoConfig | aac.AudioConfig, start: int
    ) -> None:
        for sink in self._sinks:
            if isinstance(item, Frame) and isinstance(config, h264.VideoConfig):
                sink.video(item, config)
            elif (
                isinstance(item, Packet)
                and isinstance(config, aac.AudioConfig)
                and item.time >= start
            ):
                sink.audio(item, config)
