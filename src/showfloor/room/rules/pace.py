"""How fast one client may write. Counted in the process, by what a caller cannot make up."""

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


AUTHOR = Limit(6, 10.0)
"""Messages of one writer."""
NETWORK = Limit(600, 10.0)
"""Messages of one network, which may be a whole office or a mobile operator's."""
NEWCOMERS = Limit(60, 60.0)
"""New guests of one network: a name is easily made up, so that is what a new one costs."""


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
