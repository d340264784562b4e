"""What web may ask (bearer token): stamp a cue, end it, take a show's new state at once."""

from __future__ import annotations

import hmac
import json
from typing import Any

from showfloor.streaming.hls import cues
from showfloor.streaming.http import answers
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Request
from showfloor.streaming.live.registry import ShowRegistry

_NOT_LIVE = answers.problem(
    409, "not_live", "Nobody publishes, so there is no media time to stamp a cue with."
)
_CUE_UNKNOWN = answers.problem(404, "cue_unknown", "The stream carries no cue of that id.")


class InternalApi:
    """Routes below `/internal`. Everything is in memory, so every answer is immediate."""

    def __init__(self, shows: ShowRegistry, token: str) -> None:
        self._shows = shows
        self._expected = f"Bearer {token}".encode()

    def handle(self, request: Request, path: list[str]) -> Answer:
        if not hmac.compare_digest(request.authorization, self._expected):
            return answers.UNAUTHORIZED
        body = _read_body(request.body)
        if body is None:
            return answers.BAD_REQUEST
        match request.method, path:
            case b"PUT", ["shows", show_id]:
                return self._put_state(show_id, body)
            case b"POST", ["shows", show_id, "cues"]:
                return self._stamp(show_id, body)
            case b"POST", ["shows", show_id, "cues", cue_id, "end"]:
                return self._end(show_id, cue_id)
        return answers.NOT_FOUND

    def _put_state(self, show_id: str, body: dict[str, Any]) -> Answer:
        show = self._shows.find(show_id)
        if show is None:
            return answers.as_json(200, {"publishing": False, "health": None})
        self._shows.put_state(show, body.get("state"))
        return answers.as_json(
            200, {"publishing": show.signal == "publishing", "health": show.health()}
        )

    def _stamp(self, show_id: str, body: dict[str, Any]) -> Answer:
        """The start is the newest media received on the show clock, and the end of the cues in
        `ends` is that same instant.

        Asking twice for one id answers the first stamp again.
        """
        show = self._shows.find(show_id)
        moment = show.cue_time() if show is not None else None
        if show is None or moment is None:
            return _NOT_LIVE
        try:
            fresh = cues.stamp(body.get("id"), body.get("kind"), body.get("payload"), moment)
            ends = cues.read_ids(body.get("ends", []))
        except cues.CueError:
            return answers.BAD_REQUEST
        cue = show.cues.get(fresh.id) or fresh
        if cue is fresh:
            show.put_cue(cue)
        ended = [
            show.end_cue(cue_id, cues.moment_of(cue.start)) for cue_id in ends if cue_id != cue.id
        ]
        return answers.as_json(
            200,
            {
                **cue.as_json(),
                "ended": {other.id: other.end for other in ended if other is not None},
            },
        )

    def _end(self, show_id: str, cue_id: str) -> Answer:
        show = self._shows.find(show_id)
        moment = show.cue_time() if show is not None else None
        if show is None or moment is None:
            return _NOT_LIVE
        ended = show.end_cue(cue_id, moment)
        return answers.as_json(200, {"end": ended.end}) if ended is not None else _CUE_UNKNOWN


def _read_body(body: bytes) -> dict[str, Any] | None:
    """A JSON object; an empty body is an empty one. None when it is anything else."""
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
