"""The worker's job: a crowd for every rehearsal that runs, and nothing left of those that are
over.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from showfloor.app.rehearsing.crowd import Crowd
from showfloor.app.rehearsing.scratch import drop_leftovers, scratch
from showfloor.app.settings import Settings
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.replays.adapters.storage import Storage
from showfloor.shows import service as shows
from showfloor.shows.types import RehearsalFigures, Show

log = structlog.get_logger()
LOOK_AGAIN = timedelta(seconds=2)
"""While one runs, figures are stored that often."""
MOST_CROWDS = 3
"""At once: each has connections and tables of its own, and the real shows need the database too."""
_Found = tuple[RehearsalFigures, dict[str, int]]
"""What a crowd found so far, and what is left for it to buy, by SKU."""


class Rehearsals:
    """Of one worker. Where several run, the first has a rehearsal (`scratch` holds its lock)."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        self._settings = settings
        self._storage = storage
        self._crowds: dict[UUID, tuple[Crowd, asyncio.Task[None]]] = {}
        self._stored: dict[UUID, _Found] = {}
        self._seen: frozenset[UUID] = frozenset()
        """The rehearsals that ran at the last look, also those whose crowd another worker has."""
        self._clean = False
        """Whether nothing of rehearsals that are over was left when it was last looked for."""

    async def run(self, database: Database) -> datetime | None:
        """One look; when to look again."""
        async with database.session() as session:
            running = {
                rehearsal.show_id: show for rehearsal, show in await shows.list_rehearsals(session)
            }
        if self._seen - running.keys():
            self._clean = False
        self._seen = frozenset(running)
        for show_id in self._crowds.keys() - running.keys():
            await self._send_home(show_id)
        for show_id, show in list(running.items())[:MOST_CROWDS]:
            await self._gather(show_id, show)
        await self._store_figures(database)
        if not self._clean:
            self._clean = not await self._delete_leftovers(self._seen)
        return clock.now() + LOOK_AGAIN if running or not self._clean else None

    async def close(self) -> None:
        """Every crowd goes home; the schemas go with them."""
        for show_id in list(self._crowds):
            await self._send_home(show_id)

    async def _gather(self, show_id: UUID, show: Show) -> None:
        """A crowd that failed is replaced by another one at the next look."""
        if show_id in self._crowds:
            task = self._crowds[show_id][1]
            if not task.done():
                return
            if (error := task.exception()) is not None:
                log.warning("crowd of a rehearsal failed", exc_info=error)
            await self._send_home(show_id)
        crowd = Crowd(self._settings, show)
        self._crowds[show_id] = crowd, asyncio.create_task(self._rehearse(show_id, crowd))
        # Before it found something there is nothing to store: another worker may have the crowd.
        self._stored[show_id] = _found_by(crowd)

    async def _rehearse(self, show_id: UUID, crowd: Crowd) -> None:
        async with scratch(self._settings.database_url, show_id) as schema:
            if schema is not None:
                await crowd.run(schema)

    async def _send_home(self, show_id: UUID) -> None:
        _, task = self._crowds.pop(show_id)
        self._stored.pop(show_id, None)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _store_figures(self, database: Database) -> None:
        for show_id, (crowd, task) in self._crowds.items():
            if task.done() or self._stored.get(show_id) == (found := _found_by(crowd)):
                continue
            self._stored[show_id] = found
            figures, stock = found
            async with database.session() as session:
                await shows.note_figures(session, show_id, figures)
                if stock:
                    await shows.note_stock(session, show_id, stock)

    async def _delete_leftovers(self, running: frozenset[UUID]) -> bool:
        """Schemas of a worker that was killed, and what `streaming` recorded of a preview; whether
        there was anything, or still is.
        """
        if await drop_leftovers(self._settings.database_url, running):
            # Asked again soon. The storage is listed once, when no other worker holds a schema.
            return True
        names = await asyncio.to_thread(self._storage.names)
        over = [name for name in names if _is_over(name, running)]
        for name in over:
            await asyncio.to_thread(self._storage.delete, name)
        return bool(over)


def _found_by(crowd: Crowd) -> _Found:
    return crowd.figures, crowd.stock


def _is_over(name: str, running: frozenset[UUID]) -> bool:
    """Whether a folder of a recording is that of a rehearsal that is over."""
    try:
        show_id = ids.parse("show", name)
    except ids.MalformedId:
        return False
    return ids.is_unguessable(show_id) and show_id not in running
