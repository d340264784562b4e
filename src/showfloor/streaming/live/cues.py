"""The cues that one show carries now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from showfloor.kit.contract import CarriedCue

_MAX_CUES = 200


class CueSet:
    """The cues of one show. Web commits a cue before it sends it here, so what web sent since it
    was asked is newer than its answer.
    """

    def __init__(self) -> None:
        self._cues: dict[str, CarriedCue] = {}
        self._touched: dict[str, float] = {}

    def __iter__(self) -> Iterator[CarriedCue]:
        return iter(self._cues.values())

    def add(self, cues: Iterable[CarriedCue], now: float) -> bool:
        """Add what is new and end what has an end now; an ended cue keeps its end, never before its
        start. `now` is seconds on the steady clock. True when that changed anything.
        """
        before = dict(self._cues)
        for cue in cues:
            self._touched[cue.id] = now
            self._cues[cue.id] = _ended(self._cues.get(cue.id, cue), cue.end)
        while len(self._cues) > _MAX_CUES:
            del self._cues[next(iter(self._cues))]
        return self._cues != before

    def replace(self, carried: Iterable[CarriedCue], requested_at: float) -> bool:
        """Take the cues of web's answer to the request made at `requested_at` on the steady clock,
        and keep those that web sent since. True when that changed anything.
        """
        fresh = {key for key, at in self._touched.items() if at >= requested_at}
        wanted = {cue.id: cue for cue in carried}
        for key in fresh & self._cues.keys():
            wanted[key] = self._cues[key]
        self._touched = {key: at for key, at in self._touched.items() if key in fresh}
        changed = wanted != self._cues
        self._cues = wanted
        return changed


def _ended(cue: CarriedCue, end: str | None) -> CarriedCue:
    """RFC 3339 in UTC with milliseconds sorts as text does."""
    if cue.end is not None or end is None:
        return cue
    return replace(cue, end=max(end, cue.start))
