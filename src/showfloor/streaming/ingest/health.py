"""The figures and warnings about an arriving stream that its host reads in the studio.

Figures are of the last seconds; a warning is a code with parameters, and ends when its cause does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from showfloor.kit.contract import (
    AudioHealth,
    Health,
    HealthWarning,
    NetworkHealth,
    VideoHealth,
)
from showfloor.streaming.codecs.aac import AudioConfig
from showfloor.streaming.codecs.h264 import VideoConfig

_SPAN_SECONDS = 3.0
_LONG_KEYFRAME_SECONDS = 4.0
_HIGH_BITRATE = 12_000_000
_STALLED_SECONDS = 2.0
_MUCH_LOSS = 0.02
"""Retransmission mends less; more is a picture that stands still now and then."""
_JUMP_MEMORY_SECONDS = 60.0
_ABSENT_SECONDS = 3.0
_MISSING = ("video_configuration_missing", "audio_configuration_missing")
_TORN_SECONDS = 5.0
_REORDERED_SECONDS = 10.0
_REORDERED_FRAMES = 3
_UNSHOWN_FRAMES = 8
"""The newest frames may still be waiting for one that is shown before them."""
_VARIABLE_RATIO = 1.6
_MAX_FRAMES = 1000


class _Frame(NamedTuple):
    """Arrival in seconds on the steady clock; decode and presentation time in ms; bytes."""

    arrival: float
    time: int
    shown: int
    size: int


class HealthMeter:
    """Fed by the ingest with the steady clock in seconds; media times are ms."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._received = now
        self._frames: deque[_Frame] = deque(maxlen=_MAX_FRAMES)
        self._packets: deque[tuple[float, int]] = deque(maxlen=_MAX_FRAMES)
        """Arrival, bytes."""
        self._keys: deque[int] = deque(maxlen=4)
        self._newest = 0
        self._newest_shown = 0
        self._jumped: float | None = None
        self._torn: float | None = None
        self._reordered: deque[float] = deque(maxlen=_REORDERED_FRAMES)
        """When the last frames arrived that are shown before an earlier one."""
        self._unusable: dict[str, tuple[str, dict[str, str]]] = {}
        self._unreadable: set[str] = set()
        self.frozen = False
        """Whether time stamps stand still while media arrives."""
        self._seen: set[str] = set()
        """Kinds of which something usable has come."""
        self._video: VideoConfig | None = None
        self._audio: AudioConfig | None = None
        self._network: NetworkHealth | None = None

    def configure(self, video: VideoConfig | None, audio: AudioConfig | None) -> None:
        self._video, self._audio = video, audio

    def received(self, now: float) -> None:
        """Something came, usable or not."""
        self._received = now

    def frame(self, now: float, time: int, composition: int, key: bool, size: int) -> None:
        """A picture that can be packaged."""
        self._received = now
        self._newest = time
        self._unusable.pop("video", None)
        self._seen.add("video")
        shown = time + composition
        self._frames.append(_Frame(now, time, shown, size))
        if key:
            self._keys.append(time)
        if shown < self._newest_shown:
            self._reordered.append(now)
        self._newest_shown = max(self._newest_shown, shown)

    def more(self, now: float, size: int) -> None:
        """More bytes of the newest picture."""
        self._received = now
        if self._frames:
            newest = self._frames.pop()
            self._frames.append(newest._replace(size=newest.size + size))

    def packet(self, now: float, size: int) -> None:
        self._received = now
        self._unusable.pop("audio", None)
        self._seen.add("audio")
        self._packets.append((now, size))

    def network(self, network: NetworkHealth) -> None:
        """How well packets arrive, where somebody counts them."""
        self._network = network

    def jumped(self, now: float) -> None:
        self._jumped = now

    def torn(self, now: float) -> None:
        """A packet of the picture whose NAL units cannot be told apart was left out."""
        self._received = now
        self._torn = now

    def unusable(self, now: float, kind: str, code: str, **params: str) -> None:
        """Media of a `kind` (`video` or `audio`) came that cannot be packaged; `code` says why. It
        holds until media of the kind can be.
        """
        self._received = now
        self._unusable[kind] = (code, params)

    def configuration(self, kind: str, *, readable: bool) -> None:
        """Whether the last decoder configuration made sense."""
        if readable:
            self._unreadable.discard(kind)
        else:
            self._unreadable.add(kind)

    @property
    def frame_rate(self) -> float | None:
        """Frames a second by media time over what is remembered."""
        if len(self._frames) < 3:
            return None
        span = self._frames[-1].time - self._frames[0].time
        return round((len(self._frames) - 1) * 1000 / span, 2) if span > 0 else None

    def read(self, now: float) -> Health:
        """The figures and warnings of this moment."""
        self._forget(now)
        return Health(
            self._video_health(), self._audio_health(), self._warnings(now), self._network
        )

    def _video_health(self) -> VideoHealth | None:
        config = self._video
        if config is None:
            return None
        return VideoHealth(
            codec="h264",
            profile=config.profile,
            level=config.level,
            width=config.width,
            height=config.height,
            fps=self.frame_rate or 0.0,
            bitrate=self._video_bitrate(),
            keyframe_interval=round(self._keyframe_seconds(), 2) if len(self._keys) > 1 else None,
        )

    def _audio_health(self) -> AudioHealth | None:
        config = self._audio
        if config is None:
            return None
        return AudioHealth(
            codec="aac",
            rate=config.output_rate,
            channels=config.channels,
            bitrate=_bitrate(self._packets),
        )

    def _warnings(self, now: float) -> list[HealthWarning]:
        loss = self._network.loss if self._network is not None else 0.0
        rate, long_keys = self._video_bitrate(), self._keyframe_seconds()
        stalled = now - self._received > _STALLED_SECONDS
        profile = self._video.profile if self._video is not None else ""
        conditions: list[tuple[bool, str, Mapping[str, str | int | float]]] = [
            *(
                (kind not in self._unreadable or code not in _MISSING, code, params)
                for kind, (code, params) in self._unusable.items()
            ),
            *(
                (True, f"{kind}_configuration_unreadable", {})
                for kind in ("video", "audio")
                if kind in self._unreadable
            ),
            (
                self._video is not None and not self._video.is_widely_playable,
                "video_profile_unsupported",
                {"profile": profile},
            ),
            (
                self._is_torn(now) and "video" not in self._unreadable,
                "video_packets_unreadable",
                {},
            ),
            (self._is_absent("video", now, stalled=stalled), "no_video", {}),
            (self._is_absent("audio", now, stalled=stalled), "no_audio", {}),
            (
                self._video is not None and long_keys > _LONG_KEYFRAME_SECONDS,
                "keyframe_interval_long",
                {"seconds": round(long_keys)},
            ),
            (self._reorders(now), "b_frames", {}),
            (self._varies(), "variable_frame_rate", {}),
            (self.frozen, "timestamps_missing", {}),
            (_within(self._jumped, now, _JUMP_MEMORY_SECONDS), "timestamps_jumped", {}),
            (stalled, "stalled", {"seconds": round(now - self._received)}),
            (rate > _HIGH_BITRATE, "bitrate_high", {"bitrate": rate}),
            (loss >= _MUCH_LOSS, "packets_lost", {"percent": round(loss * 100)}),
        ]
        return [HealthWarning(code, dict(params)) for holds, code, params in conditions if holds]

    def _is_absent(self, kind: str, now: float, *, stalled: bool) -> bool:
        """Whether nothing of a kind comes. What comes and cannot be used has a warning of its own,
        and so has a publisher of whom nothing comes any more.
        """
        if stalled and (kind in self._seen or not self._seen):
            return False
        arrived = self._frames if kind == "video" else self._packets
        return (
            kind not in self._unusable
            and kind not in self._unreadable
            and not (kind == "video" and self._is_torn(now))
            and not arrived
            and now - self._began > _ABSENT_SECONDS
        )

    def _is_torn(self, now: float) -> bool:
        return _within(self._torn, now, _TORN_SECONDS)

    def _video_bitrate(self) -> int:
        return _bitrate([(frame.arrival, frame.size) for frame in self._frames])

    def _keyframe_seconds(self) -> float:
        """The longest of the last distances between key frames, the one under way included."""
        times = [*self._keys, self._newest]
        return max((later - earlier for earlier, later in pairwise(times)), default=0) / 1000

    def _reorders(self, now: float) -> bool:
        """Whether frames are decoded in another order than they are shown in."""
        enough = len(self._reordered) == _REORDERED_FRAMES
        return enough and now - self._reordered[0] < _REORDERED_SECONDS

    def _varies(self) -> bool:
        """Whether frames are shown for times that differ by more than rounding.

        GStreamer's flvmux writes no negative offsets, so frames without one may be stamped late;
        where frames are reordered the others must be uneven, too.
        """
        if not _is_uneven([frame.shown for frame in self._frames]):
            return False
        with_offset = [frame.shown for frame in self._frames if frame.shown > frame.time]
        return not self._reordered or _is_uneven(with_offset)

    def _forget(self, now: float) -> None:
        while self._frames and now - self._frames[0].arrival > _SPAN_SECONDS:
            self._frames.popleft()
        while self._packets and now - self._packets[0][0] > _SPAN_SECONDS:
            self._packets.popleft()


def _is_uneven(shown: list[int]) -> bool:
    """Whether the longer distances are clearly longer than the shorter ones."""
    times = sorted(shown)[:-_UNSHOWN_FRAMES]
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    if len(gaps) < 10:
        return False
    low, high = gaps[len(gaps) // 10], gaps[-1 - len(gaps) // 10]
    return high > low * _VARIABLE_RATIO and high - low > 4


def _within(moment: float | None, now: float, seconds: float) -> bool:
    return moment is not None and now - moment < seconds


def _bitrate(arrivals: Sequence[tuple[float, int]]) -> int:
    """Bits per second over the remembered arrivals, rounded to 1,000."""
    if len(arrivals) < 2 or arrivals[-1][0] <= arrivals[0][0]:
        return 0
    bits = 8 * (sum(size for _, size in arrivals) - arrivals[0][1])
    return round(bits / (arrivals[-1][0] - arrivals[0][0]) / 1000) * 1000
