"""People say something. The transaction takes the writer's row and no other: nothing of the show
waits for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from showfloor.identity.types import Admission, Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.pace import Limit, Pace
from showfloor.replays import service as replays
from showfloor.replays.events import ReplayCut
from showfloor.room import queries
from showfloor.room.errors import (
    ChatBuyersOnly,
    ChatClosed,
    ChatEmojiOnly,
    ChatMuted,
    ChatNameNeeded,
    ChatNameReserved,
    ChatPaused,
    ChatTokenInvalid,
    ChatWordsRefused,
    MessageNotFound,
    WritingTooFast,
)
from showfloor.room.rules.insults import has_insult
from showfloor.room.rules.names import LONGEST_NAME, clean_name, is_reserved
from showfloor.room.rules.pace import (
    AUTHOR,
    LONGEST_MUTE,
    NETWORK,
    NEWCOMERS,
    RETURNS,
    SAME,
    TRIES,
    burst_key,
)
from showfloor.room.rules.private import cover_private
from showfloor.room.rules.words import is_emoji
from showfloor.room.service.access import (
    may_write_as_buyer,
    name_of_staff,
    names_of_team,
    role_of,
)
from showfloor.room.types import Author, ChatRole, ChatSettings, Message, Said, Sent
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayState, Show

HISTORY = 50
"""Messages for who joins."""
MOST_TOLD = 1000
"""Messages that open screens hear of when a recording is cut, the newest, and the pinned one. Older
ones are gone for who opens the page, or asks for their part of the recording, after the cut.
"""


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest with a token from an earlier message, or with a name and the gate's admission.
    `network` is a keyed digest, `viewer_id` the account that the browser is signed in with,
    `order` the token of an order's page.
    """

    network: bytes
    token: str | None = None
    name: str | None = None
    admission: Admission | None = None
    viewer_id: UUID | None = None
    order: str | None = None


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
    _count_try(pace, writer)
    person = writer if isinstance(writer, Person) else None
    show = await shows.get_public_show(session, show_id, person=person)
    if not show.state.on_air:
        raise ChatClosed
    role = await role_of(session, person, show)
    holds = ChatSettings() if role.staff else await queries.settings(session, show_id)
    _check_open(holds, text)
    if not role.sells:
        _check_words(text)
    if isinstance(writer, Person):
        author, token = await _author_of(session, writer, role, show), None
    else:
        author, token = await _author_of_guest(session, writer, show)
    if not role.staff:
        await _check_muted(session, author, show)
    if holds.buyers_only:
        await _check_buyer(session, author, writer, show, secret)
    if reply_to is not None:
        await get_message(session, reply_to, show_id=show_id)
    if not role.staff:
        # After all else that refuses: a message that is not taken uses up no turn.
        turns = _turns_of_writer(author, holds, text)
        if token is not None and isinstance(writer, Guest):
            turns |= await _turns_of_newcomer(session, writer, show)
        _take_turns(pace, turns)
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
    )
    await queries.add_message(session, message)
    return Sent(message, token)


def _count_try(pace: Pace, writer: Person | Guest) -> None:
    """Also one that is refused afterwards: before the show, which a caller can make up, is looked
    up. Raises WritingTooFast.
    """
    if isinstance(writer, Person):
        _take_turns(pace, {("tries", writer.id): TRIES})
    else:
        _take_turns(pace, {("network", writer.network): NETWORK})


async def _check_buyer(
    session: Session, author: Author, writer: Person | Guest, show: Show, secret: bytes
) -> None:
    """Raises ChatBuyersOnly. Who showed it once need not show it again in this show."""
    order = writer.order if isinstance(writer, Guest) else None
    if not await may_write_as_buyer(session, author, show, order=order, secret=secret):
        raise ChatBuyersOnly
    if not author.has_bought:
        await queries.note_purchase(session, author.id)


