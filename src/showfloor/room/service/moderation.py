"""The show's team takes what was said off all screens and puts it back, mutes who says it, and sets
what holds for everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.retention import lasts
from showfloor.realtime import service as realtime
from showfloor.room import queries
from showfloor.room.errors import ChatNoAccount, MessageNotFound
from showfloor.room.queries import questions
from showfloor.room.rules.undoing import undo_of_each
from showfloor.room.service.access import get_moderated_show, may_moderate
from showfloor.room.types import (
    Action,
    ActionKind,
    Author,
    ChatSettings,
    Logged,
    Message,
    MessageState,
)
from showfloor.room.views import settings_view
from showfloor.shows import service as shows
from showfloor.shows.types import Show

MOST_ACTIONS = 200
"""Of each kind."""
FOR_THE_SHOW = timedelta(days=365)
"""As long as anything of a show is kept."""
OF_ACCOUNT = lasts("chat_mute")


async def delete_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> Message:
    """The message leaves all screens and the replay. Of two moderators who delete it at once one
    did. Raises MessageNotFound, also for who does not moderate the show; Forbidden for a message of
    the host or a merchant, which is for the host's team.
    """
    return await _change(
        session, person, message_id, MessageState.DELETED, ActionKind.DELETE, reason
    )


async def restore_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> Message:
    """It is shown again, in its place. Raises MessageNotFound, also for one that waits for a
    moderator's decision; Forbidden.
    """
    return await _change(
        session, person, message_id, MessageState.SHOWN, ActionKind.RESTORE, reason
    )


async def mute(
    session: Session,
    *,
    person: Person,
    message_id: UUID,
    minutes: int | None,
    account: bool = False,
    reason: str = "",
) -> None:
    """Who wrote the message writes nothing for so many minutes, without them in this show, on all
    devices where they are signed in; with `account` in none of this host's shows, which is for the
    host's team. What they have waiting for a moderator there is refused, and what they alone ask is
    dismissed. Raises MessageNotFound (of the show's team nobody is muted), Forbidden,
    ChatNoAccount.
    """
    said = await queries.message(session, message_id)
    writer = await queries.lock_writer(session, said.author_id) if said is not None else None
    message, show = await lock_moderated(session, person, message_id)
    if message.role.staff or writer is None:
        raise MessageNotFound
    author, author_ids = writer
    if account:
        if not shows.may_run(person, show):
            raise Forbidden
        await _mute_account(session, author, show)
        detail = "account"
    else:
        length = FOR_THE_SHOW if minutes is None else timedelta(minutes=minutes)
        await queries.mute(session, message.author_id, clock.now() + length)
        detail = "show" if minutes is None else f"{minutes} min"
    await log_action(session, person, show, ActionKind.MUTE, reason, message_id, detail)
    where = await _shows_of(session, author, show) if account else {show.id: show}
    for show_id, refused in await queries.refuse_held_of(session, author_ids, set(where)):
        await log_action(session, person, where[show_id], ActionKind.REFUSE, "", refused, "mute")
    for show_id, asked in await questions.dismiss_of(session, author_ids, set(where)):
        done = Action(
            ids.new(),
            show_id,
            None,
            person.id,
            ActionKind.DISMISS,
            "",
            clock.now(),
            "mute",
            question_id=asked,
        )
        await queries.add_action(session, done)


async def _mute_account(session: Session, author: Author, show: Show) -> None:
    if author.account_id is None:
        raise ChatNoAccount
    now = clock.now()
    await queries.mute_account(session, show.host_creator_id, author.account_id, now + OF_ACCOUNT)
    # Here also as a guest: who signs out and comes back from the same network is slowed down.
    await queries.mute(session, author.id, now + FOR_THE_SHOW)


async def _shows_of(session: Session, author: Author, show: Show) -> dict[UUID, Show]:
    """This show, and all others of its host in which the account wrote."""
    if author.account_id is None:
        return {show.id: show}
    written = await queries.shows_of_account(session, author.account_id)
    found = (await shows.get_shows(session, written)).values()
    others = {each.id: each for each in found if each.host_creator_id == show.host_creator_id}
    return others | {show.id: show}


async def unmute(session: Session, *, person: Person, message_id: UUID, reason: str = "") -> None:
    """Who wrote the message may write again: here and with this host, or, where somebody unmutes
    who moderates this show alone, as far as they were muted in this show. Raises MessageNotFound.
    """
    message, show = await lock_moderated(session, person, message_id)
    author = await queries.author(session, message.author_id)
    creator = show.host_creator_id if shows.may_run(person, show) else None
    if author is None or not await queries.muted_until(session, [author.id], creator):
        return
    await queries.unmute(session, author)
    if creator is not None and author.account_id is not None:
        await _unmute_account(session, author.account_id, creator)
    await log_action(session, person, show, ActionKind.UNMUTE, reason, message_id)


async def _unmute_account(session: Session, account_id: UUID, creator_id: UUID) -> None:
    """In all shows of this host: the mute may have been set in another one."""
    written = await shows.get_shows(session, await queries.shows_of_account(session, account_id))
    of_host = {show.id for show in written.values() if show.host_creator_id == creator_id}
    await queries.unmute_account(session, creator_id, account_id, of_host)


async def change_settings(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    change: Mapping[str, Any],
    reason: str = "",
) -> ChatSettings:
    """What holds from now on for everybody but the team; the room says so to all who watch.
    `change` names what becomes different. Raises ShowNotFound.
    """
    show = await get_moderated_show(session, person=person, show_id=show_id)
    before = await queries.locked_settings(session, show_id)
    wanted = replace(before, **change)
    if wanted == before:
        return before
    await _set_settings(session, show_id, wanted)
    if wanted.closed is not before.closed:
        kind = ActionKind.PAUSE if wanted.closed else ActionKind.RESUME
        await log_action(session, person, show, kind, reason)
    if replace(wanted, closed=before.closed) != before:
        settings = {name: value for name, value in asdict(before).items() if name != "pinned_id"}
        detail = " ".join(f"{name}={value}" for name, value in settings.items())
        await log_action(session, person, show, ActionKind.SETTINGS, reason, detail=detail)
    return wanted


async def pin_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> None:
    """It stands above all others, in the place of the one before, also for who comes later and in
    the replay, as long as it is shown. Raises MessageNotFound; Forbidden where the one before is of
    the host or a merchant, and unpinning it is for the host's team.
    """
    message, show = await lock_moderated(session, person, message_id)
    if message.state is not MessageState.SHOWN:
        raise MessageNotFound
    pinned_id = (await queries.locked_settings(session, show.id)).pinned_id
    before = await queries.message(session, pinned_id) if pinned_id else None
    if before is not None and before.state is MessageState.SHOWN and before.id != message_id:
        _check_whose(person, show, before)
    if await _set_pinned(session, show, message_id):
        await log_action(session, person, show, ActionKind.PIN, reason, message_id)


async def unpin_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> None:
    """Nothing is pinned then; nothing happens when another one is. Raises MessageNotFound,
    Forbidden.
    """
    message, show = await lock_moderated(session, person, message_id)
    _check_whose(person, show, message)
    if (await queries.locked_settings(session, show.id)).pinned_id != message_id:
        return
    await _set_pinned(session, show, None)
    await log_action(session, person, show, ActionKind.UNPIN, reason, message_id)


async def _set_pinned(session: Session, show: Show, message_id: UUID | None) -> bool:
    """Whether that changed anything. The room says which one it is, not what stands in it: what is
    erased has to be in one place.
    """
    before = await queries.locked_settings(session, show.id)
    if before.pinned_id == message_id:
        return False
    await _set_settings(session, show.id, replace(before, pinned_id=message_id))
    return True


async def _set_settings(session: Session, show_id: UUID, wanted: ChatSettings) -> None:
    await queries.set_settings(session, show_id, wanted)
    view = settings_view(wanted).model_dump(mode="json")
    await realtime.set_entry(session, show_id, "chat", view)


async def list_actions(session: Session, *, person: Person, show_id: UUID) -> list[Logged]:
    """What was done in this show, the newest first. Raises ShowNotFound."""
    show = await get_moderated_show(session, person=person, show_id=show_id)
    actions = await queries.actions(session, show_id, MOST_ACTIONS)
    names = await identity.names_of(session, {action.person_id for action in actions})
    about = {action.message_id for action in actions if action.message_id}
    found = await queries.messages_by_id(session, about)
    asked = await questions.questions_by_id(
        session, {action.question_id for action in actions if action.question_id}
    )
    authors = {message.author_id for message in found.values()}
    muted = await _muted(session, person, show, authors)
    holds = await queries.settings(session, show_id)
    undoing = undo_of_each(
        actions, found, muted, holds, clock.now(), of_team=shows.may_run(person, show)
    )
    return [
        Logged(
            action,
            names.get(action.person_id, ""),
            found.get(action.message_id) if action.message_id else None,
            undo,
            asked.get(action.question_id) if action.question_id else None,
        )
        for action, undo in zip(actions, undoing, strict=True)
    ]


def _check_whose(person: Person, show: Show, message: Message) -> None:
    """Raises Forbidden."""
    if message.role.sells and not shows.may_run(person, show):
        raise Forbidden


async def _muted(
    session: Session, person: Person, show: Show, author_ids: Collection[UUID]
) -> dict[UUID, datetime]:
    """Until when, of those whom this person may let write again."""
    if shows.may_run(person, show):
        return await queries.muted_until(session, author_ids, show.host_creator_id)
    here = await queries.muted_until(session, author_ids, None)
    kept = await queries.muted_by_account(session, here, show.host_creator_id, clock.now())
    return {author_id: until for author_id, until in here.items() if author_id not in kept}


async def _change(
    session: Session,
    person: Person,
    message_id: UUID,
    state: MessageState,
    kind: ActionKind,
    reason: str,
) -> Message:
    message, show = await lock_moderated(session, person, message_id)
    _check_whose(person, show, message)
    if message.state is state:
        return message
    if message.state is MessageState.HELD and kind is ActionKind.RESTORE:
        raise MessageNotFound
    await queries.set_state(session, message_id, state)
    await log_action(session, person, show, kind, reason, message_id)
    return replace(message, state=state)


async def lock_moderated(
    session: Session, person: Person, message_id: UUID
) -> tuple[Message, Show]:
    """As `get_moderated`, with the message locked."""
    return await get_moderated(session, person, message_id, lock=True)


async def get_moderated(
    session: Session, person: Person, message_id: UUID, *, lock: bool = False
) -> tuple[Message, Show]:
    """The message and its show, for who moderates that. Raises MessageNotFound."""
    message = await queries.message(session, message_id, lock=lock)
    # An erased person's message has no words left to show.
    if message is None or not message.text:
        raise MessageNotFound
    show = await shows.get_show(session, message.show_id)
    if not may_moderate(person, show):
        raise MessageNotFound
    return message, show


async def log_action(
    session: Session,
    person: Person,
    show: Show,
    kind: ActionKind,
    reason: str,
    message_id: UUID | None = None,
    detail: str = "",
) -> None:
    now = clock.now()
    action = Action(ids.new(), show.id, message_id, person.id, kind, reason, now, detail)
    await queries.add_action(session, action)
