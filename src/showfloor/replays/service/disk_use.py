"""What shows take on the disk and in object storage, for the operator."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import UUID

from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.replays import queries
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.types import DiskUse
from showfloor.shows import service as shows
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import Show


async def list_disk_use(session: Session, storage: Storage) -> list[DiskUse]:
    """The largest first; a clip counts as its show."""
    sizes = await asyncio.to_thread(storage.sizes)
    clips = {_id("clip", name): name for name in sizes if name.startswith("clip_")}
    owners = await queries.shows_of_clips(session, [each for each in clips if each])
    total: dict[str, int] = {}
    for name, size in sizes.items():
        owner = owners.get(_id("clip", name) or UUID(int=0))
        shown = ids.encode("show", owner) if owner else name
        total[shown] = total.get(shown, 0) + size
    remote = await asyncio.to_thread(storage.remote_sizes)
    used = [
        DiskUse(name, await _show(session, name), total.get(name, 0), remote.get(name, 0))
        for name in total.keys() | remote.keys()
    ]
    return sorted(used, key=lambda each: (-each.bytes, -each.remote_bytes, each.name))


async def _show(session: Session, name: str) -> Show | None:
    if (show_id := _id("show", name)) is None:
        return None
    with contextlib.suppress(ShowNotFound):
        return await shows.get_show(session, show_id)
    return None


def _id(prefix: str, name: str) -> UUID | None:
    """None for a folder that somebody made."""
    with contextlib.suppress(ids.MalformedId):
        return ids.parse(prefix, name)
    return None
