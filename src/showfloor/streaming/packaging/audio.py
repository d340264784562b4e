"""The sound of a show between two cuts: packets on their own sample clock."""

from __future__ import annotations

from typing import NamedTuple

from showfloor.streaming.codecs.aac import AudioConfig, silence
from showfloor.streaming.packaging import cmaf

_JUMP_MS = 100
"""A packet further off than this is a hole or a repetition, not jitter."""
_DRIFT_MS = 20
_SMOOTHING = 1 / 64
_MAX_PACKETS = 2_000


class Packet(NamedTuple):
    """One raw AAC frame at a media time in ms."""

    time: int
    data: memoryview


class AudioLane:
    """Collects packets until a part takes them. RTMP rounds to milliseconds; samples are counted,
    so that the sound has no seams. Beside a picture it is filled with silence where none came:
    players show a picture only where they have its sound.
    """

    def __init__(self, config: AudioConfig, origin: int) -> None:
        self.config = config
        self._origin = origin
        self._next: int | None = None
        """Tick at which the next packet starts, counted from media time `origin`."""
        self._drift = 0.0
        self._silence = memoryview(silence(config))
        self._clear()

    @property
    def end(self) -> int:
        """Media time in ms up to which sound has come."""
        return self._origin + round((self._next or 0) * 1000 / self.config.rate)

    def add(self, packet: Packet, *, bridge: bool = False) -> None:
        """Packets from before the origin, repeated ones and a flood are dropped. With `bridge` a
        hole before this one is filled with silence.
        """
        wanted = self._tick(packet.time)
        if self._next is None:
            if wanted < -self.config.frame // 2:
                return
            self._next = max(wanted, 0)
        elif not self._align(wanted, bridge=bridge):
            return
        if len(self._payloads) >= _MAX_PACKETS:
            self._clear()
        self._put(packet.data)

    def fill(self, until: int) -> None:
        """Put silence where no packet came before media time `until`, in ms."""
        tick = self._tick(until)
        if self._next is None and tick > 0:
            self._next = 0
        self._bridge(tick)

    def skip(self, until: int) -> None:
        """Leave a hole up to media time `until`, in ms, where no packet came."""
        if self._next is not None and not self._payloads:
            self._next = max(self._next, self._tick(until))

    def _tick(self, time: int) -> int:
        """Media time in ms as ticks from the origin."""
        return round((time - self._origin) * self.config.rate / 1000)

    def _bridge(self, until: int) -> None:
        while self._next is not None and self._next + self.config.frame <= until:
            self._put(self._silence)

    def _put(self, payload: memoryview) -> None:
        assert self._next is not None
        if not self._payloads:
            self._start = self._next
        self._durations.append(self.config.frame)
        self._payloads.append(payload)
        self._next += self.config.frame

    def take(self) -> cmaf.Run | None:
        """What was collected, as samples of the audio track."""
        if not self._payloads:
            return None
        samples = [
            cmaf.sample(duration, len(payload), cmaf.SYNC, 0)
            for duration, payload in zip(self._durations, self._payloads, strict=True)
        ]
        shift = round(self._origin * self.config.rate / 1000)
        run = cmaf.Run(cmaf.AUDIO_TRACK, shift + self._start, samples, self._payloads)
        self._clear()
        return run

    def _align(self, wanted: int, *, bridge: bool) -> bool:
        """Follow the publisher's clock: jitter is ignored, slow drift corrected in small steps, a
        hole filled or left open. False: drop it.
        """
        assert self._next is not None
        error = wanted - self._next
        if abs(error) * 1000 > _JUMP_MS * self.config.rate:
            if error < 0:
                return False
            if bridge:
                self._bridge(wanted)
            self._move(wanted - self._next)
            return True
        self._drift += (error - self._drift) * _SMOOTHING
        if abs(self._drift) * 1000 > _DRIFT_MS * self.config.rate:
            self._move(round(self._drift))
        return True

    def _move(self, ticks: int) -> None:
        """Shift what comes next; the last packet still here takes up the difference, so that decode
        times add up.
        """
        assert self._next is not None
        self._drift = 0.0
        if self._durations and self._durations[-1] + ticks > 0:
            self._durations[-1] += ticks
        elif self._durations:
            return
        self._next += ticks

    def _clear(self) -> None:
        self._start = 0
        self._durations: list[int] = []
        self._payloads: list[memoryview] = []
