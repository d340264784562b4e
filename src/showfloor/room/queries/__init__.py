"""All SQL of `room`; `questions.py` has that of what people ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from showfloor.kit import ids
from showfloor.kit.db import Session, delete_batch
from showfloor.replays.events import ReplayCut, TakenOut
from showfloor.replays.types import Cut
from showfloor.room.models import (
    CHANGES,
    AccountMuteRow,
    ActionRow,
    AskerRow,
    AuthorRow,
    HeartsRow,
    MessageRow,
    SettingsRow,
)
from showfloor.room.queries import questions
from showfloor.room.types import (
    Action,
    ActionKind,
    Asking,
    Author,
    ChatRole,
    ChatSettings,
    Message,
    MessageState,
    Review,
)


def _author(row: AuthorRow) -> Author:
    return Author(
        row.id,
        row.show_id,
        row.person_id,
        row.name,
        row.muted_until,
        row.viewer_id,
        row.has_bought,
    )


def _message(row: MessageRow) -> Message:
    return Message(
        id=row.id,
        show_id=row.show_id,
        author_id=row.author_id,
        role=ChatRole(row.role),
        name=row.name,
        text=row.text,
        at=row.at,
        media_at=row.media_at,
        reply_to=row.reply_to,
        state=MessageState(row.state),
    )


def _settings(row: SettingsRow) -> ChatSettings:
    return ChatSettings(
        slow_s=row.slow_s,
        emoji_only=row.emoji_only,
        buyers_only=row.buyers_only,
        closed=row.closed,
        review=Review(row.review),
        pinned_id=row.pinned_id,
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
    return None if row is None else _author(row)


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
    return _author((await session.execute(stored)).scalar_one())


async def add_hearts(session: Session, counted: Mapping[UUID, int]) -> None:
    """By show. In one order, so that two processes do not wait for each other."""
    rows = [{"room_id": show_id, "total": counted[show_id]} for show_id in sorted(counted)]
    added = insert(HeartsRow).values(rows)
    total = HeartsRow.total + added.excluded.total
    await session.execute(
        added.on_conflict_do_update(index_elements=[HeartsRow.room_id], set_={"total": total})
    )


async def add_message(session: Session, message: Message) -> None:
    session.add(
        MessageRow(
            id=message.id,
            show_id=message.show_id,
            author_id=message.author_id,
            role=message.role.value,
            name=message.name,
            text=message.text,
            at=message.at,
            media_at=message.media_at,
            reply_to=message.reply_to,
            state=message.state.value,
        )
    )


async def message(session: Session, message_id: UUID, *, lock: bool = False) -> Message | None:
    chosen = select(MessageRow).where(MessageRow.id == message_id)
    row = await session.execute(chosen.with_for_update() if lock else chosen)
    found = row.scalar_one_or_none()
    return None if found is None else _message(found)


async def newest_messages(
    session: Session,
    show_id: UUID,
    *,
    start: datetime | None,
    end: datetime | None,
    cut: Cut,
    most: int,
) -> list[Message]:
    """The last ones said from `start` up to `end` on the show clock that are shown, the oldest
    first; none of what the cut takes out. (`fanout` reads the same by the view `room_message`.)
    """
    chosen = _shown(show_id, cut)
    if start is not None:
        chosen = chosen.where(MessageRow.media_at >= start)
    if end is not None:
        chosen = chosen.where(MessageRow.media_at < end)
    newest = chosen.order_by(MessageRow.media_at.desc(), MessageRow.id.desc()).limit(most)
    return [_message(row) for row in (await session.execute(newest)).scalars()][::-1]


async def shown_message(
    session: Session, show_id: UUID, message_id: UUID, cut: Cut
) -> Message | None:
    """None when it is deleted, or was said in what the cut takes out."""
    chosen = _shown(show_id, cut).where(MessageRow.id == message_id)
    row = (await session.execute(chosen)).scalar_one_or_none()
    return None if row is None else _message(row)


def _shown(show_id: UUID, cut: Cut) -> Select[MessageRow]:
    chosen = select(MessageRow).where(
        MessageRow.show_id == show_id, MessageRow.state == MessageState.SHOWN.value
    )
    if cut.trim_start is not None:
        chosen = chosen.where(MessageRow.media_at >= cut.trim_start)
    if cut.trim_end is not None:
        chosen = chosen.where(MessageRow.media_at < cut.trim_end)
    for span in cut.hidden:
        chosen = chosen.where(
            or_(MessageRow.media_at < span.start, MessageRow.media_at >= span.end)
        )
    return chosen


async def held_messages(session: Session, show_id: UUID, most: int) -> list[Message]:
    """What waits for a moderator, the oldest first."""
    oldest = select(MessageRow).where(_held(show_id)).order_by(MessageRow.id).limit(most)
    return [_message(row) for row in (await session.execute(oldest)).scalars()]


async def count_held(session: Session, show_id: UUID) -> int:
    counted = select(func.count()).select_from(MessageRow).where(_held(show_id))
    return (await session.execute(counted)).scalar_one()


def _held(show_id: UUID) -> ColumnElement[bool]:
    return and_(MessageRow.show_id == show_id, MessageRow.state == MessageState.HELD.value)


async def lock_writer(session: Session, author_id: UUID) -> tuple[Author, list[UUID]] | None:
    """Whose rows these are, and all of them: on all devices of the account. In one order and before
    any of their messages is locked, as who writes and who is erased do it.
    """
    found = await author(session, author_id)
    if found is None:
        return None
    same = AuthorRow.id == author_id
    if found.account_id is not None:
        same |= _of_account(found.account_id)
    locked = select(AuthorRow.id).where(same).order_by(AuthorRow.id).with_for_update()
    return found, list((await session.execute(locked)).scalars())


async def refuse_held_of(
    session: Session, author_ids: Collection[UUID], show_ids: Collection[UUID]
) -> list[tuple[UUID, UUID]]:
    """What these authors have waiting in these shows is deleted: the shows and ids of the messages.
    Needs the lock of the authors (`lock_writer`).
    """
    # One that is locked is being decided on; whoever mutes its writer by it would wait for us.
    held = (
        select(MessageRow.id)
        .where(
            MessageRow.author_id.in_(author_ids),
            MessageRow.show_id.in_(show_ids),
            MessageRow.state == MessageState.HELD.value,
        )
        .with_for_update(skip_locked=True)
    )
    refused = (
        update(MessageRow)
        .where(MessageRow.id.in_((await session.execute(held)).scalars().all()))
        .values(state=MessageState.DELETED.value, change=CHANGES.next_value())
        .returning(MessageRow.show_id, MessageRow.id)
    )
    return [(row.show_id, row.id) for row in await session.execute(refused)]


async def set_state(session: Session, message_id: UUID, state: MessageState) -> None:
    """With a new number, so that open screens hear of it."""
    changed = update(MessageRow).where(MessageRow.id == message_id)
    await session.execute(changed.values(state=state.value, change=CHANGES.next_value()))


async def renew_cut(session: Session, cut: ReplayCut, *, most: int) -> None:
    """A new number for each of the newest `most` messages that the cut hides or shows again, and
    for the pinned one however old it is: open screens hear of it, and the view `room_message` says
    what is shown.
    """
    was, out = _said_in(cut.before), _said_in(cut.now)
    changed = select(MessageRow.id).where(
        MessageRow.show_id == cut.show_id,
        MessageRow.state == MessageState.SHOWN.value,
        or_(and_(was, ~out), and_(out, ~was)),
    )
    newest = changed.order_by(MessageRow.media_at.desc(), MessageRow.id.desc()).limit(most)
    pinned = select(SettingsRow.pinned_id).where(SettingsRow.show_id == cut.show_id)
    # With `or` in the place of the union, PostgreSQL would walk through the messages of all shows.
    these = newest.union(changed.where(MessageRow.id.in_(pinned)))
    renewed = update(MessageRow).where(MessageRow.id.in_(these))
    await session.execute(renewed.values(change=CHANGES.next_value()))


def _said_in(spans: Iterable[TakenOut]) -> ColumnElement[bool]:
    each = [
        and_(
            true() if span.start is None else MessageRow.media_at >= span.start,
            true() if span.end is None else MessageRow.media_at < span.end,
        )
        for span in spans
    ]
    return or_(false(), *each)


async def author(session: Session, author_id: UUID) -> Author | None:
    """Locked."""
    row = await session.get(AuthorRow, author_id, with_for_update=True)
    return None if row is None else _author(row)


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


async def shows_of_account(session: Session, account_id: UUID) -> set[UUID]:
    """Those in which the account wrote."""
    chosen = select(AuthorRow.show_id).where(_of_account(account_id))
    return set((await session.execute(chosen)).scalars())


async def unmute_account(
    session: Session, creator_id: UUID, account_id: UUID, show_ids: Collection[UUID]
) -> None:
    """With this host, of whom these shows are."""
    there = update(AuthorRow).where(_of_account(account_id), AuthorRow.show_id.in_(show_ids))
    await session.execute(there.values(muted_until=None))
    await session.execute(
        delete(AccountMuteRow).where(
            AccountMuteRow.creator_id == creator_id, AccountMuteRow.account_id == account_id
        )
    )


def _of_account(account_id: UUID) -> ColumnElement[bool]:
    return or_(AuthorRow.person_id == account_id, AuthorRow.viewer_id == account_id)


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


async def note_purchase(session: Session, author_id: UUID) -> None:
    """Which order it was is not kept."""
    changed = update(AuthorRow).where(AuthorRow.id == author_id)
    await session.execute(changed.values(has_bought=True))


async def is_muted_near(session: Session, show_id: UUID, network: bytes, now: datetime) -> bool:
    """Whether somebody of the network, who is a guest as well, may not write now."""
    muted = select(AuthorRow.id).where(
        AuthorRow.show_id == show_id, AuthorRow.network == network, AuthorRow.muted_until > now
    )
    return (await session.execute(muted.limit(1))).first() is not None


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


def _columns(settings: ChatSettings) -> dict[str, Any]:
    return {**asdict(settings), "review": settings.review.value}


async def add_action(session: Session, action: Action) -> None:
    session.add(
        ActionRow(
            id=action.id,
            show_id=action.show_id,
            message_id=action.message_id,
            person_id=action.person_id,
            kind=action.kind.value,
            reason=action.reason,
            at=action.at,
            detail=action.detail,
            question_id=action.question_id,
        )
    )


async def actions(session: Session, show_id: UUID, most: int) -> list[Action]:
    """The newest first, so many of each kind: pins do not crowd out what was deleted. Of what was
    done to one message again and again, the older times are the first to be left out.
    """
    times = func.row_number().over(
        partition_by=(ActionRow.kind, ActionRow.message_id, ActionRow.question_id),
        order_by=ActionRow.id.desc(),
    )
    counted = (
        select(ActionRow.id, ActionRow.kind, times.label("times"))
        .where(ActionRow.show_id == show_id)
        .subquery()
    )
    rank = func.row_number().over(
        partition_by=counted.c.kind, order_by=(counted.c.times, counted.c.id.desc())
    )
    ranked = select(counted.c.id, rank.label("rank")).subquery()
    listed = select(ranked.c.id).where(ranked.c.rank <= most)
    newest = select(ActionRow).where(ActionRow.id.in_(listed)).order_by(ActionRow.id.desc())
    return [
        Action(
            row.id,
            row.show_id,
            row.message_id,
            row.person_id,
            ActionKind(row.kind),
            row.reason,
            row.at,
            row.detail,
            row.question_id,
        )
        for row in (await session.execute(newest)).scalars()
    ]


async def messages_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Message]:
    """Also those that are shown no more."""
    chosen = select(MessageRow).where(MessageRow.id.in_(ids))
    return {row.id: _message(row) for row in (await session.execute(chosen)).scalars()}


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


async def delete_actions(session: Session, before: datetime) -> int:
    """A batch of the oldest; how many went."""
    return await delete_batch(session, ActionRow, ActionRow.at < before)


async def said_by_viewer(session: Session, viewer_id: UUID) -> list[Message]:
    """With the account, the oldest first; also what is deleted."""
    authors = select(AuthorRow.id).where(AuthorRow.viewer_id == viewer_id)
    chosen = select(MessageRow).where(MessageRow.author_id.in_(authors)).order_by(MessageRow.id)
    return [_message(row) for row in (await session.execute(chosen)).scalars()]


async def authors_of_viewer(session: Session, viewer_id: UUID) -> list[Author]:
    """One for each browser and show, the oldest first."""
    chosen = select(AuthorRow).where(AuthorRow.viewer_id == viewer_id).order_by(AuthorRow.id)
    return [_author(row) for row in (await session.execute(chosen)).scalars()]


async def account_mutes(session: Session, account_id: UUID) -> dict[UUID, datetime]:
    """Until when, by creator; also those that are over and not deleted yet."""
    chosen = select(AccountMuteRow).where(AccountMuteRow.account_id == account_id)
    return {row.creator_id: row.until for row in (await session.execute(chosen)).scalars()}


async def asked_by_viewer(session: Session, viewer_id: UUID) -> list[Asking]:
    """With the account, the oldest first; also what the team dismissed."""
    return await questions.asked_by(
        session, select(AuthorRow.id).where(AuthorRow.viewer_id == viewer_id)
    )


async def remove_of_account(session: Session, account_id: UUID, pseudonym: str) -> int:
    """What a person's or a viewer's account said is gone, also from open screens; the rows stay
    empty in the place of what others answered to.
    """
    # Locked before the messages are looked for: whoever writes one holds the lock of its author.
    first = select(AuthorRow.id, AuthorRow.show_id).where(_of_account(account_id))
    locked = (await session.execute(first.order_by(AuthorRow.id).with_for_update())).all()
    authors = [row.id for row in locked]
    gone = (
        update(MessageRow)
        .where(MessageRow.author_id.in_(authors))
        .values(
            name=pseudonym, text="", state=MessageState.DELETED.value, change=CHANGES.next_value()
        )
        .returning(MessageRow.id, MessageRow.show_id)
    )
    said = (await session.execute(gone)).all()
    asked = await questions.remove_of_authors(session, authors)
    touched = len(said) + len(asked)
    # A note about the message or the question may tell about who wrote it.
    noted = update(ActionRow).where(
        ActionRow.show_id.in_({row.show_id for row in locked}),
        or_(
            ActionRow.message_id.in_({row.id for row in said}),
            ActionRow.question_id.in_(asked),
        ),
        ActionRow.reason != "",
    )
    await session.execute(noted.values(reason=""))
    renamed = (
        update(AuthorRow)
        .where(AuthorRow.id.in_(authors))
        .values(
            name=pseudonym,
            person_id=None,
            viewer_id=None,
            network=None,
            # The browser that has the token would go on under the pseudonym.
            token_digest=None,
            has_bought=False,
        )
        .returning(AuthorRow.id)
    )
    touched += len((await session.execute(renamed)).all())
    mutes = delete(AccountMuteRow).where(AccountMuteRow.account_id == account_id)
    return touched + len((await session.execute(mutes.returning(AccountMuteRow.id))).all())


async def delete_account_mutes(session: Session, now: datetime) -> int:
    """A batch of those that are over; how many went."""
    return await delete_batch(session, AccountMuteRow, AccountMuteRow.until < now)


async def forget_networks(session: Session, before: datetime) -> None:
    """Of guests who came before."""
    old = update(AuthorRow).where(AuthorRow.created_at < before, AuthorRow.network.is_not(None))
    await session.execute(old.values(network=None))


async def delete_messages(session: Session, before: datetime) -> int:
    """A batch of what was said before; how many went."""
    return await delete_batch(session, MessageRow, MessageRow.at < before)


async def delete_authors(session: Session, before: datetime) -> int:
    """A batch of those who came before and of whom nothing is left."""
    said = select(MessageRow.id).where(MessageRow.author_id == AuthorRow.id).exists()
    asks = select(AskerRow.id).where(AskerRow.author_id == AuthorRow.id).exists()
    return await delete_batch(session, AuthorRow, AuthorRow.created_at < before, ~said, ~asks)
