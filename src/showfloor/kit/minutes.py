"""How often something happened in this minute, counted in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from math import ceil, inf

from showfloor.kit import clock

_MINUTE = 60.0


class PerMinute:
    """At most `most` hits of each key in a minute, the same minute for all keys.

    No timer ends it: the first hit afterwards forgets everything that was counted before. (The
    memory storage of the library `limits` starts threads for that, a twelfth of a purchase.)
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._began = -inf
        self._hits = Counter[Hashable]()

    def hit(self, key: Hashable) -> bool:
        """Whether this one is still allowed."""
        now = clock.monotonic()
        if now - self._began >= _MINUTE:
            self._began = now
            self._hits.clear()
        self._hits[key] += 1
        return self._hits[key] <= self.most

    def left(self, key: Hashable) -> int:
        if clock.monotonic() - self._began >= _MINUTE:
            return self.most
        return max(0, self.most - self._hits[key])

    def seconds(self) -> int:
        """Until the next minute."""
        return ceil(max(0.0, _MINUTE - (clock.monotonic() - self._began)))
