"""SQL of who may not write: in a show, or with a host on all devices of an account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from showfloor.kit import ids
from showfloor.kit.db import Session, delete_batch
from showfloor.room.models import AccountMuteRow, AuthorRow
from showfloor.room.queries.authors import of_account
from showfloor.room.types import Author


async def mute(session: Session, author_id: UUID, until: datetime) -> None:
    """A shorter mute does not end a longer one."""
    muted = update(AuthorRow).where(AuthorRow.id == author_id)
    longest = func.greatest(func.coalesce(AuthorRow.muted_until, until), until)
    await session.execute(muted.values(muted_until=longest))


async def unmute(session: Session, author: Author) -> None:
    """In this show, on all devices of the account."""
    same = AuthorRow.id == author.id
    if author.viewer_id is not None:
        same |= (AuthorRow.show_id == author.show_id) & (AuthorRow.viewer_id == author.viewer_id)
    await session.execute(update(AuthorRow).where(same).values(muted_until=None))


async def mute_account(
    session: Session, creator_id: UUID, account_id: UUID, until: datetime
) -> None:
    added = insert(AccountMuteRow).values(
        id=ids.new(), creator_id=creator_id, account_id=account_id, until=until
    )
    await session.execute(
        added.on_conflict_do_update(
            index_elements=[AccountMuteRow.creator_id, AccountMuteRow.account_id],
            set_={"until": until},
        )
    )


async def unmute_account(
    session: Session, creator_id: UUID, account_id: UUID, show_ids: Collection[UUID]
) -> None:
    """With this host, of whom these shows are."""
    there = update(AuthorRow).where(of_account(account_id), AuthorRow.show_id.in_(show_ids))
    await session.execute(there.values(muted_until=None))
    await session.execute(
        delete(AccountMuteRow).where(
            AccountMuteRow.creator_id == creator_id, AccountMuteRow.account_id == account_id
        )
    )


async def is_muted_near(session: Session, show_id: UUID, network: bytes, now: datetime) -> bool:
    """Whether somebody of the network, who is a guest as well, may not write now."""
    muted = select(AuthorRow.id).where(
        AuthorRow.show_id == show_id, AuthorRow.network == network, AuthorRow.muted_until > now
    )
    return (await session.execute(muted.limit(1))).first() is not None


async def muted_until(
    session: Session, author_ids: Collection[UUID], creator_id: UUID | None
) -> dict[UUID, datetime]:
    """By author, the longest of their own mute, those of the other devices of their account, and
    that of the account with this host, where one is named; who was never muted is left out.
    """
    other = aliased(AuthorRow)
    devices = select(func.max(other.muted_until)).where(
        other.show_id == AuthorRow.show_id, other.viewer_id == AuthorRow.viewer_id
    )
    account = select(AccountMuteRow.until).where(
        AccountMuteRow.creator_id == creator_id,
        AccountMuteRow.account_id == func.coalesce(AuthorRow.person_id, AuthorRow.viewer_id),
    )
    longest = func.greatest(
        AuthorRow.muted_until, devices.scalar_subquery(), account.scalar_subquery()
    )
    chosen = select(AuthorRow.id, longest.label("until")).where(AuthorRow.id.in_(author_ids))
    return {row.id: row.until for row in await session.execute(chosen) if row.until}


async def muted_by_account(
    session: Session, author_ids: Collection[UUID], creator_id: UUID, now: datetime
) -> set[UUID]:
    """Those of these authors whose account this host has muted."""
    chosen = (
        select(AuthorRow.id)
        .join(
            AccountMuteRow,
            AccountMuteRow.account_id == func.coalesce(AuthorRow.person_id, AuthorRow.viewer_id),
        )
        .where(
            AuthorRow.id.in_(author_ids),
            AccountMuteRow.creator_id == creator_id,
            AccountMuteRow.until > now,
        )
    )
    return set((await session.execute(chosen)).scalars())


async def account_mutes(session: Session, account_id: UUID) -> dict[UUID, datetime]:
    """Until when, by creator; also those that are over and not deleted yet."""
    chosen = select(AccountMuteRow).where(AccountMuteRow.account_id == account_id)
    return {row.creator_id: row.until for row in (await session.execute(chosen)).scalars()}


async def delete_account_mutes(session: Session, now: datetime) -> int:
    """A batch of those that are over; how many went."""
    return await delete_batch(session, AccountMuteRow, AccountMuteRow.until < now)
