"""Pictures of imported products: wanted by an import, fetched by the worker one by one. Locks:
products before the rows of their pictures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from showfloor.catalog import service as catalog
from showfloor.feeds import rules
from showfloor.feeds.adapters.fetcher import FetchFailed, fetch_picture
from showfloor.feeds.adapters.pictures import PictureFolder
from showfloor.feeds.queries import pictures as queries
from showfloor.feeds.types import ClaimedPicture, WantedPicture
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.kit.notify import wake
from showfloor.kit.outbound import Outbound
from showfloor.kit.pictures import (
    PictureRefused,
    PictureTooManyPixels,
    PictureTooSmall,
    Rewritten,
)

log = structlog.get_logger()
PICTURES = "import_pictures"
"""The name under which the worker is woken."""
AT_ONCE = 4
"""Requests: a shop must not feel its own import."""


async def want(
    session: Session, import_id: UUID, wanted: Mapping[UUID, Sequence[WantedPicture]]
) -> None:
    """What a file says of its products' pictures, of which some are here already."""
    changed = await queries.want(session, import_id, wanted, clock.now())
    await arrange(session, changed)
    wake(session, PICTURES)


async def arrange(session: Session, product_ids: Collection[UUID]) -> None:
    """Show those that are here, in the order of the file."""
    if not product_ids:
        return
    products = await catalog.lock_products(session, product_ids)
    stored = await queries.stored(session, product_ids)
    changes = [(each, rules.arranged(each, stored.get(each.id, []))) for each in products]
    await catalog.set_pictures(session, changes=changes)


@dataclass(frozen=True, slots=True)
class _Failed:
    code: str
    passing: bool
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Stored:
    url: str
    made: Rewritten


async def fetch_due(
    database: Database, outbound: Outbound, folder: PictureFolder
) -> datetime | None:
    """A few at once; when the next one is due."""
    while claimed := await _claim(database):
        results = await asyncio.gather(*(_fetch(outbound, folder, each) for each in claimed))
        product_ids = {each.product_id for each in claimed}
        async with database.session() as session:
            await catalog.lock_products(session, product_ids)
            for picture, result in zip(claimed, results, strict=True):
                await _note(session, picture, result)
            await arrange(session, product_ids)
    async with database.session() as session:
        return await queries.next_due(session)


async def _claim(database: Database) -> list[ClaimedPicture]:
    async with database.session() as session:
        now = clock.now()
        return await queries.claim(session, now, now + rules.PICTURE_LEASE, AT_ONCE)


async def _fetch(
    outbound: Outbound, folder: PictureFolder, picture: ClaimedPicture
) -> _Stored | _Failed:
    if picture.attempts > rules.PICTURE_ATTEMPTS:
        # Whoever had it the last time did not live to say how it ended.
        return _Failed("picture_failed", False, {})
    try:
        data = await fetch_picture(outbound, picture.url)
        return _Stored(*await folder.store(picture.product_id, data))
    except FetchFailed as failed:
        return _Failed(failed.code, failed.passing, failed.params)
    except PictureRefused as refused:
        return _Failed(_why(refused), False, {})
    except Exception as error:  # whatever it is: the other pictures go on
        log.warning("picture failed", number=picture.id, exc_info=error)
        return _Failed("picture_failed", True, {})


def _why(refused: PictureRefused) -> str:
    match refused:
        case PictureTooManyPixels():
            return "picture_too_many_pixels"
        case PictureTooSmall():
            return "picture_too_small"
    return "picture_unreadable"


async def _note(session: Session, picture: ClaimedPicture, result: _Stored | _Failed) -> None:
    if isinstance(result, _Stored):
        made = result.made
        await queries.note_stored(session, picture, result.url, made.width, made.height)
    elif result.passing and picture.attempts < rules.PICTURE_ATTEMPTS:
        pause = rules.PICTURE_PAUSE * (1 << (picture.attempts - 1))
        await queries.put_off(session, picture, clock.now() + pause)
    else:
        await queries.note_failed(session, picture, result.code, result.params)
