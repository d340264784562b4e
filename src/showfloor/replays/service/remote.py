"""What object storage has, and when the disk's copy may go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.replays import queries
from showfloor.replays.adapters.objects import ObjectStorage


async def list_ended(session: Session) -> list[tuple[UUID, datetime]]:
    """Shows that ended and whose recording is whole, the oldest first."""
    return await queries.ended(session)


async def prune(
    session: Session, storage: ObjectStorage, show_id: UUID, stored: Mapping[str, int]
) -> int:
    """Delete the disk's copy of what object storage has (`storage.list_stored`, asked before: no
    lock waits for the store); bytes that are free now.

    Under the lock of the replay, so that no segment that a host hides meanwhile is public again. A
    show that has not ended is what the media server continues from: nothing of it goes.
    """
    now = await queries.replay(session, show_id, lock=True)
    if now is None or now.ended_at is None or now.deleted_at is not None or not now.complete:
        return 0
    return await asyncio.to_thread(storage.prune, ids.encode("show", show_id), stored)


async def list_deleted(session: Session, names: Iterable[str]) -> list[str]:
    """Those of shows that were deleted for good."""
    shows: dict[UUID, str] = {}
    for name in names:
        with contextlib.suppress(ids.MalformedId):
            shows[ids.parse("show", name)] = name
    return [shows[show_id] for show_id in await queries.deleted(session, shows)]
