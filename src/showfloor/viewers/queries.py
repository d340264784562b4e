"""All SQL of `viewers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import aliased

from showfloor.kit import ids
from showfloor.kit.db import Session, delete_batch
from showfloor.markets.types import Band
from showfloor.shows.types import Show
from showfloor.viewers.models import (
    AddressRow,
    FollowRow,
    ReminderRow,
    SignInRow,
    ViewerKeyRow,
    ViewerRow,
    ViewerSessionRow,
)
from showfloor.viewers.types import NewViewer, SignIn, ViewerSession

FoundViewer = tuple[NewViewer, bytes]
"""A row as it is stored, with the viewer's sealed key."""


async def lock_address(session: Session, lookup: bytes) -> None:
    """Until the transaction ends nobody else counts or adds mails to this address."""
    key = int.from_bytes(lookup[:8], signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def mails_since(session: Session, lookup: bytes, moment: datetime) -> list[datetime]:
    """When mails to this address were asked for, the oldest first."""
    chosen = select(SignInRow.created_at).where(
        SignInRow.lookup == lookup, SignInRow.created_at > moment
    )
    return list((await session.execute(chosen.order_by(SignInRow.created_at))).scalars())


async def add_sign_in(session: Session, new: SignIn) -> None:
    await session.execute(insert(SignInRow).values(**asdict(new), tries=0, used_at=None))


async def find_sign_in(session: Session, sign_in_id: UUID, now: datetime) -> SignIn | None:
    """One that can still be used."""
    chosen = select(SignInRow).where(SignInRow.id == sign_in_id, *_open(now))
    row = (await session.execute(chosen)).scalar_one_or_none()
    return _sign_in(row) if row else None


async def take_try(session: Session, sign_in_id: UUID, most: int, now: datetime) -> bool:
    """Whether one more code may be tried; this one is counted."""
    taken = (
        update(SignInRow)
        .where(SignInRow.id == sign_in_id, SignInRow.tries < most, *_open(now))
        .values(tries=SignInRow.tries + 1)
        .returning(SignInRow.id)
    )
    return (await session.execute(taken)).first() is not None


async def use_sign_in(session: Session, sign_in_id: UUID, now: datetime) -> SignIn | None:
    """Whoever comes first gets it; None for everybody else."""
    used = (
        update(SignInRow)
        .where(SignInRow.id == sign_in_id, *_open(now))
        .values(used_at=now)
        .returning(SignInRow)
    )
    row = (await session.execute(used)).scalar_one_or_none()
    return _sign_in(row) if row else None


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignInRow.used_at.is_(None), SignInRow.expires_at > now


def _sign_in(row: SignInRow) -> SignIn:
    return SignIn(
        row.id,
        row.lookup,
        row.email,
        row.language,
        Band(row.band),
        row.declared_at,
        row.created_at,
        row.expires_at,
    )


async def remove_sign_ins_before(session: Session, moment: datetime) -> int:
    """A batch of mails that were over by then."""
    return await delete_batch(session, SignInRow, SignInRow.expires_at < moment)


async def add_viewer(session: Session, new: NewViewer, sealed_key: bytes) -> bool:
    """False when the address has an account."""
    added = await session.execute(
        insert_or(ViewerRow).values(**asdict(new)).on_conflict_do_nothing().returning(ViewerRow.id)
    )
    if added.first() is None:
        return False
    await session.execute(insert(ViewerKeyRow).values(viewer_id=new.id, sealed=sealed_key))
    return True


async def viewer_of_lookup(session: Session, lookup: bytes) -> FoundViewer | None:
    """Who has an address."""
    return await _viewer(session, ViewerRow.lookup == lookup)


async def viewer_of_session(session: Session, digest: bytes, now: datetime) -> FoundViewer | None:
    """Who is behind a session token that has not run out."""
    owner = select(ViewerSessionRow.viewer_id).where(
        ViewerSessionRow.token_digest == digest, ViewerSessionRow.expires_at > now
    )
    return await _viewer(session, ViewerRow.id.in_(owner))


async def lock_viewer(session: Session, viewer_id: UUID) -> bool:
    """False when there is none any more."""
    chosen = select(ViewerRow.id).where(ViewerRow.id == viewer_id).with_for_update()
    return (await session.execute(chosen)).first() is not None


async def viewer_by_id(session: Session, viewer_id: UUID) -> FoundViewer | None:
    return await _viewer(session, ViewerRow.id == viewer_id)


async def set_limited(session: Session, viewer_id: UUID, since: datetime | None) -> bool:
    """False when there is no such account any more."""
    changed = update(ViewerRow).where(ViewerRow.id == viewer_id).values(limited_at=since)
    return (await session.execute(changed.returning(ViewerRow.id))).first() is not None


async def _viewer(session: Session, which: ColumnElement[bool]) -> FoundViewer | None:
    joined = select(ViewerRow, ViewerKeyRow.sealed).join(
        ViewerKeyRow, ViewerKeyRow.viewer_id == ViewerRow.id
    )
    found = (await session.execute(joined.where(which))).first()
    if found is None:
        return None
    row, sealed = found
    return (
        NewViewer(
            row.id,
            row.lookup,
            row.email,
            row.language,
            Band(row.band),
            row.declared_at,
            row.created_at,
            row.limited_at,
        ),
        sealed,
    )


async def add_session(session: Session, digest: bytes, viewer_id: UUID, new: ViewerSession) -> None:
    values = {"token_digest": digest, "viewer_id": viewer_id, **asdict(new)}
    await session.execute(insert(ViewerSessionRow).values(**values))


async def sessions_of(session: Session, viewer_id: UUID, now: datetime) -> list[ViewerSession]:
    """Those that have not run out, newest first."""
    chosen = select(
        ViewerSessionRow.id,
        ViewerSessionRow.browser,
        ViewerSessionRow.created_at,
        ViewerSessionRow.expires_at,
    ).where(ViewerSessionRow.viewer_id == viewer_id, ViewerSessionRow.expires_at > now)
    rows = await session.execute(chosen.order_by(ViewerSessionRow.created_at.desc()))
    return [ViewerSession(*row) for row in rows]


async def session_id(session: Session, digest: bytes, now: datetime) -> UUID | None:
    chosen = select(ViewerSessionRow.id).where(
        ViewerSessionRow.token_digest == digest, ViewerSessionRow.expires_at > now
    )
    return (await session.execute(chosen)).scalar_one_or_none()


async def remove_session(session: Session, digest: bytes) -> None:
    """Signing out."""
    await session.execute(delete(ViewerSessionRow).where(ViewerSessionRow.token_digest == digest))


async def remove_own_session(session: Session, viewer_id: UUID, session_id: UUID) -> bool:
    """Whether this viewer had such a session."""
    chosen = delete(ViewerSessionRow).where(
        ViewerSessionRow.viewer_id == viewer_id, ViewerSessionRow.id == session_id
    )
    return (await session.execute(chosen.returning(ViewerSessionRow.id))).first() is not None


async def remove_sessions_of(session: Session, viewer_id: UUID, keep: bytes | None = None) -> int:
    """All of a viewer, but for the one to `keep`; how many."""
    chosen = delete(ViewerSessionRow).where(ViewerSessionRow.viewer_id == viewer_id)
    if keep is not None:
        chosen = chosen.where(ViewerSessionRow.token_digest != keep)
    return len((await session.execute(chosen.returning(ViewerSessionRow.id))).all())


async def remove_sessions_before(session: Session, moment: datetime) -> int:
    """A batch of sessions that ran out."""
    return await delete_batch(session, ViewerSessionRow, ViewerSessionRow.expires_at < moment)


async def erase_viewer(session: Session, viewer_id: UUID) -> int:
    """The account and all that hangs on it; how many rows of its own tables went."""
    lookup = select(ViewerRow.lookup).where(ViewerRow.id == viewer_id).scalar_subquery()
    asked = await session.execute(
        delete(SignInRow).where(SignInRow.lookup == lookup).returning(SignInRow.id)
    )
    gone = await session.execute(
        delete(ViewerRow).where(ViewerRow.id == viewer_id).returning(ViewerRow.id)
    )
    return len(asked.all()) + len(gone.all())


async def addresses(session: Session, viewer_id: UUID) -> Sequence[AddressRow]:
    """The one that was last used first."""
    chosen = select(AddressRow).where(AddressRow.viewer_id == viewer_id)
    ordered = chosen.order_by(AddressRow.used_at.desc(), AddressRow.id)
    found = await session.execute(ordered.execution_options(populate_existing=True))
    return found.scalars().all()


async def set_address(
    session: Session, viewer_id: UUID, address_id: UUID, sealed: bytes, used_at: datetime
) -> None:
    """Add one of the viewer's, or change it."""
    row = insert_or(AddressRow).values(
        id=address_id, viewer_id=viewer_id, sealed=sealed, used_at=used_at
    )
    values = {"sealed": sealed, "used_at": used_at}
    await session.execute(row.on_conflict_do_update(index_elements=[AddressRow.id], set_=values))


async def remove_address(session: Session, viewer_id: UUID, address_id: UUID) -> None:
    gone = delete(AddressRow).where(AddressRow.viewer_id == viewer_id, AddressRow.id == address_id)
    await session.execute(gone)


async def followed(session: Session, viewer_id: UUID) -> list[tuple[UUID, datetime]]:
    """Hosts and since when, the newest last."""
    chosen = select(FollowRow.creator_id, FollowRow.since).where(FollowRow.viewer_id == viewer_id)
    return [(row.creator_id, row.since) for row in await session.execute(chosen.order_by("since"))]


async def add_follow(session: Session, viewer_id: UUID, creator_id: UUID, now: datetime) -> None:
    added = insert_or(FollowRow).values(viewer_id=viewer_id, creator_id=creator_id, since=now)
    await session.execute(added.on_conflict_do_nothing())


async def remove_follow(session: Session, viewer_id: UUID, creator_id: UUID) -> None:
    gone = delete(FollowRow).where(
        FollowRow.viewer_id == viewer_id, FollowRow.creator_id == creator_id
    )
    await session.execute(gone)


async def wants_already(
    session: Session,
    viewer_id: UUID,
    *,
    creator_id: UUID | None = None,
    show_id: UUID | None = None,
) -> bool:
    """Whether the viewer follows this host, or asked for this show."""
    follows = exists().where(FollowRow.viewer_id == viewer_id, FollowRow.creator_id == creator_id)
    asked = exists().where(
        ReminderRow.viewer_id == viewer_id, ReminderRow.show_id == show_id, ReminderRow.asked
    )
    return bool((await session.execute(select(or_(follows, asked)))).scalar_one())


async def asked_for(session: Session, viewer_id: UUID) -> list[UUID]:
    """Shows, also those whose mail went out."""
    chosen = select(ReminderRow.show_id).where(
        ReminderRow.viewer_id == viewer_id, ReminderRow.asked
    )
    return list((await session.execute(chosen.order_by(ReminderRow.made_at))).scalars())


async def reminders_of(session: Session, viewer_id: UUID) -> list[tuple[UUID, datetime]]:
    """Shows and since when, whyever a viewer is or was reminded of them."""
    chosen = select(ReminderRow.show_id, ReminderRow.made_at).where(
        ReminderRow.viewer_id == viewer_id
    )
    rows = await session.execute(chosen.order_by(ReminderRow.made_at))
    return [(row.show_id, row.made_at) for row in rows]


async def count_waiting(session: Session, viewer_id: UUID) -> int:
    """Hosts, and shows that were asked for and of which no mail went out yet."""
    hosts = select(func.count()).where(FollowRow.viewer_id == viewer_id).scalar_subquery()
    shows = select(func.count()).where(
        ReminderRow.viewer_id == viewer_id, ReminderRow.asked, ReminderRow.mailed_at.is_(None)
    )
    return int((await session.execute(select(hosts + shows.scalar_subquery()))).scalar_one())


async def ask_reminder(session: Session, viewer_id: UUID, show_id: UUID, now: datetime) -> None:
    """One that was made for who follows the host becomes one that was asked for."""
    added = insert_or(ReminderRow).values(
        id=ids.new(), viewer_id=viewer_id, show_id=show_id, asked=True, made_at=now
    )
    key = [ReminderRow.show_id, ReminderRow.viewer_id]
    await session.execute(added.on_conflict_do_update(index_elements=key, set_={"asked": True}))


async def forget_reminder(session: Session, viewer_id: UUID, show_id: UUID) -> None:
    """Nothing of a mail that went out: it would be sent again."""
    gone = update(ReminderRow).where(
        ReminderRow.viewer_id == viewer_id, ReminderRow.show_id == show_id
    )
    await session.execute(gone.values(asked=False))


async def add_reminders_of_followers(
    session: Session, creator_id: UUID, show_id: UUID, now: datetime
) -> None:
    wanted = select(
        func.gen_random_uuid(), FollowRow.viewer_id, literal(show_id), false(), literal(now)
    ).where(FollowRow.creator_id == creator_id)
    columns = ["id", "viewer_id", "show_id", "asked", "made_at"]
    added = insert_or(ReminderRow).from_select(columns, wanted)
    await session.execute(added.on_conflict_do_nothing())


async def take_reminders(
    session: Session, show: Show, now: datetime, *, most: int, within: timedelta, moved: timedelta
) -> list[UUID]:
    """Those of a show whose mail is to be noted now: each once, and again where the show starts
    more than `moved` later than the mail said, at most `most` times `within`. Of who follows the
    host and did not ask for this show, only where fewer than `most` mails went out `within`. Those
    of limited accounts wait.
    """
    other = aliased(ReminderRow)
    lately = (
        select(func.count())
        .where(other.viewer_id == ReminderRow.viewer_id, other.mailed_at > now - within)
        .correlate(ReminderRow)
        .scalar_subquery()
    )
    follows = exists().where(
        FollowRow.viewer_id == ReminderRow.viewer_id, FollowRow.creator_id == show.host_creator_id
    )
    limited = exists().where(
        ViewerRow.id == ReminderRow.viewer_id, ViewerRow.limited_at.is_not(None)
    )
    # A host who puts a show off every hour does not write every hour.
    postponed = (
        and_(
            ReminderRow.mailed_for + moved < show.starts_at,
            ReminderRow.mailed_at < now - within / most,
        )
        if show.starts_at
        else false()
    )
    taken = (
        update(ReminderRow)
        .where(
            ReminderRow.show_id == show.id,
            ~limited,
            or_(ReminderRow.mailed_at.is_(None), postponed),
            or_(ReminderRow.asked, and_(follows, lately < most)),
        )
        .values(mailed_at=now, mailed_for=show.starts_at)
        .returning(ReminderRow.id)
    )
    return list((await session.execute(taken)).scalars())


async def give_back_reminder(session: Session, reminder_id: UUID) -> None:
    """Its mail did not go out: it can be taken again."""
    back = update(ReminderRow).where(ReminderRow.id == reminder_id)
    await session.execute(back.values(mailed_at=None, mailed_for=None))


async def find_reminder(session: Session, reminder_id: UUID) -> tuple[UUID, UUID, bool] | None:
    """Viewer, show, and whether the show was asked for."""
    columns = ReminderRow.viewer_id, ReminderRow.show_id, ReminderRow.asked
    row = (await session.execute(select(*columns).where(ReminderRow.id == reminder_id))).first()
    return (row.viewer_id, row.show_id, row.asked) if row else None


async def remove_reminders_before(session: Session, moment: datetime) -> int:
    """A batch of those that were made before this moment, whatever became of them."""
    return await delete_batch(session, ReminderRow, ReminderRow.made_at < moment)
