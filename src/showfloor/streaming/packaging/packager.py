"""Frames to parts and segments. Knows media time only; whose clock that is and who watches is the
show's business.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple, Protocol

from showfloor.streaming.codecs.aac import AudioConfig
from showfloor.streaming.codecs.h264 import VideoConfig
from showfloor.streaming.packaging import cmaf
from showfloor.streaming.packaging.audio import AudioLane, Packet
from showfloor.streaming.packaging.window import Part

_EARLY_MS = 50
"""A key frame this little before the target still ends the segment: encoders' two seconds are not
always 2000 ms.
"""
_LEAST_PART = 0.85
"""Of the part target: what every part but the last of a segment must fill (RFC 8216bis §4.4.4.9).
"""
_PART_BYTES = 8 << 20
_SEGMENT_BYTES = 32 << 20
_GONE_MS = 4_000
"""A picture that stands still for so long while the sound goes on is taken out of the show."""
_SOUND_WAIT_MS = 500
"""Sound that comes later than this, and than it usually does, is replaced by silence: players stop
where one of the two is missing.
"""
_LATEST_SOUND_MS = 4_000
"""Sound that is late by more is not waited for, however usual that is."""
_FORGETTING_MS = 5_000
"""Media time in which most of a lateness is forgotten that no packet shows any more."""
_MAX_WAITING_PACKETS = 500
_REMEMBERED_KEYS = 4
_SHORTEST_SEGMENT_MS = 500
"""No segment is made shorter than this for the sake of the next."""
_DEFAULT_FRAME_MS = 33


class Frame(NamedTuple):
    """One picture. `time` is decode time, `composition` is from there to presentation, both in
    ms. `pieces` are its bytes.
    """

    time: int
    composition: int
    key: bool
    pieces: list[memoryview]

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))


class PartSink(Protocol):
    """Where parts go. Times and durations are ms of media time."""

    def begin_segment(self, start: int, tracks: cmaf.Tracks) -> None: ...
    def add_part(self, part: Part) -> None: ...
    def end_segment(self) -> None: ...
    def published(self) -> None:
        """The parts so far may go to viewers.

        A last part and the end of its segment come together, so no part is hinted that never comes.
        """
        ...


class Packager:
    """Packages one publisher's media.

    A part is never longer than `part_target`: it is cut as soon as the next frame would not fit, so
    that it ends where a frame does. Where whole frames would fill too little of it (12, 14, 18 or
    24 frames a second at 200 ms), or one frame is longer than a part (a slow or frozen camera), it
    ends at the target, in the middle of the frame that began in it; what follows until the next
    frame holds only sound, or nothing.

    A segment ends at the first key frame after `segment_target`, or at one before it when the next
    key frame would come too late. Where no key frame comes before `segment_cap`, which no segment
    exceeds, it ends in the middle of the group of pictures; the next then ends at the next key
    frame, so that one begins there again. Tracks change between segments.
    """

    def __init__(
        self,
        sink: PartSink,
        *,
        part_target: int,
        segment_target: int,
        segment_cap: int,
    ) -> None:
        self._sink = sink
        self._news = False
        self._tracks = cmaf.Tracks(None, None)
        self._part_target = part_target
        self._least_part = part_target * _LEAST_PART
        self._segment_target = segment_target
        self._segment_cap = segment_cap
        self._sequence = 0
        self._segment_start: int | None = None
        self._segment_bytes = 0
        self._enough = segment_target - _EARLY_MS
        self._inside_group = False
        """The open segment did not begin at a key frame."""
        self._newest_key: int | None = None
        self._key_distances: deque[int] = deque(maxlen=_REMEMBERED_KEYS)
        self._part_start = 0
        self._pending: Frame | None = None
        self._frame_ms = _DEFAULT_FRAME_MS
        self._frames: list[Frame] = []
        self._samples: list[bytes] = []
        self._part_bytes = 0
        self._video_end = 0
        self._lane: AudioLane | None = None
        self._usual_late = 0.0
        """How much later than the picture of its time sound usually comes, in ms."""
        self._held_packets: deque[tuple[Packet, AudioConfig]] = deque(maxlen=_MAX_WAITING_PACKETS)

    def start(self, tracks: cmaf.Tracks) -> None:
        """The tracks of the first segment; before anything else."""
        self._tracks = tracks

    def video(self, frame: Frame, config: VideoConfig) -> None:
        """The next picture in decode order. Nothing is packaged before the first key frame."""
        self._video(frame, config)
        self._publish()

    def more_video(self, pieces: list[memoryview]) -> None:
        """More slices of the newest picture, which is not packaged before the next one comes."""
        if self._pending is not None:
            self._pending.pieces.extend(pieces)

    def audio(self, packet: Packet, config: AudioConfig) -> None:
        """The next packet of sound. One with a new configuration waits for the next segment."""
        self._audio(packet, config)
        self._publish()

    def end_segment_early(self) -> None:
        """The open segment ends at the next place where decoding can start, however short it is."""
        self._enough = 1

    def finish(self) -> None:
        """The publisher is gone: what has come is published, and the segment closed."""
        self._finish()
        self._publish()

    def _publish(self) -> None:
        if self._news:
            self._news = False
            self._sink.published()

    def _video(self, frame: Frame, config: VideoConfig) -> None:
        if frame.key:
            self._note_key(frame.time)
        if self._tracks.video is None:
            if frame.key:
                self._join(frame, config)
            return
        if self._pending is None:
            if not frame.key:
                return
            self._open(frame.time, cmaf.Tracks(config, self._tracks.audio))
        elif frame.time > self._pending.time:
            self._append(self._pending, frame.time)
            if self._ends_segment(frame, config):
                self._cut_segment(frame.time)
                self._open(frame.time, self._next_tracks(frame, config))
                if not frame.key:
                    self._begin_inside_group()
            elif self._is_full(frame.time):
                self._cut_part(frame.time)
        else:
            return
        self._pending = frame

    def _audio(self, packet: Packet, config: AudioConfig) -> None:
        if self._tracks.video is not None and self._video_is_gone(packet.time):
            self._cut_segment(self._finish_video())
            self._tracks = cmaf.Tracks(None, config)
            self._segment_start = None
        if self._pending is not None:
            late = self._pending.time - packet.time
            if late <= _LATEST_SOUND_MS:
                self._usual_late = max(self._usual_late, late)
        lane = self._lane
        if lane is None or (lane.config is not config and lane.config != config):
            self._held_packets.append((packet, config))
        else:
            lane.add(packet, bridge=self._tracks.video is not None)
        if self._tracks.video is None:
            self._audio_alone(packet, config)

    def _finish(self) -> None:
        if self._segment_start is None:
            return
        end = self._finish_video() if self._tracks.video is not None else self._sound_end()
        self._cut_segment(max(end, self._part_start))
        self._segment_start = None

    # Pictures

    def _join(self, frame: Frame, config: VideoConfig) -> None:
        """The first picture beside sound that was alone, or is over."""
        self._cut_segment(max(self._sound_end(), self._part_start))
        if self._lane is not None:
            self._lane.skip(self._silent_until(frame.time))
        self._open(frame.time, cmaf.Tracks(config, self._tracks.audio))
        self._pending = frame

    def _append(self, frame: Frame, end: int) -> None:
        """Add a frame that is shown until `end`, cutting before it when it does not fit."""
        duration = end - frame.time
        if end - self._part_start > self._part_target and self._is_filled(frame.time):
            self._cut_part(frame.time)
        flags = cmaf.SYNC if frame.key else cmaf.DEPENDENT
        size = frame.size
        self._samples.append(cmaf.sample(duration * 90, size, flags, frame.composition * 90))
        self._frames.append(frame)
        self._part_bytes += size
        self._video_end = end
        if duration < 1000:
            self._frame_ms = duration
        self._fill(end)

    def _is_full(self, now: int) -> bool:
        """Whether another frame like the last would not fit.

        Timestamps are rounded, hence the margin.
        """
        if self._part_bytes > _PART_BYTES:
            return True
        return (
            self._is_filled(now)
            and now - self._part_start + self._frame_ms * 0.95 - 1 > self._part_target
        )

    def _is_filled(self, at: int) -> bool:
        """Whether a part that ended there would be long enough to stand before another."""
        return at - self._part_start >= self._least_part

    def _ends_segment(self, frame: Frame, config: VideoConfig) -> bool:
        assert self._segment_start is not None
        long = frame.time - self._segment_start
        if frame.key and (long >= self._enough or config != self._tracks.video):
            return True
        if frame.key and long >= _SHORTEST_SEGMENT_MS and self._next_key_is_late(long):
            return True
        most = self._segment_target if self._inside_group else self._segment_cap - self._frame_ms
        return long >= most or self._segment_bytes > _SEGMENT_BYTES

    def _note_key(self, time: int) -> None:
        if self._newest_key is not None:
            self._key_distances.append(time - self._newest_key)
        self._newest_key = time

    def _next_key_is_late(self, long: int) -> bool:
        """Whether the key frame after this one would come when the segment must have ended."""
        return long + max(self._key_distances, default=0) > self._segment_cap

    def _begin_inside_group(self) -> None:
        """The segment just opened ends as soon as decoding can start again."""
        self._inside_group = True
        self._enough = 1

    def _next_tracks(self, frame: Frame, config: VideoConfig) -> cmaf.Tracks:
        """The tracks of the segment that begins with `frame`. They change on key frames only."""
        if not frame.key:
            return self._tracks
        audio = self._held_packets[-1][1] if self._held_packets else self._tracks.audio
        return cmaf.Tracks(config, audio)

    def _video_is_gone(self, now: int) -> bool:
        return self._pending is not None and now - self._pending.time > _GONE_MS

    def _finish_video(self) -> int:
        """Publish the frame whose duration is not known as if it lasted as long as the one before
        it, or filled its part.
        """
        frame, self._pending = self._pending, None
        if frame is None:
            return self._part_start
        end = max(
            min(frame.time + self._frame_ms, self._part_start + self._part_target), frame.time + 1
        )
        self._append(frame, end)
        return end

    # Sound alone

    def _audio_alone(self, packet: Packet, config: AudioConfig) -> None:
        if self._segment_start is None:
            self._open(packet.time, cmaf.Tracks(None, config))
            return
        lane = self._lane
        if lane is None or lane.config != config:
            self._cut_segment(max(self._sound_end(), self._part_start))
            self._open(packet.time, cmaf.Tracks(None, config))
            return
        end = lane.end
        self._fill(end)
        if (
            self._is_filled(end)
            and end - self._part_start + config.frame * 1000 / config.rate > self._part_target
        ):
            self._cut_part(end)
        assert self._segment_start is not None
        if end - self._segment_start >= self._enough or self._segment_bytes > _SEGMENT_BYTES:
            self._cut_segment(end)
            self._open(end, self._tracks)

    def _sound_end(self) -> int:
        return self._lane.end if self._lane is not None else self._part_start

    # Cuts

    def _open(self, start: int, tracks: cmaf.Tracks) -> None:
        if self._lane is None or self._lane.config != tracks.audio or tracks.audio is None:
            self._lane = AudioLane(tracks.audio, start) if tracks.audio is not None else None
        self._tracks = tracks
        self._segment_start = self._part_start = self._video_end = start
        self._segment_bytes = 0
        self._enough = self._segment_target - _EARLY_MS
        self._inside_group = False
        self._sink.begin_segment(start, tracks)
        while self._held_packets:
            packet, config = self._held_packets.popleft()
            if self._lane is not None and config == self._lane.config:
                self._lane.add(packet)

    def _fill(self, until: int) -> None:
        """Publish whole parts up to there.

        In a gap segments end at their target, and always before they would exceed the cap.
        """
        gap = until - self._part_start > self._segment_target
        while until - self._part_start > self._part_target:
            self._cut_part(self._part_start + self._part_target)
            start = self._segment_start or 0
            long = self._part_start - start
            full = (
                until - start > self._segment_cap and long + self._part_target > self._segment_cap
            )
            if full or (gap and long >= self._segment_target):
                self._roll_segment()

    def _roll_segment(self) -> None:
        """The next segment, with the same tracks and in the middle of a gap."""
        self._sink.end_segment()
        self._sink.begin_segment(self._part_start, self._tracks)
        self._segment_start = self._part_start
        self._segment_bytes = 0
        self._begin_inside_group()

    def _cut_segment(self, at: int) -> None:
        if self._segment_start is None:
            return
        self._fill(at)
        if at > self._part_start or self._frames:
            self._cut_part(max(at, self._part_start + 1))
        self._sink.end_segment()
        self._news = True

    def _silent_until(self, at: int) -> int:
        """Up to where sound that has not come when the picture is at `at` is given up."""
        return at - _SOUND_WAIT_MS - round(self._usual_late)

    def _cut_part(self, at: int) -> None:
        """Publish what has come since the last cut as the part that ends at `at`."""
        runs = []
        if self._tracks.video is not None:
            decode_time = self._frames[0].time if self._frames else self._video_end
            payloads = [piece for frame in self._frames for piece in frame.pieces]
            runs.append(cmaf.Run(cmaf.VIDEO_TRACK, decode_time * 90, self._samples, payloads))
            if self._lane is not None:
                self._lane.fill(self._silent_until(at))
        sound = self._lane.take() if self._lane is not None else None
        if sound is not None:
            runs.append(sound)
        if not runs:
            rate = self._tracks.audio.rate if self._tracks.audio is not None else 0
            start = round(self._part_start * rate / 1000)
            runs.append(cmaf.Run(cmaf.AUDIO_TRACK, start, [], []))
        self._sequence += 1
        independent = self._tracks.video is None or any(frame.key for frame in self._frames)
        data = cmaf.fragment(self._sequence, runs)
        self._sink.add_part(Part(at - self._part_start, independent, data))
        self._news = True
        self._segment_bytes += len(data)
        self._usual_late *= max(0.0, 1 - (at - self._part_start) / _FORGETTING_MS)
        self._part_start = at
        self._part_bytes = 0
        self._frames = []
        self._samples = []
