"""What the host is told about the stream that arrives: figures over the last seconds, and warnings
in plain codes.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any

from showfloor.streaming.codecs.aac import AudioConfig
from showfloor.streaming.codecs.h264 import VideoConfig

_SPAN_SECONDS = 3.0
_LONG_KEYFRAME_SECONDS = 4.0
_HIGH_BITRATE = 12_000_000
_STALLED_SECONDS = 2.0
_JUMP_MEMORY_SECONDS = 60.0
_NO_AUDIO_SECONDS = 3.0
_VARIABLE_RATIO = 1.6
_MAX_FRAMES = 1000


class HealthMeter:
    """Fed by the ingest with the steady clock in seconds; media times are ms."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._heard = now
        self._frames: deque[tuple[float, int, int]] = deque(maxlen=_MAX_FRAMES)
        """Arrival, media time, bytes."""
        self._packets: deque[tuple[float, int]] = deque(maxlen=_MAX_FRAMES)
        self._keys: deque[int] = deque(maxlen=4)
        self._newest = 0
        self._jumped: float | None = None
        self._reordered = 0
        self._unsupported: dict[str, str] = {}
        self._unreadable: set[str] = set()
        self._video: VideoConfig | None = None
        self._audio: AudioConfig | None = None

    def configure(self, video: VideoConfig | None, audio: AudioConfig | None) -> None:
        self._video, self._audio = video, audio

    def heard(self, now: float) -> None:
        """Something came that cannot be used."""
        self._heard = now

    def frame(self, now: float, time: int, composition: int, key: bool, size: int) -> None:
        self._heard = now
        self._newest = time
        self._frames.append((now, time, size))
        if key:
            self._keys.append(time)
        # An encoder without B-frames has one composition offset for all frames, mostly 0.
        if composition != 0:
            self._reordered = min(self._reordered + 2, 100)
        elif self._reordered:
            self._reordered -= 1

    def packet(self, now: float, size: int) -> None:
        self._heard = now
        self._packets.append((now, size))

    def jumped(self, now: float) -> None:
        self._jumped = now

    def unsupported(self, kind: str, codec: str) -> None:
        """`kind` is `video` or `audio`."""
        self._unsupported[kind] = codec

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
        span = self._frames[-1][1] - self._frames[0][1]
        return round((len(self._frames) - 1) * 1000 / span, 2) if span > 0 else None

    def as_json(self, now: float) -> dict[str, Any]:
        self._forget(now)
        return {
            "video": self._video_json(),
            "audio": self._audio_json(),
            "warnings": self._warnings(now),
        }

    def _video_json(self) -> dict[str, Any] | None:
        config = self._video
        if config is None:
            return None
        return {
            "codec": "h264",
            "profile": config.profile,
            "level": config.level,
            "width": config.width,
            "height": config.height,
            "fps": self.frame_rate or 0.0,
            "bitrate": _bitrate([(at, size) for at, _, size in self._frames]),
            "keyframe_interval": round(self._keyframe_seconds(), 2)
            if len(self._keys) > 1
            else None,
        }

    def _audio_json(self) -> dict[str, Any] | None:
        config = self._audio
        if config is None:
            return None
        return {
            "codec": "aac",
            "rate": config.output_rate,
            "channels": config.channels,
            "bitrate": _bitrate(list(self._packets)),
        }

    def _warnings(self, now: float) -> list[dict[str, Any]]:
        rate = _bitrate([(at, size) for at, _, size in self._frames])
        silent, long_keys = round(now - self._heard), self._keyframe_seconds()
        conditions: list[tuple[bool, str, dict[str, Any]]] = [
            *(
                (True, f"{kind}_codec_unsupported", {"codec": codec})
                for kind, codec in self._unsupported.items()
            ),
            *(
                (True, f"{kind}_configuration_unreadable", {})
                for kind in ("video", "audio")
                if kind in self._unreadable
            ),
            (self._is_mute(now), "no_audio", {}),
            (
                self._video is not None and long_keys > _LONG_KEYFRAME_SECONDS,
                "keyframe_interval_long",
                {"seconds": round(long_keys)},
            ),
            (self._reordered > 10, "b_frames", {}),
            (self._varies(), "variable_frame_rate", {}),
            (
                self._jumped is not None and now - self._jumped < _JUMP_MEMORY_SECONDS,
                "timestamps_jumped",
                {},
            ),
            (now - self._heard > _STALLED_SECONDS, "stalled", {"seconds": silent}),
            (rate > _HIGH_BITRATE, "bitrate_high", {"bitrate": rate}),
        ]
        return [{"code": code, "params": params} for holds, code, params in conditions if holds]

    def _is_mute(self, now: float) -> bool:
        """Whether no sound comes. Sound that comes and cannot be used has warnings of its own."""
        return (
            "audio" not in self._unsupported
            and "audio" not in self._unreadable
            and not self._packets
            and now - self._began > _NO_AUDIO_SECONDS
        )

    def _keyframe_seconds(self) -> float:
        """The longest of the last distances between key frames, the one under way included."""
        times = [*self._keys, self._newest]
        return max((later - earlier for earlier, later in pairwise(times)), default=0) / 1000

    def _varies(self) -> bool:
        """Whether frames differ in length by more than rounding does: the spread between the longer
        and the shorter ones.
        """
        times = [time for _, time, _ in self._frames]
        gaps = sorted(later - earlier for earlier, later in pairwise(times))
        if len(gaps) < 10:
            return False
        low, high = gaps[len(gaps) // 10], gaps[-1 - len(gaps) // 10]
        return high > low * _VARIABLE_RATIO and high - low > 4

    def _forget(self, now: float) -> None:
        while self._frames and now - self._frames[0][0] > _SPAN_SECONDS:
            self._frames.popleft()
        while self._packets and now - self._packets[0][0] > _SPAN_SECONDS:
            self._packets.popleft()


def _bitrate(arrivals: list[tuple[float, int]]) -> int:
    """Bits per second over the remembered arrivals, rounded to 1,000."""
    if len(arrivals) < 2 or arrivals[-1][0] <= arrivals[0][0]:
        return 0
    bits = 8 * sum(size for _, size in arrivals[1:])
    return round(bits / (arrivals[-1][0] - arrivals[0][0]) / 1000) * 1000
