"""SQL of what the team set for a chat."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session
from showfloor.room.models import SettingsRow
from showfloor.room.types import ChatSettings, Review


def _settings(row: SettingsRow) -> ChatSettings:
    return ChatSettings(
        slow_s=row.slow_s,
        emoji_only=row.emoji_only,
        buyers_only=row.buyers_only,
        closed=row.closed,
        review=Review(row.review),
        pinned_id=row.pinned_id,
        buy_by_comment=row.buy_by_comment,
    )


async def settings(session: Session, show_id: UUID) -> ChatSettings:
    row = await session.get(SettingsRow, show_id)
    return ChatSettings() if row is None else _settings(row)


async def locked_settings(session: Session, show_id: UUID) -> ChatSettings:
    """Made if there are none, so that two of the team change them one after the other."""
    usual = ChatSettings()
    await session.execute(
        insert(SettingsRow)
        .values(show_id=show_id, **_columns(usual))
        .on_conflict_do_nothing(index_elements=[SettingsRow.show_id])
    )
    row = await session.get_one(SettingsRow, show_id, with_for_update=True)
    return _settings(row)


async def set_settings(session: Session, show_id: UUID, wanted: ChatSettings) -> None:
    changed = update(SettingsRow).where(SettingsRow.show_id == show_id)
    await session.execute(changed.values(**_columns(wanted)))


def _columns(settings: ChatSettings) -> dict[str, bool | int | str | UUID | None]:
    """By name of the column."""
    return {
        "slow_s": settings.slow_s,
        "emoji_only": settings.emoji_only,
        "buyers_only": settings.buyers_only,
        "closed": settings.closed,
        "review": settings.review.value,
        "pinned_id": settings.pinned_id,
        "buy_by_comment": settings.buy_by_comment,
    }
