"""Who may write in a show: the one way in for messages and for questions. The transaction takes the
writer's row and no other: nothing of the show waits for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.types import Admission, CollectionPoint, Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.pace import Limit, Pace
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
from showfloor.room.rules.review import is_for_review
from showfloor.room.rules.words import is_emoji
from showfloor.room.service.access import (
    may_write_as_buyer,
    name_of_staff,
    names_of_team,
    role_of,
    sellers_of,
)
from showfloor.room.service.words import NO_WORDS, SellersWords, words_of_sellers
from showfloor.room.types import Author, ChatRole, ChatSettings
from showfloor.shows import service as shows
from showfloor.shows.types import Show


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


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who may write in this show now. `holds` is what the team has set for them; `token`
    is a new guest's, whose `network` is known; `words` are those of the lists of the show's
    sellers.
    """

    show: Show
    author: Author
    role: ChatRole
    holds: ChatSettings
    token: str | None
    network: bytes | None
    words: SellersWords = NO_WORDS


async def enter(
    session: Session,
    pace: Pace,
    *,
    show_id: UUID,
    writer: Person | Guest,
    secret: bytes,
    text: str,
    is_question: bool = False,
) -> Entered:
    """All that decides whether somebody may write this in a show that is on the air, but for how
    fast. `secret` is that of the orders' pages. Where emoji alone are taken questions still are.

    Raises ShowNotFound, ChatClosed, ChatPaused, ChatMuted, ChatEmojiOnly, ChatBuyersOnly,
    ChatWordsRefused, ChatNameNeeded, ChatNameReserved, ChatTokenInvalid, WritingTooFast,
    AccountLimited.
    """
    _count_try(pace, writer)
    person = writer if isinstance(writer, Person) else None
    show = await shows.get_public_show(session, show_id, person=person)
    if not show.state.on_air:
        raise ChatClosed
    role = await role_of(session, person, show)
    holds = ChatSettings() if role.staff else await queries.settings(session, show_id)
    if holds.closed:
        raise ChatPaused
    if holds.emoji_only and not is_question and not is_emoji(text):
        raise ChatEmojiOnly
    words = NO_WORDS
    if not role.sells:
        words = await words_of_sellers(session, await sellers_of(session, show))
        _check_words(text, words)
    if isinstance(writer, Person):
        author, token = await _author_of(session, writer, role, show, words), None
    else:
        author, token = await _author_of_guest(session, writer, show, words)
    if not role.staff:
        await _check_muted(session, author, show)
    if holds.buyers_only:
        await _check_buyer(session, author, writer, show, secret)
    network = writer.network if isinstance(writer, Guest) and token is not None else None
    return Entered(show, author, role, holds, token, network, words)


async def take_turn(
    session: Session, pace: Pace, entered: Entered, turns: Mapping[Hashable, Limit]
) -> None:
    """These, and what a new guest costs. After all else that refuses: what is not taken uses up no
    turn. The show's team writes as fast as it likes. Raises WritingTooFast.
    """
    if entered.role.staff:
        return
    if entered.network is not None:
        newcomer = await _turns_of_newcomer(session, entered.network, entered.show)
        turns = {**turns, **newcomer}
    _take_turns(pace, turns)


def waits_for_review(entered: Entered, text: str) -> bool:
    """Whether a moderator looks first at what this writer says, or at the name under which they do:
    as it was written, before anything is covered.
    """
    if entered.role.staff:
        return False
    review, words, name = entered.holds.review, entered.words, entered.author.name
    # Under a name that was put on a list while it is used, somebody writes, and waits.
    return (
        is_for_review(review, text)
        or is_for_review(review, name)
        or words.hold(text)
        or words.hold(name)
        or words.refuse(name)
    )


def turns_of(entered: Entered, text: str) -> dict[Hashable, Limit]:
    """What this text costs its writer."""
    author, holds = entered.author, entered.holds
    turns: dict[Hashable, Limit] = {author.id: AUTHOR}
    if holds.slow_s:
        turns["slow", author.id] = Limit(1, holds.slow_s)
    is_known = author.account_id is not None or author.has_bought
    if not is_known and (said := burst_key(text)):
        turns["same", author.show_id, said] = SAME
    return turns


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


async def _author_of(
    session: Session, person: Person, role: ChatRole, show: Show, words: SellersWords
) -> Author:
    if role.staff:
        name = await name_of_staff(session, person, role, show)
    else:
        name = clean_name(person.name)[:LONGEST_NAME].strip()
        await _check_name(session, name, show, words)
    author = Author(ids.new(), show.id, person.id, name)
    return await queries.author_of_person(session, author, clock.now())


async def _author_of_guest(
    session: Session, guest: Guest, show: Show, words: SellersWords
) -> tuple[Author, str | None]:
    """With the token that a new one gets."""
    if guest.token is not None:
        found = await queries.guest(session, show.id, ids.digest(guest.token))
        if found is None:
            raise ChatTokenInvalid
        if found.viewer_id != guest.viewer_id:
            # Perhaps somebody else at the same browser, perhaps the same one who signed in or out:
            # nobody knows. What a guest said is not the account's to be read, erased or muted for.
            raise ChatTokenInvalid
        if found.is_limited:
            identity.check_limited(CollectionPoint.CHAT)
        return found, None
    if guest.name is None or guest.admission is None:
        raise ChatNameNeeded
    await _check_name(session, guest.name, show, words)
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


async def _turns_of_newcomer(session: Session, network: bytes, show: Show) -> dict[Hashable, Limit]:
    turns: dict[Hashable, Limit] = {("newcomers", network): NEWCOMERS}
    if await queries.is_muted_near(session, show.id, network, clock.now()):
        # Perhaps the muted one under another name, perhaps a neighbour behind the same address.
        turns["returns", show.id, network] = RETURNS
    return turns


async def _check_name(session: Session, name: str, show: Show, words: SellersWords) -> None:
    if not name or is_reserved(name, await names_of_team(session, show)):
        raise ChatNameReserved
    _check_words(name, words)


def _check_words(text: str, words: SellersWords) -> None:
    if has_insult(text) or words.refuse(text):
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
