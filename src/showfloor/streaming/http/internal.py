"""What web may ask (bearer token): a show's moment, its sound, its cues, its new state at once."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import asdict

from showfloor.kit import clock
from showfloor.kit.contract import (
    ContractError,
    ShowCues,
    ShowMoment,
    ShowStateOrder,
    SoundMeasure,
    from_json,
)
from showfloor.kit.hls import date_time
from showfloor.streaming.hls import cues
from showfloor.streaming.http import answers
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection, Request
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.sound.meter import SoundMeter

_NOT_LIVE = answers.problem(
    409, "not_live", "Nobody publishes, so there is no media time to stamp a cue with."
)
_NO_SOUND = answers.problem(409, "no_sound", "Nobody publishes sound.")
_DONE = answers.as_json(200, {})
_MEASURING_SECONDS = 2.5
"""Less than web waits."""


class InternalApi:
    """Routes below `/internal`. Everything is in memory, so every answer but that about the sound
    is immediate.
    """

    def __init__(self, shows: ShowRegistry, token: str) -> None:
        self._shows = shows
        self._meter = SoundMeter()
        self._expected = f"Bearer {token}".encode()

    def handle(self, request: Request, path: list[str], connection: Connection) -> Answer | None:
        """None: the answer comes when the sound is measured."""
        if not hmac.compare_digest(request.authorization, self._expected):
            return answers.UNAUTHORIZED
        try:
            match request.method, path:
                # Viewers' GETs are parsed without their header fields, so this is none.
                case b"POST", ["shows", show_id, "moment"]:
                    return self._moment(show_id)
                case b"POST", ["shows", show_id, "sound"]:
                    return self._measure_sound(show_id, connection)
                case b"PUT", ["shows", show_id, "cues"]:
                    return self._add_cues(show_id, from_json(ShowCues, request.body))
                case b"PUT", ["shows", show_id]:
                    return self._put_state(show_id, from_json(ShowStateOrder, request.body))
        except (ContractError, cues.CueError):
            return answers.BAD_REQUEST
        return answers.NOT_FOUND

    def _moment(self, show_id: str) -> Answer:
        """The newest media received on the show clock."""
        show = self._shows.find(show_id)
        moment = show.cue_time() if show is not None else None
        if moment is None:
            return _NOT_LIVE
        return answers.as_json(200, asdict(ShowMoment(date_time(moment))))

    def _measure_sound(self, show_id: str, connection: Connection) -> Answer | None:
        show = self._shows.find(show_id)
        sound = show.recent_sound() if show is not None else None
        if sound is None:
            return _NO_SOUND
        newest, media = sound
        # The connection may have been answered, and asked something else, by the time.
        asked = connection.place = object()

        def measured(found: asyncio.Future[SoundMeasure]) -> None:
            if connection.place is asked:
                connection.place = None
                failed = found.cancelled() or found.exception() is not None
                connection.answer(
                    answers.BROKEN if failed else answers.as_json(200, asdict(found.result()))
                )

        connection.wait_until(clock.monotonic() + _MEASURING_SECONDS)
        self._meter.measure(show_id, newest, media).add_done_callback(measured)
        return None

    def _add_cues(self, show_id: str, order: ShowCues) -> Answer:
        """A show that nobody published has no stream to carry them."""
        carried = [cues.check(cue) for cue in order.cues]
        if (show := self._shows.find(show_id)) is not None:
            show.add_cues(carried)
        return _DONE

    def _put_state(self, show_id: str, order: ShowStateOrder) -> Answer:
        if (show := self._shows.find(show_id)) is not None:
            self._shows.put_state(show, order.state)
        return _DONE
