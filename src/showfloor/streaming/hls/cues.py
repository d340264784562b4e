"""Cues on a show's clock, as they travel in the stream (EXT-X-DATERANGE, RFC 8216bis §4.4.5.1)."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

from showfloor.kit import clock
from showfloor.kit.contract import CarriedCue, to_json


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
    except (ValueError, OverflowError):
        raise CueError("a moment is RFC 3339") from None
    return replace(cue, start=start, end=end)


def date_range(cue: CarriedCue) -> str:
    """The playlist line. X-CUE keeps `end: null`: an attribute of one ID must never change, or
    players drop the update.
    """
    body = base64.b64encode(to_json(replace(cue, end=None))).decode()
    end = f',END-DATE="{cue.end}"' if cue.end is not None else ""
    return (
        f'#EXT-X-DATERANGE:ID="{cue.id}",CLASS="showfloor.{cue.kind}"'
        f',START-DATE="{cue.start}"{end},X-CUE="{body}"'
    )


def text_of(at: float) -> str:
    """Epoch ms as RFC 3339 with milliseconds."""
    return clock.rfc3339(datetime.fromtimestamp(round(at) / 1000, UTC))


def _is_word(value: str) -> bool:
    return 0 < len(value) <= 100 and value.replace("_", "").replace("-", "").isalnum()
