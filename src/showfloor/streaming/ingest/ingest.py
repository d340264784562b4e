"""One publisher's media, from RTMP messages to the packager: listen for a second, fix the tracks
and the clock, then go.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from showfloor.kit import clock
from showfloor.kit.contract import NetworkHealth
from showfloor.streaming.codecs import aac, h264, nal
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.anchor import Anchor
from showfloor.streaming.ingest.health import HealthMeter
from showfloor.streaming.ingest.pictures import Picture, PictureAssembler, Unreadable
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
    def more_video(self, pieces: list[memoryview]) -> None:
        """More slices of the newest frame."""
        ...

    def audio(self, packet: Packet, config: aac.AudioConfig) -> None: ...
    def finish(self) -> None:
        """The publisher is gone."""
        ...


class IngestListener(Protocol):
    """What the show of an ingest must know of it."""

    def settled(self, anchor: Anchor) -> None:
        """The clock is fixed; the sinks start next."""
        ...

    def ingest_closed(self, ingest: Ingest, problem: str | None) -> None: ...


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
        published_until: float,
    ) -> None:
        self.id = ingest_id
        self.anchor = Anchor(published_until)
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
        self._pictures = PictureAssembler()
        self._video: h264.VideoConfig | None = None
        self._record = b""
        """The newest configuration that the publisher sent apart from the stream."""
        self._sps: bytes | None = None
        """The newest parameter set in the stream that was looked at."""
        self._audio: aac.AudioConfig | None = None
        self._settled = False
        self._held: deque[tuple[Frame, h264.VideoConfig] | tuple[Packet, aac.AudioConfig]] = deque()
        """What came before the tracks were fixed."""
        self._newest_held: Frame | None = None
        self._held_bytes = 0
        self._first: tuple[int, float] | None = None
        """Media time in ms and arrival in seconds of the first item held."""
        self._closed = False

    def configure_video(self, codec: str, record: bytes) -> None:
        if codec != "h264":
            self._unusable("video", "video_codec_unsupported", codec=codec)
            return
        try:
            config = h264.read_config(record)
        except h264.ConfigError as problem:
            log.info("video configuration ignored ingest=%s problem=%s", self.id, problem)
            self.health.configuration("video", readable=False)
            return
        self.health.configuration("video", readable=True)
        # A record that is repeated must not undo what the stream itself has said since.
        if record != self._record:
            self._record = record
            self._use_video(config)

    def configure_audio(self, codec: str, record: bytes) -> None:
        if codec != "aac":
            self._unusable("audio", "audio_codec_unsupported", codec=codec)
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
            self._unusable("video", "video_codec_unsupported", codec=frame.codec)
            return
        now = clock.monotonic()
        try:
            picture = self._pictures.add(frame, self._video)
        except Unreadable:
            self.health.torn(now)
            return
        if self._pictures.parameters:
            self._configure_in_band()
        if picture is None:
            self.health.received(now)
            return
        if self._video is None:
            self._unusable("video", "video_configuration_missing")
        elif picture.continues:
            self._more_video(picture.pieces, now)
        else:
            self._frame(frame, picture, self._video, now)

    def audio(self, frame: AudioFrame) -> None:
        if frame.codec != "aac":
            self._unusable("audio", "audio_codec_unsupported", codec=frame.codec)
            return
        framed = aac.split_adts(frame.payload)
        if framed and self._audio is None:
            self.configure_audio("aac", aac.adts_config(framed[0]))
        if self._audio is None:
            self._unusable("audio", "audio_configuration_missing")
            return
        for number, packet in enumerate(framed):
            late = number * self._audio.frame * 1000 // self._audio.rate
            self._packet(frame.stamp + late, aac.without_adts(packet), self._audio)
        if not framed:
            self._packet(frame.stamp, frame.payload, self._audio)

    def network(self, loss: float, jitter_ms: int) -> None:
        self.health.network(NetworkHealth(loss, jitter_ms))

    @property
    def publishing(self) -> bool:
        """Whether anything could be packaged yet; listening to a new publisher takes a second, and
        some send nothing of use.
        """
        return self._settled

    def closed(self, problem: str | None = None) -> None:
        """The connection is gone. Publishes what has come; idempotent."""
        if self._closed:
            return
        self._closed = True
        if not self._settled and self._held:
            self._settle()
        if self._settled:
            for sink in self._sinks:
                sink.finish()
        self._listener.ingest_closed(self, problem)

    def _unusable(self, kind: str, code: str, **params: str) -> None:
        self.health.unusable(clock.monotonic(), kind, code, **params)

    def _use_video(self, config: h264.VideoConfig) -> None:
        if config != self._video:
            self._video = config
            self.health.configure(self._video, self._audio)

    def _configure_in_band(self) -> None:
        """Take the configuration from the stream where none was sent apart from it, or another
        picture than the stream's.
        """
        parameters = self._pictures.parameters
        sps, pps = parameters.get(nal.SPS), parameters.get(nal.PPS)
        if sps is None or pps is None or sps == self._sps:
            return
        self._sps = sps
        known = self._video
        try:
            config = h264.build_config(sps, pps, known.length_size if known is not None else 4)
        except h264.ConfigError as problem:
            log.info("parameter set ignored ingest=%s problem=%s", self.id, problem)
            return
        if known is None or config.shape != known.shape:
            self.health.configuration("video", readable=True)
            self._use_video(config)

    def _frame(
        self, sent: VideoFrame, picture: Picture, config: h264.VideoConfig, now: float
    ) -> None:
        time = self._place(_VIDEO, sent.stamp, now)
        size = picture.size
        frame = Frame(time, sent.composition, picture.key, picture.pieces)
        self.health.frame(now, time, sent.composition, picture.key, size)
        if self._settled:
            for sink in self._sinks:
                sink.video(frame, config)
        elif self._held or picture.key:
            self._newest_held = frame
            self._hold((frame, config), time, size)

    def _more_video(self, pieces: list[memoryview], now: float) -> None:
        size = sum(map(len, pieces))
        self.health.more(now, size)
        if self._settled:
            for sink in self._sinks:
                sink.more_video(pieces)
        elif self._newest_held is not None:
            self._newest_held.pieces.extend(pieces)
            self._held_bytes += size

    def _packet(self, stamp: int, payload: memoryview, config: aac.AudioConfig) -> None:
        now = clock.monotonic()
        time = self._place(_AUDIO, stamp, now)
        size = len(payload)
        self.health.packet(now, size)
        packet = Packet(time, payload)
        if self._settled:
            for sink in self._sinks:
                sink.audio(packet, config)
        else:
            self._hold((packet, config), time, size)

    def _place(self, track: int, timestamp: int, now: float) -> int:
        timeline = self._timeline
        corrections = timeline.jumps + timeline.strays
        time = timeline.place(track, timestamp, now * 1000)
        if timeline.jumps + timeline.strays != corrections:
            self.health.jumped(now)
            log.info("timestamps corrected ingest=%s jumps=%d", self.id, timeline.jumps)
        self.health.frozen = timeline.frozen
        self.anchor.observe(time, (self._epoch + now) * 1000)
        if time > self.newest:
            self.newest = time
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
            self._first = (time, clock.monotonic())
        first, arrival = self._first
        waited = round((clock.monotonic() - arrival) * 1000)
        long = max(time - first, waited - self._config.settle_ms)
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
        self._newest_held = None

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
