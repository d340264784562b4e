"""RTP packets of one track, in the order of the network, to whole frames in the camera's order (RFC
3550 §5.1). Pure: driven by the clock that it is given.

aiortc's own buffer hands a picture on when the next one begins, and waits for a lost packet until
512 others have come, which are ten seconds of a slow camera.
"""

from __future__ import annotations

from typing import NamedTuple

_MOST_AHEAD = 2_048
"""Packets; further ahead the camera has started again."""
_LARGEST_FRAME = 8 << 20
_CIRCLE = 1 << 16
_HALF = _CIRCLE // 2


class Fragment(NamedTuple):
    """One RTP packet's payload without its framing. `ends`: the marker bit."""

    timestamp: int
    ends: bool
    data: bytes


class Frame(NamedTuple):
    """`timestamp` is RTP's, 32 bits. `after_loss`: something between the frame before and this one
    is missing.
    """

    timestamp: int
    data: bytes
    after_loss: bool


class FrameAssembler:
    """`patience` is how many seconds a missing packet may still come; `pieces`: frames have several
    packets.
    """

    def __init__(self, *, patience: float, pieces: bool) -> None:
        self.lost = 0
        """Packets that never came in time."""
        self._patience = patience
        self._pieces = pieces
        self._next: int | None = None
        self._waiting: dict[int, Fragment] = {}
        self._since: float | None = None
        """When the gap was first seen that is waited for."""
        self._open: list[Fragment] = []
        self._size = 0
        self._missed = False
        self._damaged: int | None = None
        """The timestamp of a frame whose beginning may be missing."""

    def add(self, sequence: int, fragment: Fragment, now: float) -> list[Frame]:
        """The frames that are whole now; `now` in seconds on a steady clock."""
        if self._next is None:
            self._next = sequence
        place = self._next + (sequence - self._next + _HALF) % _CIRCLE - _HALF
        if abs(place - self._next) > _MOST_AHEAD:
            self._start_again(place)
        elif place < self._next or place in self._waiting:
            return []
        self._waiting[place] = fragment
        frames = self._take()
        if not self._waiting:
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since > self._patience:
            self._skip(now)
            frames += self._take()
        return frames

    def _take(self) -> list[Frame]:
        frames: list[Frame] = []
        assert self._next is not None
        while (fragment := self._waiting.pop(self._next, None)) is not None:
            self._next += 1
            self._since = None
            if not self._pieces:
                frames.append(self._frame(fragment.timestamp, fragment.data))
                continue
            if self._open and self._open[0].timestamp != fragment.timestamp:
                frames += self._close()
            self._append(fragment)
            if fragment.ends:
                frames += self._close()
        return frames

    def _append(self, fragment: Fragment) -> None:
        self._size += len(fragment.data)
        if self._size > _LARGEST_FRAME:
            self._damage(fragment.timestamp)
        self._open.append(fragment)

    def _close(self) -> list[Frame]:
        pieces, self._open, self._size = self._open, [], 0
        timestamp, damaged = pieces[0].timestamp, self._damaged
        self._damaged = None
        if timestamp == damaged:
            self._missed = True
            return []
        return [self._frame(timestamp, b"".join([piece.data for piece in pieces]))]

    def _frame(self, timestamp: int, data: bytes) -> Frame:
        missed, self._missed = self._missed, False
        return Frame(timestamp, data, missed)

    def _skip(self, now: float) -> None:
        """Go on behind the gap. Whether the next frame's first packet was in it is not known."""
        assert self._next is not None
        following = min(self._waiting)
        self.lost += following - self._next
        self._next = following
        self._since = None
        self._damage(self._waiting[following].timestamp)

    def _damage(self, timestamp: int) -> None:
        self._open, self._size = [], 0
        self._missed = True
        if self._pieces:
            self._damaged = timestamp

    def _start_again(self, place: int) -> None:
        self._waiting.clear()
        self._next = place
        self._since = None
        self._open, self._size = [], 0
        self._missed = True
