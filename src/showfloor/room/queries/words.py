"""SQL of the lists of words that sellers keep."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session
from showfloor.room.models import WordListRow, WordRow
from showfloor.room.types import ListedWord, WordEffect, WordLanguage


async def versions(session: Session, merchant_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of those who have a list."""
    chosen = select(WordListRow).where(WordListRow.merchant_id.in_(merchant_ids))
    rows = (await session.execute(chosen)).scalars()
    return {row.merchant_id: row.version for row in rows}


async def words(session: Session, merchant_id: UUID) -> list[ListedWord]:
    """As they stand on the list, by language and letter."""
    chosen = select(WordRow).where(WordRow.merchant_id == merchant_id)
    ordered = chosen.order_by(WordRow.language, WordRow.key)
    return [
        ListedWord(row.id, row.text, row.key, WordLanguage(row.language), WordEffect(row.effect))
        for row in (await session.execute(ordered)).scalars()
    ]


async def renew(session: Session, merchant_id: UUID, version: UUID) -> None:
    """Two who change one list do so one after the other."""
    added = insert(WordListRow).values(merchant_id=merchant_id, version=version)
    await session.execute(
        added.on_conflict_do_update(
            index_elements=[WordListRow.merchant_id], set_={"version": version}
        )
    )


async def put(session: Session, merchant_id: UUID, listed: Collection[ListedWord]) -> None:
    """In the place of entries that find the same. Needs the lock of the list (`renew`)."""
    rows = [
        {
            "id": one.id,
            "merchant_id": merchant_id,
            "key": one.key,
            "text": one.text,
            "language": one.language.value,
            "effect": one.effect.value,
        }
        for one in listed
    ]
    added = insert(WordRow).values(rows)
    changed = {name: added.excluded[name] for name in ("text", "language", "effect")}
    await session.execute(
        added.on_conflict_do_update(index_elements=[WordRow.merchant_id, WordRow.key], set_=changed)
    )


async def remove(session: Session, merchant_id: UUID, word_id: UUID) -> bool:
    """Whether it stood there."""
    gone = delete(WordRow).where(WordRow.id == word_id, WordRow.merchant_id == merchant_id)
    return (await session.execute(gone.returning(WordRow.id))).first() is not None
