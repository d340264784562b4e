"""Logs for whoever wants to check them: of a drop that has ended, which never changes again, and of
a waiting list, to which records are only added.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from showfloor.kit.db import Database
from showfloor.offers import queries
from showfloor.offers.errors import DropLogNotReady, DropNotFound, WaitingListNotFound
from showfloor.offers.queries import waiting
from showfloor.offers.types import DropState, LogFile
from showfloor.offers.types.waiting import WaitingLog

_LINES = 1000
"""Of one look into the database: a part of a few hundred kilobytes."""


async def find_log(database: Database, drop_id: UUID) -> LogFile:
    """Raises DropNotFound, DropLogNotReady."""
    async with database.session() as session:
        found = await queries.drop(session, drop_id)
        if found is None or found.announced_at is None:
            raise DropNotFound
        if found.state is not DropState.ENDED:
            raise DropLogNotReady
        return LogFile(drop_id, *await queries.log_end(session, drop_id))


async def read_log(database: Database, log: LogFile) -> AsyncIterator[str]:
    """Its text in parts of whole lines. Between two of them no connection is held, however slow the
    reader is.
    """
    for first in range(0, log.lines, _LINES):
        async with database.session() as session:
            lines = await queries.log_of(session, log.drop_id, first, _LINES)
        yield "".join(f"{line}\n" for line in lines)


async def find_waiting_log(database: Database, list_id: UUID) -> WaitingLog:
    """As far as it goes now. Raises WaitingListNotFound."""
    async with database.session() as session:
        found = await waiting.waiting_list(session, list_id)
        if found is None:
            raise WaitingListNotFound
        lines, head = await waiting.log_end(session, list_id)
        return WaitingLog(list_id, lines, head, found.ended_at is not None)


async def read_waiting_log(database: Database, log: WaitingLog) -> AsyncIterator[str]:
    """As `read_log`."""
    for first in range(0, log.lines, _LINES):
        most = min(_LINES, log.lines - first)
        async with database.session() as session:
            lines = await waiting.log_of(session, log.list_id, first, most)
        yield "".join(f"{line}\n" for line in lines)
