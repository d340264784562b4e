"""Which cues a playlist can carry."""

from __future__ import annotations

from dataclasses import replace

from showfloor.kit import clock
from showfloor.kit.contract import CarriedCue


class CueError(ValueError):
    """Not a cue that a playlist can carry."""


def check(cue: CarriedCue) -> CarriedCue:
    """The cue with its times as this server writes them; raises CueError.

    Ids and kinds stand unescaped in playlists, so they are plain words.
    """
    if not _is_word(cue.id) or not _is_word(cue.kind):
        raise CueError("ids and kinds are words")
    try:
        start = clock.rfc3339(clock.parse_rfc3339(cue.start))
        end = None if cue.end is None else clock.rfc3339(clock.parse_rfc3339(cue.end))
    except ValueError:
        raise CueError("a moment is RFC 3339") from None
    return replace(cue, start=start, end=end)


def _is_word(value: str) -> bool:
    return 0 < len(value) <= 100 and value.replace("_", "").replace("-", "").isalnum()
