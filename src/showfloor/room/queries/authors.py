"""SQL of who writes in a show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session, delete_batch
from showfloor.room.models import AskerRow, AuthorRow, MessageRow
from showfloor.room.types import Author


def read_author(row: AuthorRow) -> Author:
    return Author(
        row.id,
        row.show_id,
        row.person_id,
        row.name,
        row.muted_until,
        row.viewer_id,
        row.has_bought,
        row.limited_at is not None,
    )


async def add_guest(
    session: Session, author: Author, *, network: bytes, token_digest: bytes, at: datetime
) -> None:
    session.add(
        AuthorRow(
            id=author.id,
            show_id=author.show_id,
            name=author.name,
            network=network,
            viewer_id=author.viewer_id,
            token_digest=token_digest,
            created_at=at,
        )
    )


async def guest(session: Session, show_id: UUID, token_digest: bytes) -> Author | None:
    """Locked: one guest's messages come one after another."""
    chosen = select(AuthorRow).where(
        AuthorRow.token_digest == token_digest, AuthorRow.show_id == show_id
    )
    row = (await session.execute(chosen.with_for_update())).scalar_one_or_none()
    return None if row is None else read_author(row)


async def author_of_person(session: Session, author: Author, at: datetime) -> Author:
    """The person's row in the show, made if there is none; locked, with the name of today."""
    added = insert(AuthorRow).values(
        id=author.id,
        show_id=author.show_id,
        person_id=author.person_id,
        name=author.name,
        created_at=at,
    )
    stored = added.on_conflict_do_update(
        index_elements=[AuthorRow.show_id, AuthorRow.person_id], set_={"name": author.name}
    ).returning(AuthorRow)
    return read_author((await session.execute(stored)).scalar_one())


async def author(session: Session, author_id: UUID) -> Author | None:
    """Locked."""
    row = await session.get(AuthorRow, author_id, with_for_update=True)
    return None if row is None else read_author(row)


async def lock_writer(session: Session, author_id: UUID) -> tuple[Author, list[UUID]] | None:
    """Whose rows these are, and all of them: on all devices of the account. In one order and before
    any of their messages is locked, as who writes and who is erased do it.
    """
    found = await author(session, author_id)
    if found is None:
        return None
    same = AuthorRow.id == author_id
    if found.account_id is not None:
        same |= of_account(found.account_id)
    locked = select(AuthorRow.id).where(same).order_by(AuthorRow.id).with_for_update()
    return found, list((await session.execute(locked)).scalars())


async def set_limited(session: Session, author_id: UUID, since: datetime | None) -> bool:
    """Of a guest without an account; False when there is none."""
    guest_alone = (AuthorRow.id == author_id, AuthorRow.token_digest.is_not(None))
    changed = update(AuthorRow).where(*guest_alone).values(limited_at=since)
    return (await session.execute(changed.returning(AuthorRow.id))).first() is not None


async def note_purchase(session: Session, author_id: UUID) -> None:
    """Which order it was is not kept."""
    changed = update(AuthorRow).where(AuthorRow.id == author_id)
    await session.execute(changed.values(has_bought=True))


async def shows_of_account(session: Session, account_id: UUID) -> set[UUID]:
    """Those in which the account wrote."""
    chosen = select(AuthorRow.show_id).where(of_account(account_id))
    return set((await session.execute(chosen)).scalars())


async def authors_of_viewer(session: Session, viewer_id: UUID) -> list[Author]:
    """One for each browser and show, the oldest first."""
    chosen = select(AuthorRow).where(AuthorRow.viewer_id == viewer_id).order_by(AuthorRow.id)
    return [read_author(row) for row in (await session.execute(chosen)).scalars()]


def of_account(account_id: UUID) -> ColumnElement[bool]:
    return or_(AuthorRow.person_id == account_id, AuthorRow.viewer_id == account_id)


async def forget_networks(session: Session, before: datetime) -> None:
    """Of guests who came before."""
    old = update(AuthorRow).where(AuthorRow.created_at < before, AuthorRow.network.is_not(None))
    await session.execute(old.values(network=None))


async def delete_authors(session: Session, before: datetime) -> int:
    """A batch of those who came before and of whom nothing is left."""
    said = select(MessageRow.id).where(MessageRow.author_id == AuthorRow.id).exists()
    asks = select(AskerRow.id).where(AskerRow.author_id == AuthorRow.id).exists()
    return await delete_batch(session, AuthorRow, AuthorRow.created_at < before, ~said, ~asks)
