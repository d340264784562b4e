"""How well a camera's packets arrive, second by second. Pure."""

from __future__ import annotations

from collections import deque

from showfloor.kit.publishing import LONGEST_JITTER_MS, Network
from showfloor.rtc.inside import Received

_SECONDS = 5


class NetworkMeter:
    """Loss over the last seconds, before retransmission; `rate` is ticks a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._past: deque[Received] = deque(maxlen=_SECONDS + 1)

    def read(self, counts: Received) -> Network:
        """Once a second."""
        self._past.append(counts)
        first = self._past[0]
        expected = counts.expected - first.expected
        lost = expected - (counts.received - first.received)
        share = max(0.0, lost / expected) if expected > 0 else 0.0
        jitter = round(counts.jitter * 1000 / self._rate)
        return Network(round(min(share, 1.0), 4), max(0, min(jitter, LONGEST_JITTER_MS)))
