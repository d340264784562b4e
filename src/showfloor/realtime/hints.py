"""Hints to `fanout` which rooms a commit changed: at most one in 20 ms, outside of every
transaction.

A hint saves `fanout` the rest of its 100 ms between two reads. It may be lost at any time: nobody
waits for it or repeats it.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from showfloor.kit.db import Session
from showfloor.realtime import queries

_TOUCHED = "realtime.touched"
PAUSE = 0.02
"""Seconds in which hints are collected before one NOTIFY carries them."""
RECONNECT = 0.5
"""Seconds before the next attempt when the database is away."""
MOST_ROOMS = 200
"""Rooms named in one hint: a payload has less than 8,000 bytes (PostgreSQL, NOTIFY), an id takes
33. With more rooms the payload is empty, which means all of them.
"""


def touch(session: Session, room_id: UUID) -> None:
    """Remember in the session that its transaction changed the room."""
    session.info.setdefault(_TOUCHED, set()).add(room_id)


class Hints:
    """Built by `app/wiring.py` in every process that writes rooms, and run there as a task."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rooms: set[UUID] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled: listen to the commits of this process and pass them on."""
        with queries.commits(self.committed):
            while True:
                with contextlib.suppress(queries.NotifierLost):
                    await self._send()
                await asyncio.sleep(RECONNECT)

    def committed(self, session: Any) -> None:
        """Called after a commit; takes what the transaction touched."""
        if rooms := session.info.pop(_TOUCHED, None):
            self._rooms |= rooms
            self._woken.set()

    async def _send(self) -> None:
        async with queries.notifier(self._url) as notify:
            while True:
                await self._woken.wait()
                await asyncio.sleep(PAUSE)
                await notify(self._take())

    def _take(self) -> str:
        rooms, self._rooms = self._rooms, set()
        self._woken.clear()
        return ",".join(sorted(room.hex for room in rooms)) if len(rooms) <= MOST_ROOMS else ""
