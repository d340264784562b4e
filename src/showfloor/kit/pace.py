"""How often something may happen within a time of its own, counted in this process, by what a
caller cannot make up. For minutes, `kit.minutes` is enough.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable
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
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and times[0] <= now - limit.seconds:
            times.popleft()
        if len(times) >= limit.most:
            return max(1, ceil(times[0] + limit.seconds - now))
        times.append(now)
        if len(self._times) > MOST_REMEMBERED:
            self._times.popitem(last=False)
        return 0