async def _author_of(session: Session, person: Person, role: ChatRole, show: Show) -> Author:
    if role.staff:
        name = await name_of_staff(session, person, role, show)
    else:
        name = clean_name(person.name)[:LONGEST_NAME].strip()
        await _check_name(session, name, show)
    author = Author(ids.new(), show.id, person.id, name)
    return await queries.author_of_person(session, author, clock.now())


async def _author_of_guest(session: Session, guest: Guest, show: Show) -> tuple[Author, str | None]:
    """With the token that a new one gets."""
    if guest.token is not None:
        found = await queries.guest(session, show.id, ids.digest(guest.token))
        if found is None:
            raise ChatTokenInvalid
        if found.viewer_id != guest.viewer_id:
            # Perhaps somebody else at the same browser, perhaps the same one who signed in or out:
            # nobody knows. What a guest said is not the account's to be read, erased or muted for.
            raise ChatTokenInvalid
        return found, None
    if guest.name is None or guest.admission is None:
        raise ChatNameNeeded
    await _check_name(session, guest.name, show)
    author = Author(ids.new(), show.id, None, guest.name, viewer_id=guest.viewer_id)
    token = f"ct_{ids.secret()}"
    await queries.add_guest(
        session,
        author,
        network=guest.network,
        token_digest=ids.digest(token),
        at=clock.now(),
    )
    return author, token


def _turns_of_writer(author: Author, holds: ChatSettings, text: str) -> dict[Hashable, Limit]:
    turns: dict[Hashable, Limit] = {author.id: AUTHOR}
    if holds.slow_s:
        turns["slow", author.id] = Limit(1, holds.slow_s)
    is_known = author.account_id is not None or author.has_bought
    if not is_known and (said := burst_key(text)):
        turns["same", author.show_id, said] = SAME
    return turns


async def _turns_of_newcomer(session: Session, guest: Guest, show: Show) -> dict[Hashable, Limit]:
    turns: dict[Hashable, Limit] = {("newcomers", guest.network): NEWCOMERS}
    if await queries.is_muted_near(session, show.id, guest.network, clock.now()):
        # Perhaps the muted one under another name, perhaps a neighbour behind the same address.
        turns["returns", show.id, guest.network] = RETURNS
    return turns


async def _check_name(session: Session, name: str, show: Show) -> None:
    if not name or is_reserved(name, await names_of_team(session, show)):
        raise ChatNameReserved
    _check_words(name)


def _check_open(holds: ChatSettings, text: str) -> None:
    if holds.closed:
        raise ChatPaused
    if holds.emoji_only and not is_emoji(text):
        raise ChatEmojiOnly


def _check_words(text: str) -> None:
    if has_insult(text):
        raise ChatWordsRefused


async def _check_muted(session: Session, author: Author, show: Show) -> None:
    until = author.muted_until
    if author.account_id is not None:
        # Muted on another device, or in all shows of this host.
        found = await queries.muted_until(session, [author.id], show.host_creator_id)
        until = found.get(author.id)
    if until is None or (left := until - clock.now()) <= timedelta():
        return
    if left > LONGEST_MUTE:
        raise ChatMuted
    seconds = ceil(left.total_seconds())
    raise ChatMuted(extra={"wait_s": seconds})


def _take_turns(pace: Pace, turns: Mapping[Hashable, Limit]) -> None:
    """All of them or, where one has to be waited for, none. Raises WritingTooFast."""
    if seconds := pace.wait_for_all(turns, clock.monotonic()):
        refused = WritingTooFast(count=seconds, extra={"wait_s": seconds})
        refused.retry_after = seconds
        raise refused


async def get_message(session: Session, message_id: UUID, *, show_id: UUID) -> Message:
    """One of this show. Raises MessageNotFound."""
    found = await queries.message(session, message_id)
    if found is None or found.show_id != show_id:
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
    if not show.state.on_air and not _is_watchable(show):
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
    of the `MOST_TOLD` newest messages that it changes, and of the pinned one.
    """
    await queries.renew_cut(session, cut, most=MOST_TOLD)


def _is_watchable(show: Show) -> bool:
    return show.replay is not None and show.replay.state is ReplayState.READY
