"""The show clock: which moment of the world a media time belongs to (EXT-X-PROGRAM-DATE-TIME).

A publisher's first second arrives in a burst, so the first packet's arrival says nothing (measured:
580 ms wrong). The anchor listens first, takes the least `arrival - media time`, and then never
jumps again: players place cues by it.
"""

from __future__ import annotations

from collections import deque

_SLEW_MS = 0.5
"""Greatest correction a segment: 250 ppm at 2 s segments, more than any crystal is off."""
_REMEMBERED_SEGMENTS = 30


class Anchor:
    """Maps one publisher's media time to epoch milliseconds.

    `published_until` is the end of what the show has already published, in epoch milliseconds.
    """

    def __init__(self, published_until: float) -> None:
        self._published_until = published_until
        self._offset: float | None = None
        self._least = float("inf")
        self._minima: deque[float] = deque(maxlen=_REMEMBERED_SEGMENTS)

    def observe(self, media: int, arrival: float) -> None:
        """A packet of media time `media` came at `arrival` (epoch ms on a steady clock)."""
        difference = arrival - media
        if difference < self._least:
            self._least = difference

    def freeze(self, first: int) -> None:
        """Fix the clock; `first` is the media time that will be published first."""
        self._offset = max(self._least, self._published_until - first)
        self._next_period()

    def next_segment(self) -> None:
        """Follow the publisher's crystal: at most half a millisecond a segment towards the least
        delay of the last minute.
        """
        assert self._offset is not None
        self._next_period()
        error = min(self._minima) - self._offset
        self._offset += max(-_SLEW_MS, min(_SLEW_MS, error))

    def at(self, media: int) -> float:
        """Epoch milliseconds of a media time. Before `freeze` it is the best guess so far."""
        if self._offset is None:
            return max(self._least + media, self._published_until)
        return self._offset + media

    def _next_period(self) -> None:
        if self._least != float("inf"):
            self._minima.append(self._least)
        self._least = float("inf")
