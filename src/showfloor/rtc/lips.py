"""Picture and sound of one camera on one clock.

Each RTP track counts from a number of its own (RFC 3550 §5.1). At first the packet that was least
delayed tells where a track's zero is; the sender reports of both tracks then say exactly how they
belong together (§6.4.1).
"""

from __future__ import annotations

_MICRO = 1_000_000
_LISTEN_US = 1_000_000
_WINDOW_US = 5_000_000
_SLEW_US = 2_000
"""Two crystals drift apart by less than this in five seconds; a step that nobody hears."""
_BELIEVABLE_US = 1_000_000
"""Reports that move the sound by more than this are of a camera without a clock."""
_CIRCLE = 1 << 32
_HALF = _CIRCLE // 2


class TrackClock:
    """`rate` is ticks a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._newest: int | None = None
        self._offset: float | None = None
        self._least = float("inf")
        self._since = 0.0
        self._listens = True
        self._reported: float | None = None
        """Sender's time less media time, microseconds."""
        self.led = False
        """Another track says where this one belongs; arrival no longer does."""

    def stamp(self, timestamp: int, now: float) -> int:
        """Microseconds on our clock for a frame with RTP's `timestamp` that came at `now`."""
        media = self._media(timestamp)
        delay = now - media
        self._least = min(self._least, delay)
        if self._offset is None:
            self._offset, self._since = delay, now
        if not self.led:
            self._follow(now)
        return round(media + self._offset)

    def report(self, timestamp: int, sent_at: float) -> None:
        """A sender report: `timestamp` was `sent_at` (microseconds of the sender's clock)."""
        if self._newest is not None:
            self._reported = sent_at - self._media(timestamp, moves=False)

    @property
    def lead(self) -> float | None:
        """Our time less the sender's, as this track has it; None before a report."""
        if self._reported is None or self._offset is None:
            return None
        return self._offset - self._reported

    def be_led(self, lead: float) -> None:
        """Go by another track of the same sender, whose `lead` this is."""
        if self._reported is None or self._offset is None:
            return
        exact = self._reported + lead
        if not self.led:
            if abs(exact - self._offset) > _BELIEVABLE_US:
                return
            self.led = True
            self._offset = exact
        self._offset += max(-_SLEW_US, min(_SLEW_US, exact - self._offset))

    def _follow(self, now: float) -> None:
        assert self._offset is not None
        if self._listens:
            self._offset = min(self._offset, self._least)
            self._listens = now - self._since < _LISTEN_US
        elif now - self._since > _WINDOW_US:
            self._offset += max(-_SLEW_US, min(_SLEW_US, self._least - self._offset))
            self._least, self._since = float("inf"), now

    def _media(self, timestamp: int, *, moves: bool = True) -> float:
        """Microseconds of the track's own clock, on an endless axis."""
        if self._newest is None:
            self._newest = timestamp
        place = self._newest + (timestamp - self._newest + _HALF) % _CIRCLE - _HALF
        if moves:
            self._newest = place
        return place * _MICRO / self._rate


def ntp_micros(ntp: int) -> float:
    """A 64-bit NTP timestamp (RFC 5905 §6) in microseconds."""
    return ntp * _MICRO / (1 << 32)
