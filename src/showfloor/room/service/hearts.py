"""Hearts are counted, not kept: how many a show was sent, and of nobody who sent them."""

from __future__ import annotations

import asyncio
from uuid import UUID

from showfloor.kit.db import Database, Session
from showfloor.room import queries
from showfloor.shows import service as shows


class HeartBatcher:
    """The hearts of one process. Whoever sends some while others are written joins the next
    statement: a crowd does not wait for one row's lock once each (docs/decisions/0007).
    """

    def __init__(self) -> None:
        self._waiting: dict[UUID, int] = {}
        self._next: asyncio.Task[None] | None = None
        self._last: asyncio.Task[None] | None = None

    async def add(self, database: Database, show_id: UUID, count: int) -> None:
        """Returns once they are committed. Not in a session: the statement is a transaction of its
        own.
        """
        self._waiting[show_id] = self._waiting.get(show_id, 0) + count
        if self._next is None:
            self._next = asyncio.create_task(self._write(database, self._last))
        # Who hangs up takes nothing away from the others.
        await asyncio.shield(self._next)

    async def _write(self, database: Database, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        counted, self._waiting = self._waiting, {}
        self._last, self._next = self._next, None
        async with database.session() as session:
            await queries.add_hearts(session, counted)


async def takes_hearts(session: Session, show_id: UUID) -> bool:
    """Whether the show is on the air. Raises ShowNotFound."""
    return (await shows.get_public_show(session, show_id)).state.on_air
