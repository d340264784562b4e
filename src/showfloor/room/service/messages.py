"""People say something."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.pace import Pace
from showfloor.replays import service as replays
from showfloor.replays.events import ReplayCut
from showfloor.room import queries
from showfloor.room.errors import MessageNotFound
from showfloor.room.queries import questions
from showfloor.room.rules.private import cover_private
from showfloor.room.service.wishes import find_wish
from showfloor.room.service.writing import Guest, enter, take_turn, turns_of, waits_for_review
from showfloor.room.types import Message, MessageState, Said, Sent
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayState, Show

HISTORY = 50
"""Messages for who joins."""
MOST_TOLD = 1000
"""Messages that open screens hear of when a recording is cut, the newest, and the pinned one. Older
ones are gone for who opens the page, or asks for their part of the recording, after the cut.
"""


async def send_message(
    session: Session,
    pace: Pace,
    *,
    show_id: UUID,
    writer: Person | Guest,
    secret: bytes,
    text: str,
    reply_to: UUID | None,
    media_at: datetime,
) -> Sent:
    """Say something in a show that is on the air, at `media_at` on its clock. `secret` is that of
    the orders' pages.

    Raises ShowNotFound, ChatClosed, ChatPaused, ChatMuted, ChatEmojiOnly, ChatBuyersOnly,
    ChatWordsRefused, ChatNameNeeded, ChatNameReserved, ChatTokenInvalid, WritingTooFast,
    MessageNotFound.
    """
    entered = await enter(session, pace, show_id=show_id, writer=writer, secret=secret, text=text)
    if reply_to is not None:
        await get_message(session, reply_to, show_id=show_id)
    await take_turn(session, pace, entered, turns_of(entered, text))
    author, role = entered.author, entered.role
    is_held = waits_for_review(entered, text)
    message = Message(
        id=ids.new(),
        show_id=show_id,
        author_id=author.id,
        role=role,
        name=author.name,
        text=text if role.sells else cover_private(text),
        at=clock.now(),
        media_at=media_at,
        reply_to=reply_to,
        state=MessageState.HELD if is_held else MessageState.SHOWN,
    )
    await queries.add_message(session, message)
    wish = await find_wish(session, entered, text, message_id=message.id, secret=secret)
    return Sent(message, entered.token, wish)


async def get_message(session: Session, message_id: UUID, *, show_id: UUID) -> Message:
    """One of this show that is not waiting for a moderator. Raises MessageNotFound."""
    found = await queries.message(session, message_id)
    if found is None or found.show_id != show_id or found.state is MessageState.HELD:
        raise MessageNotFound
    return found


async def list_messages(
    session: Session,
    *,
    show_id: UUID,
    start: datetime | None = None,
    end: datetime | None = None,
    most: int = HISTORY,
) -> Said:
    """The last messages that were said between two moments of the show, the oldest first; none of a
    show whose recording nobody may watch, and of a recording none of what its host took out. Raises
    ShowNotFound.
    """
    show = await shows.get_public_show(session, show_id)
    if not show.state.on_air and not is_watchable(show):
        return Said([], None)
    cut = await replays.get_cut(session, show_id)
    found = await queries.newest_messages(
        session, show_id, start=start, end=end, cut=cut, most=most
    )
    holds = await queries.settings(session, show_id)
    pinned = holds.pinned_id and await queries.shown_message(session, show_id, holds.pinned_id, cut)
    return Said(found, pinned or None)


async def follow_cut(session: Session, cut: ReplayCut) -> None:
    """Screens that are open, and rooms in memory, hear of what a cut hides or shows again: at most
    of the `MOST_TOLD` newest messages that it changes, and of the pinned one; and of the questions.
    """
    await queries.renew_cut(session, cut, most=MOST_TOLD)
    await questions.renew(session, cut.show_id)


def is_watchable(show: Show) -> bool:
    """There is a recording, and everybody may watch it."""
    return show.replay is not None and show.replay.state is ReplayState.READY
