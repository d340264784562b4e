"""The cues that one show carries now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from showfloor.streaming.hls.cues import Cue, text_of

_UNCONFIRMED_SECONDS = 3.0
"""How long a cue stamped here may be missing in what web is asked for: web commits after we have
answered.
"""
_MAX_CUES = 200


class CueSet:
    """The cues of one show. Web's answer is the truth; what was stamped or ended here a moment ago
    survives a stale answer.
    """

    def __init__(self) -> None:
        self._cues: dict[str, Cue] = {}
        self._touched: dict[str, float] = {}

    def __iter__(self) -> Iterator[Cue]:
        return iter(self._cues.values())

    def get(self, identifier: str) -> Cue | None:
        return self._cues.get(identifier)

    def put(self, cue: Cue, now: float) -> None:
        """`now` is seconds on the steady clock."""
        if len(self._cues) >= _MAX_CUES:
            del self._cues[next(iter(self._cues))]
        self._cues[cue.id] = cue
        self._touched[cue.id] = now

    def end(self, identifier: str, at: float, now: float) -> Cue | None:
        """End an open cue at epoch ms `at`, never before its start. An ended cue keeps its end.

        None when there is no such cue.
        """
        cue = self._cues.get(identifier)
        if cue is None or cue.end is not None:
            return cue
        ended = replace(cue, end=max(text_of(at), cue.start))
        self.put(ended, now)
        return ended

    def replace(self, confirmed: Iterable[Cue], asked: float) -> bool:
        """Become what web says, which was asked at `asked` on the steady clock.

        True when that changed anything.
        """
        fresh = {key for key, at in self._touched.items() if asked - at < _UNCONFIRMED_SECONDS}
        wanted = {cue.id: cue for cue in confirmed}
        for key in fresh & self._cues.keys():
            wanted[key] = self._cues[key]
        self._touched = {key: at for key, at in self._touched.items() if key in fresh}
        changed = wanted != self._cues
        self._cues = wanted
        return changed
