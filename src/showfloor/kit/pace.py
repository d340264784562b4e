"""How often something may happen within a time of its own, counted in this process, by what a
caller cannot make up. For minutes, `kit.minutes` is enough.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import ceil

MOST_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` within `seconds`."""

    most: int
    seconds: float


class Pace:
    """Bounded: who was quiet longest is forgotten first."""

    def __init__(self) -> None:
        self._times: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def wait(self, key: Hashable, limit: Limit, now: float) -> int:
        """Whole seconds until one more is allowed; 0 when it is now, and then it is counted."""
        return self.wait_for_all({key: limit}, now)

    def wait_for_all(self, limits: Mapping[Hashable, Limit], now: float) -> int:
        """The same for several keys at once: it is counted for all of them or for none."""
        seconds = max((self._left(key, limit, now) for key, limit in limits.items()), default=0)
        if not seconds:
            for key in limits:
                self._times.setdefault(key, deque()).append(now)
        while len(self._times) > MOST_REMEMBERED:
            self._times.popitem(last=False)
        return seconds

    def _left(self, key: Hashable, limit: Limit, now: float) -> int:
        """Seconds; what is too old to count is forgotten. Who was never counted gets no entry."""
        if (times := self._times.get(key)) is None:
            return 0
        self._times.move_to_end(key)
        # The age, never "now + limit - now": that is a little more than the limit for some clocks.
        while times and now - times[0] >= limit.seconds:
            times.popleft()
        return ceil(limit.seconds - (now - times[0])) if len(times) >= limit.most else 0
