"""From the publisher's clock, which wraps, jumps and stumbles, to media time, which only goes
forward.
"""

from __future__ import annotations

from dataclasses import dataclass

_WRAP = 1 << 32
_HALF = 1 << 31
_ORIGIN_MS = 5_000
"""Media time of the first message: a track that began before it has a positive time, too."""
_BACK_MS = 250
"""Encoders step back by a few ms (QSV, NVENC); more than this is a jump or a stray stamp."""
_STEP_MS = 100
"""Forward steps up to this, or to some frames, need no confirmation."""
_STEP_FRAMES = 4
_GAP_MS = 5_000
"""A confirmed step further ahead than this, and than real time explains, is a jump."""
_LONGEST_WAIT_MS = 60_000
_FROZEN_MESSAGES = 8
_FROZEN_MS = 500
_OVERTAKEN_MS = 1_000
_SHIFTS = 4


@dataclass(slots=True)
class _Suspect:
    """A stamp that does not continue its track's clock, and the time that it was given."""

    stamp: int
    time: int


@dataclass(slots=True)
class _Track:
    """`line` is the newest stamp that continued the publisher's clock, `last` the newest media
    time given out.
    """

    shift: int
    line: int
    line_arrival: float
    last: int
    arrival: float
    interval: int = _STEP_MS // 3
    suspect: _Suspect | None = None
    unconfirmed: int = 0
    """Messages since `line`."""
    still: int = 0
    """Messages without progress of the stamps."""
    still_since: float = 0.0
    frozen: bool = False
    is_calm: bool = True
    """No suspect, not standing still."""


