"""Cues on a show's clock, as they travel in the stream (EXT-X-DATERANGE, RFC 8216bis §4.4.5.1)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from showfloor.kit import clock


class CueError(ValueError):
    """Not a cue."""


@dataclass(frozen=True, slots=True)
class Cue:
    """An interval `[start, end)` of the show clock.

    `start` and `end` are RFC 3339 with milliseconds.
    """

    id: str
    kind: str
    start: str
    end: str | None
    payload: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "payload": dict(self.payload),
        }

    def date_range(self) -> str:
        """The playlist line. X-CUE keeps `end: null`: an attribute of one ID must never change, or
        players drop the update.
        """
        body = json.dumps(
            {**self.as_json(), "end": None}, ensure_ascii=False, separators=(",", ":")
        ).encode()
        line = (
            f'#EXT-X-DATERANGE:ID="{self.id}",CLASS="showfloor.{self.kind}"'
            f',START-DATE="{self.start}"'
        )
        if self.end is not None:
            line += f',END-DATE="{self.end}"'
        return f'{line},X-CUE="{base64.b64encode(body).decode()}"'


def read(value: object) -> Cue:
    """A cue from web's JSON; raises CueError.

    Ids and kinds stand unescaped in playlists, so they are plain words.
    """
    if not isinstance(value, dict):
        raise CueError("a cue is an object")
    start, end, payload = value.get("start"), value.get("end"), value.get("payload")
    return Cue(
        id=_word(value.get("id")),
        kind=_word(value.get("kind")),
        start=_moment(start),
        end=None if end is None else _moment(end),
        payload=payload if isinstance(payload, dict) else {},
    )


def stamp(identifier: object, kind: object, payload: object, at: float) -> Cue:
    """A new open cue at epoch ms `at`; raises CueError."""
    return Cue(
        _word(identifier),
        _word(kind),
        text_of(at),
        None,
        payload if isinstance(payload, dict) else {},
    )


def read_ids(value: object) -> list[str]:
    """A list of cue ids from web's JSON; raises CueError."""
    if not isinstance(value, list):
        raise CueError("ids come in a list")
    return [_word(identifier) for identifier in value]


def moment_of(text: str) -> float:
    """RFC 3339 as epoch ms: what `text_of` undoes."""
    return clock.parse_rfc3339(text).timestamp() * 1000


def text_of(at: float) -> str:
    """Epoch ms as RFC 3339 with milliseconds."""
    return clock.rfc3339(datetime.fromtimestamp(round(at) / 1000, UTC))


def _word(value: object) -> str:
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= 100
        or not value.replace("_", "").replace("-", "").isalnum()
    ):
        raise CueError("ids and kinds are words")
    return value


def _moment(value: object) -> str:
    if not isinstance(value, str):
        raise CueError("a cue has a start")
    try:
        return clock.rfc3339(clock.parse_rfc3339(value))
    except ValueError:
        raise CueError("a moment is RFC 3339") from None
