"""One publisher's media, from RTMP messages to the packager: listen for a second, fix the tracks
and the clock, then go.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Protocol

from showfloor.kit import clock
from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.anchor import Anchor
from showfloor.streaming.ingest.health import HealthMeter
from showfloor.streaming.ingest.timestamps import Timeline
from showfloor.streaming.packaging.audio import Packet
from showfloor.streaming.packaging.cmaf import Tracks
from showfloor.streaming.packaging.packager import Frame, Packager, PartSink
from showfloor.streaming.rtmp import flv

log = logging.getLogger("showfloor.streaming.ingest")

_VIDEO, _AUDIO = 0, 1
_VIDEO_WAIT_MS = 3_000
"""Players cannot add a picture to a show that began as sound, so a missing picture is waited for
longer than missing sound.
"""
_SETTLE_BYTES = 16 << 20
_SETTLE_ITEMS = 2_000


class Stage(PartSink, Protocol):
    """The show that an ingest plays on."""

    def settled(self, anchor: Anchor) -> None:
        """The clock is fixed; parts follow."""
        ...

    def ingest_closed(self, ingest: Ingest) -> None: ...


class Ingest:
    """The media sink of one RTMP session. Bad media is dropped and told to the host; nothing here
    raises for it.
    """

    def __init__(self, config: StreamingConfig, stage: Stage, ingest_id: str, floor: float) -> None:
        self.id = ingest_id
        self.anchor = Anchor(floor)
        self.newest = 0
        """Newest media time received, ms: what a cue is stamped with."""
        self._config = config
        self._stage = stage
        self._timeline = Timeline()
        now = clock.monotonic()
        self.health = HealthMeter(now)
        # Arrival is read from the steady clock, so a step of the system's clock does not move the
        # show's.
        self._epoch = clock.now().timestamp() - now
        self._video: h264.VideoConfig | None = None
        self._audio: aac.AudioConfig | None = None
        self._packager: Packager | None = None
        self._heard: deque[tuple[Frame, h264.VideoConfig] | tuple[Packet, aac.AudioConfig]] = (
            deque()
        )
        self._heard_bytes = 0
        self._first: int | None = None
        self._began = now
        self._closed = False

    def video(self, timestamp: int, payload: bytes | bytearray) -> None:
        tag = flv.read_video(payload)
        if tag is None or tag.packet is flv.Packet.OTHER:
            return
        if tag.codec != "h264":
            self._unsupported("video", tag.codec)
        elif tag.packet is flv.Packet.CONFIG:
            self._configure_video(bytes(payload[tag.offset :]))
        elif self._video is None:
            self.health.heard(clock.monotonic())
        elif len(payload) > tag.offset:
            self._frame(timestamp, tag, payload)

    def audio(self, timestamp: int, payload: bytes | bytearray) -> None:
        tag = flv.read_audio(payload)
        if tag is None or tag.packet is flv.Packet.OTHER:
            return
        if tag.codec != "aac":
            self._unsupported("audio", tag.codec)
        elif tag.packet is flv.Packet.CONFIG:
            self._configure_audio(bytes(payload[tag.offset :]))
        elif self._audio is None:
            self.health.heard(clock.monotonic())
        elif len(payload) > tag.offset:
            self._packet(timestamp, tag, payload)

    @property
    def publishing(self) -> bool:
        """Whether anything could be packaged yet; listening to a new publisher takes a second, and
        some send nothing of use.
        """
        return self._packager is not None

    def end_segment_early(self) -> None:
        """Viewers wait for the next segment."""
        if self._packager is not None:
            self._packager.end_segment_early()

    def closed(self) -> None:
        """The connection is gone. Publishes what has come; idempotent."""
        if self._closed:
            return
        self._closed = True
        if self._packager is None and self._heard:
            self._settle()
        if self._packager is not None:
            self._packager.finish()
        self._stage.ingest_closed(self)

    def _configure_video(self, record: bytes) -> None:
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

    def _configure_audio(self, record: bytes) -> None:
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

    def _unsupported(self, kind: str, codec: str) -> None:
        self.health.unsupported(kind, codec)
        self.health.heard(clock.monotonic())

    def _frame(self, timestamp: int, tag: flv.VideoTag, payload: bytes | bytearray) -> None:
        time = self._place(_VIDEO, timestamp)
        size = len(payload) - tag.offset
        self.health.frame(clock.monotonic(), time, tag.composition, tag.key, size)
        assert self._video is not None
        frame = Frame(time, tag.composition, tag.key, memoryview(payload)[tag.offset :])
        if self._packager is not None:
            self._packager.video(frame, self._video)
            return
        if not self._heard and not tag.key:
            return
        self._listen((frame, self._video), time, size)

    def _packet(self, timestamp: int, tag: flv.AudioTag, payload: bytes | bytearray) -> None:
        time = self._place(_AUDIO, timestamp)
        size = len(payload) - tag.offset
        self.health.packet(clock.monotonic(), size)
        assert self._audio is not None
        packet = Packet(time, memoryview(payload)[tag.offset :])
        if self._packager is not None:
            self._packager.audio(packet, self._audio)
            return
        self._listen((packet, self._audio), time, size)

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

    def _listen(
        self,
        heard: tuple[Frame, h264.VideoConfig] | tuple[Packet, aac.AudioConfig],
        time: int,
        size: int,
    ) -> None:
        self._heard.append(heard)
        self._heard_bytes += size
        if self._first is None:
            self._first = time
        long = max(
            time - self._first,
            round((clock.monotonic() - self._began) * 1000) - self._config.settle_ms,
        )
        complete = self._video is not None and any(
            isinstance(item, Frame) and item.key for item, _ in self._heard
        )
        wait = self._config.settle_ms if complete else max(_VIDEO_WAIT_MS, self._config.settle_ms)
        if long >= wait or self._heard_bytes > _SETTLE_BYTES or len(self._heard) > _SETTLE_ITEMS:
            self._settle()

    def _settle(self) -> None:
        """Fix tracks and clock, and publish what was heard meanwhile."""
        key = next(
            (item.time for item, _ in self._heard if isinstance(item, Frame) and item.key), None
        )
        tracks = Tracks(self._video if key is not None else None, self._audio)
        if tracks.video is None and tracks.audio is None:
            self._heard.clear()
            self._heard_bytes = 0
            return
        start = key if key is not None else self._heard[0][0].time
        self.anchor.freeze(start)
        self._stage.settled(self.anchor)
        self._packager = Packager(
            self._stage,
            tracks,
            part_target=self._config.longest_part_ms,
            segment_target=self._config.segment_target_ms,
            segment_cap=self._config.segment_cap_ms,
        )
        log.info("publishing ingest=%s codecs=%s", self.id, tracks.codecs)
        while self._heard:
            item, config = self._heard.popleft()
            if isinstance(item, Frame) and isinstance(config, h264.VideoConfig):
                self._packager.video(item, config)
            elif (
                isinstance(item, Packet)
                and isinstance(config, aac.AudioConfig)
                and item.time >= start - 25
            ):
                self._packager.audio(item, config)
        self._heard_bytes = 0