class Timeline:
    """Media time in milliseconds for all tracks of one publisher; the first message is at 5 s.

    Each track goes forward by at least 1 ms a message. A stamp that does not continue the clock of
    its track is placed right after the one before; only when the next one confirms it has the clock
    moved. A confirmed step ahead is a gap, any other movement a jump, which becomes the time that
    really passed. Tracks jump one after the other, so movements that one track confirmed hold for
    the others at once. Where stamps stand still while messages arrive, arrival gives the time.
    """

    def __init__(self) -> None:
        self.jumps = 0
        """Movements of the publisher's clock."""
        self.strays = 0
        """Stamps off the clock that nothing confirmed."""
        self.frozen = False
        """Whether the stamps of a track stand still."""
        self._unwrapped: int | None = None
        self._shifts: tuple[int, ...] = ()
        self._tracks: dict[int, _Track] = {}
        self._newest = _ORIGIN_MS
        self._lead = 0.0
        """Media time less arrival, when stamps last made progress."""

    def place(self, track: int, raw: int, arrival: float) -> int:
        """Media time of a message with the 32-bit timestamp `raw` that came at `arrival` (ms on any
        steady clock).
        """
        stamp = self._unwrap(raw)
        known = self._tracks.get(track)
        if known is None:
            known = self._begin(stamp, arrival)
            self._tracks[track] = known
            time = known.last
        else:
            time = stamp + known.shift
            if known.is_calm and 0 < stamp - known.line <= _STEP_MS and time > known.last:
                # What nearly every message does: the same as `_next`, without its questions.
                known.line, known.line_arrival = stamp, arrival
            else:
                time = max(self._next(known, stamp, arrival), known.last + 1)
                known.is_calm = not (known.suspect or known.still or known.frozen)
            known.interval = min(time - known.last, 1000)
        known.last = time
        known.arrival = arrival
        if time > self._newest:
            self._newest = time
        if not known.still:
            self._lead = self._newest - arrival
        return time

    def _unwrap(self, raw: int) -> int:
        """The timestamp on an endless axis: the way round the 32-bit circle that is shorter."""
        if self._unwrapped is None:
            self._unwrapped = raw
            self._shifts = (_ORIGIN_MS - raw,)
            return raw
        self._unwrapped += (raw - self._unwrapped + _HALF) % _WRAP - _HALF
        return self._unwrapped

    def _begin(self, stamp: int, arrival: float) -> _Track:
        """The first message of a track: up to five seconds before or after the newest media."""
        for shift in self._shifts:
            if abs(stamp + shift - self._newest) <= _GAP_MS:
                return _Track(shift, stamp, arrival, stamp + shift, arrival)
        self.jumps += 1
        self._remember(self._newest - stamp)
        return _Track(self._newest - stamp, stamp, arrival, self._newest, arrival)

    def _next(self, track: _Track, stamp: int, arrival: float) -> int:
        """The time of a further message.

        A step that real time or the other tracks explain is believed before it is confirmed; a
        return to the clock before it is no movement.
        """
        most = max(_STEP_MS, _STEP_FRAMES * track.interval)
        before, passed = track.suspect, track.interval * track.unconfirmed
        if -_BACK_MS <= stamp - track.line <= most + passed:
            if before is not None and not 0 < stamp - before.stamp <= most:
                self.strays += 1
            return self._go_on(track, stamp, arrival)
        waited, last_waited = (
            _between(since, arrival) for since in (track.line_arrival, track.arrival)
        )
        for shift in self._shifts:
            ahead = stamp + shift - track.last
            if shift != track.shift and -_BACK_MS <= ahead <= most + waited:
                return self._move(track, shift, stamp, arrival)
        if before is not None:
            # A slow camera's steps are long, and alike.
            alike = min(1.5 * abs(before.stamp - track.line), _GAP_MS)
            if -_BACK_MS <= stamp - before.stamp <= max(most, alike) + last_waited:
                return self._confirm(track, before, stamp, arrival, waited)
            self.strays += 1
        time = stamp + track.shift
        explained = max(track.last + waited, self._newest) + most
        if not track.last < time <= explained:
            time = track.last + max(track.interval, int(last_waited))
        track.suspect = _Suspect(stamp, time)
        track.unconfirmed += 1
        return time

    def _go_on(self, track: _Track, stamp: int, arrival: float) -> int:
        """The stamp continues the clock of its track."""
        track.suspect, track.unconfirmed = None, 0
        if stamp <= track.line:
            return self._stand_still(track, stamp, arrival)
        track.still = 0
        track.line, track.line_arrival = stamp, arrival
        time = stamp + track.shift
        if track.frozen or time < track.last - _OVERTAKEN_MS:
            # Time went on by arrival; the stamps continue from there.
            self._freeze(track, False)
            return self._move(track, track.last + track.interval - stamp, stamp, arrival)
        return time

    def _stand_still(self, track: _Track, stamp: int, arrival: float) -> int:
        if not track.still:
            track.still_since = arrival
        track.still += 1
        if track.still >= _FROZEN_MESSAGES and arrival - track.still_since >= _FROZEN_MS:
            self._freeze(track, True)
            track.line_arrival = arrival
            return round(arrival + self._lead)
        return stamp + track.shift

    def _freeze(self, track: _Track, frozen: bool) -> None:
        track.frozen = frozen
        self.frozen = any(known.frozen for known in self._tracks.values())

    def _confirm(
        self, track: _Track, before: _Suspect, stamp: int, arrival: float, waited: float
    ) -> int:
        """Two stamps in a row agree that the clock has moved."""
        time = stamp + track.shift
        if time - track.last > 0 and time <= self._newest + _GAP_MS + waited:
            return self._move(track, track.shift, stamp, arrival)
        self.jumps += 1
        return self._move(track, before.time - before.stamp, stamp, arrival)

    def _move(self, track: _Track, shift: int, stamp: int, arrival: float) -> int:
        track.shift, track.suspect, track.unconfirmed = shift, None, 0
        track.line, track.line_arrival = stamp, arrival
        track.still = 0
        self._remember(shift)
        return stamp + shift

    def _remember(self, shift: int) -> None:
        if shift not in self._shifts:
            self._shifts = (shift, *self._shifts[: _SHIFTS - 1])


def _between(earlier: float, later: float) -> float:
    return min(max(later - earlier, 0.0), _LONGEST_WAIT_MS)
