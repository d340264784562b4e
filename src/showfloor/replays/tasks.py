"""What the worker does for `replays`."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.replays import service
from showfloor.replays.adapters.cutter import Cutter
from showfloor.replays.adapters.objects import ObjectStorage
from showfloor.replays.adapters.painter import Painter
from showfloor.replays.adapters.storage import Storage

LOOK_AGAIN = timedelta(seconds=1)
"""While the last segments of a show are on their way to the disk."""
UPLOAD_AGAIN = timedelta(seconds=2)
"""A typical segment's length."""


async def publish_replays(database: Database, storage: Storage) -> datetime | None:
    """One transaction a show; when to look again. A show that fails does not hold up the others,
    and what it raised is raised when they are done.
    """
    async with database.session() as session:
        waiting = await service.list_unpublished(session)
    unfinished = False
    failure: Exception | None = None
    for show_id in waiting:
        try:
            async with database.session() as session:
                published = await service.publish(session, storage, show_id)
            if published.deleted_at is not None:
                await _delete_recording(database, storage, show_id)
            else:
                unfinished |= not published.complete
        except Exception as error:  # a folder that cannot be written, a row that is locked
            failure = error
    if failure is not None:
        raise failure
    return clock.now() + LOOK_AGAIN if unfinished else None


async def _delete_recording(database: Database, storage: Storage, show_id: UUID) -> None:
    """After everything of it was withdrawn, and with no transaction open: object storage may be
    away, and what is deleted for good never comes back. The next round repeats what failed.
    """
    await asyncio.to_thread(storage.delete, ids.encode("show", show_id))
    async with database.session() as session:
        await service.finish_deletion(session, show_id)


async def delete_outlived(database: Database, storage: Storage) -> None:
    """What was kept as long as it was to be: withdrawn at once, one show after the other. The
    recording goes with the next round of `publish_replays`, which this wakes.
    """
    async with database.session() as session:
        due = await service.list_outlived(session)
    failure: Exception | None = None
    for show_id in due:
        try:
            async with database.session() as session:
                due_still = await service.delete_outlived(session, show_id)
            if due_still:
                async with database.session() as session:
                    await service.publish(session, storage, show_id)
        except Exception as error:  # a row that is locked
            failure = error
    if failure is not None:
        raise failure


async def draw_pictures(database: Database, storage: Storage, painter: Painter) -> None:
    """One replay after the other; one that fails does not hold up the others."""
    async with database.session() as session:
        waiting = await service.list_undrawn(session)
    failure: Exception | None = None
    for show_id in waiting:
        try:
            await _draw(database, storage, painter, show_id)
        except Exception as error:  # a folder that cannot be written, a row that is locked
            failure = error
    if failure is not None:
        raise failure


async def _draw(database: Database, storage: Storage, painter: Painter, show_id: UUID) -> None:
    """No transaction is open while something is drawn."""
    with tempfile.TemporaryDirectory(
        dir=await asyncio.to_thread(storage.workshop), ignore_cleanup_errors=True
    ) as workshop:
        folder = Path(workshop)
        async with database.session() as session:
            ordered = await service.order_pictures(session, storage, show_id, folder)
        if ordered is None:
            return
        await _fetch(storage, show_id, ordered.files, folder / service.MEDIA)
        drawn = await painter.draw(ordered.order)
        async with database.session() as session:
            await service.show_pictures(session, storage, ordered, drawn)


async def _fetch(storage: Storage, show_id: UUID, names: frozenset[str], folder: Path) -> None:
    """With no transaction open: it may be a download."""
    await asyncio.to_thread(storage.fetch, ids.encode("show", show_id), names, folder)


async def make_clips(
    database: Database, storage: Storage, cutter: Cutter, fonts: Mapping[str, str]
) -> datetime | None:
    """One clip after the other, with no transaction open while one is cut; when to look again. One
    that fails does not hold up the others.
    """
    async with database.session() as session:
        waiting = await service.list_unmade(session)
    unfinished = False
    failure: Exception | None = None
    for clip_id in waiting:
        try:
            unfinished |= not await _make(database, storage, cutter, fonts, clip_id)
        except Exception as error:  # a folder that cannot be written, a row that is locked
            failure = error
    if failure is not None:
        raise failure
    return clock.now() + LOOK_AGAIN if unfinished else None


async def _make(
    database: Database, storage: Storage, cutter: Cutter, fonts: Mapping[str, str], clip_id: UUID
) -> bool:
    """False when nothing can be made of it by now."""
    with tempfile.TemporaryDirectory(
        dir=await asyncio.to_thread(storage.workshop), ignore_cleanup_errors=True
    ) as workshop:
        folder, media = Path(workshop) / "clip", Path(workshop) / "media"
        folder.mkdir(mode=0o755)
        async with database.session() as session:
            making = await service.order_clip(
                session, storage, clip_id, media=media, folder=folder, fonts=fonts
            )
        if making is None:
            return False
        await _fetch(storage, making.clip.show_id, making.files, media)
        made = await cutter.cut(making.order) if making.order.pieces else None
        async with database.session() as session:
            await service.show_clip(session, storage, making, made)
    return True


async def upload_recordings(_database: Database, storage: ObjectStorage) -> datetime | None:
    """What was recorded since the last time; soon again while something is being recorded."""
    recording = await asyncio.to_thread(storage.upload)
    return clock.now() + UPLOAD_AGAIN if recording else None


async def prune_recordings(
    database: Database, storage: ObjectStorage, *, keep: timedelta, free: int
) -> None:
    """Delete the disk's copy of what object storage has, of ended shows alone and the oldest first:
    of those that ended longer ago than `keep`, and of more while fewer than `free` bytes of the
    disk are free.
    """
    async with database.session() as session:
        ended = await service.list_ended(session)
    for show_id, ended_at in ended:
        old = clock.now() - ended_at > keep
        if not old and not await asyncio.to_thread(storage.is_short, free):
            return
        name = ids.encode("show", show_id)
        if await asyncio.to_thread(storage.has_copies, name):
            stored = await asyncio.to_thread(storage.list_stored, name)
            async with database.session() as session:
                await service.prune(session, storage, show_id, stored)


async def delete_leftovers(database: Database, storage: ObjectStorage) -> None:
    """An upload that was under way when its recording was deleted, by a worker that was killed."""
    names = await asyncio.to_thread(storage.list_remote)
    async with database.session() as session:
        deleted = await service.list_deleted(session, names)
    for name in deleted:
        await asyncio.to_thread(storage.delete, name)


async def write_subtitles(database: Database, storage: Storage) -> None:
    """One transaction a show; one that fails does not hold up the others."""
    async with database.session() as session:
        due = await service.list_subtitles_due(session)
    failure: Exception | None = None
    for show_id in due:
        try:
            async with database.session() as session:
                await service.write_subtitles(session, storage, show_id)
        except Exception as error:  # a folder that cannot be written, a row that is locked
            failure = error
    if failure is not None:
        raise failure
