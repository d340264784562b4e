"""From the publisher's clock, which wraps and jumps, to media time, which only goes forward."""

from __future__ import annotations

_WRAP = 1 << 32
_HALF = 1 << 31
_BACK_MS = 250
"""Encoders step back by a few ms (QSV, NVENC); more than this is a jump."""
_AHEAD_MS = 5_000
"""Further ahead than this, and than real time explains, is a jump."""
_LATE_START_MS = 5_000
_LONGEST_GAP_MS = 60_000


class Timeline:
    """Media time in milliseconds for all tracks of one publisher; 0 is the first message.

    Each track goes forward by at least 1 ms a message. A jump of the publisher's clock becomes the
    time that really passed. Tracks jump one after the other, so the time before a jump stays valid
    beside the time after it.
    """

    def __init__(self) -> None:
        self.jumps = 0
        self._unwrapped: int | None = None
        self._shifts: tuple[int, ...] = ()
        self._last: dict[int, int] = {}
        self._arrived: dict[int, float] = {}
        self._interval: dict[int, int] = {}
        self._newest = 0

    def place(self, track: int, raw: int, arrival: float) -> int:
        """Media time of a message with the 32-bit timestamp `raw` that came at `arrival` (ms on any
        steady clock).
        """
        unwrapped = self._unwrap(raw)
        waited = min(max(arrival - self._arrived.get(track, arrival), 0.0), _LONGEST_GAP_MS)
        time = self._match(track, unwrapped, waited)
        if time is None:
            self.jumps += 1
            time = self._last.get(track, self._newest) + max(
                self._interval.get(track, 1), int(waited)
            )
            self._shifts = (time - unwrapped, *self._shifts[:1])
        last = self._last.get(track)
        if last is not None:
            time = max(time, last + 1)
            self._interval[track] = min(time - last, 1000)
        self._last[track] = time
        self._arrived[track] = arrival
        self._newest = max(self._newest, time)
        return time

    def _unwrap(self, raw: int) -> int:
        """The timestamp on an endless axis: the way round the 32-bit circle that is shorter."""
        if self._unwrapped is None:
            self._unwrapped = raw
            self._shifts = (-raw,)
            return raw
        self._unwrapped += (raw - self._unwrapped + _HALF) % _WRAP - _HALF
        return self._unwrapped

    def _match(self, track: int, unwrapped: int, waited: float) -> int | None:
        """The time under the newest shift that makes sense, None when none does."""
        earliest = (
            self._last[track] - _BACK_MS if track in self._last else self._newest - _LATE_START_MS
        )
        latest = self._newest + _AHEAD_MS + waited
        for shift in self._shifts:
            if earliest <= unwrapped + shift <= latest:
                return unwrapped + shift
        return None
