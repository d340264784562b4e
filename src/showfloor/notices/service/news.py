"""Merchants' people are written about their orders, by those of them who want it and may act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from showfloor.identity import service as identity
from showfloor.identity.types import Action, GrantKind, Member, Person, Team
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import NotFound
from showfloor.kit.messages import DEFAULT_LANGUAGE
from showfloor.kit.notify import wake
from showfloor.merchants import service as merchants
from showfloor.notices import queries, rules
from showfloor.notices.types import (
    Letter,
    Mail,
    MailChoice,
    MailKind,
    News,
    NewsKind,
    NewsLine,
    TeamLetter,
)
from showfloor.notices.views import Office, news_letter
from showfloor.orders import service as orders
from showfloor.orders.views import withdrawal_of

log = structlog.get_logger()
MAILS = "mails"
"""The name under which the worker is woken."""


async def note_news(session: Session, merchant_id: UUID, news: News) -> None:
    """To be written about soon, to the merchant's people alone; the same fact again changes
    nothing.
    """
    if await queries.add_news(session, merchant_id, news):
        now = clock.now()
        await queries.open_mailing(session, merchant_id, now, now + rules.NEWS_PAUSE)
        wake(session, MAILS)


async def make_mailings(database: Database) -> datetime | None:
    """Turn what waits and is due into mails; when the next is due. Each merchant's in a transaction
    of its own: news belong to one mailing, and a mailing makes one mail for each person, also when
    a worker dies in between.
    """
    while await _make_mailing(database):
        pass
    async with database.session() as session:
        return await queries.next_mailing(session)


async def _make_mailing(database: Database) -> bool:
    async with database.session() as session:
        now = clock.now()
        merchant_id = await queries.lock_mailing(session, now)
        if merchant_id is None:
            return False
        try:
            async with session.begin_nested():
                await _gather(session, merchant_id, now)
        except Exception:  # one merchant's mails hold up no others
            log.exception("mailing cannot be made", merchant=str(merchant_id))
            await queries.put_off_mailing(session, merchant_id, now + rules.NEWS_PAUSE)
        return True


async def _gather(session: Session, merchant_id: UUID, now: datetime) -> None:
    mailing_id, since = ids.new(), now - rules.GIVEN_UP_AFTER
    if await queries.gather_news(session, merchant_id, mailing_id, now, since):
        people = await _readers(session, merchant_id)
        await _add_letters(session, merchant_id, mailing_id, people, now)


async def _add_letters(
    session: Session, merchant_id: UUID, mailing_id: UUID, people: Sequence[Member], now: datetime
) -> None:
    letters = [TeamLetter(ids.new(), mailing_id, merchant_id, one.person_id, now) for one in people]
    if letters:
        await queries.add_letters(session, letters)
    for each in letters:
        await queries.add_mail(session, Mail(ids.new(), MailKind.TEAM_NEWS, None, each.id, now, 0))


async def _readers(session: Session, merchant_id: UUID) -> list[Member]:
    """Who is of the merchant's team by now, may act on its orders and wants to be written to."""
    choices = await queries.choices_of(session, merchant_id)
    return [
        one
        for one in await identity.members_who_may(session, _team(merchant_id), Action.ORDERS_FULFIL)
        if rules.wants_news(one.role, choices.get(one.person_id))
    ]


def _team(merchant_id: UUID) -> Team:
    return Team(GrantKind.MERCHANT, merchant_id)


async def write_letter(session: Session, mail: Mail, office: Office) -> Letter | None:
    """None for somebody who left the team or wants no mails any more, and where nothing of it is
    true any more.
    """
    letter = await queries.find_letter(session, mail.about)
    if letter is None:
        return None
    readers = await _readers(session, letter.merchant_id)
    reader = next((one for one in readers if one.person_id == letter.person_id), None)
    since = letter.made_at - rules.GIVEN_UP_AFTER
    news = await _still_true(session, await queries.list_news(session, letter.mailing_id, since))
    if reader is None or not news:
        return None
    (seller,) = (await merchants.get_merchants(session, [letter.merchant_id])).values()
    lines = await _lines(session, news)
    return news_letter(mail, reader, seller.name, news, lines, office)


async def _still_true(session: Session, news: Sequence[News]) -> list[News]:
    """Without the orders that were refunded as a whole before the mail is written: there is nothing
    to send.
    """
    new = {each.order_id for each in news if each.kind is NewsKind.ORDER}
    cancelled = await orders.cancelled_among(session, new)
    return [
        each for each in news if each.kind is not NewsKind.ORDER or each.order_id not in cancelled
    ]


async def _lines(session: Session, news: Sequence[News]) -> list[NewsLine]:
    """The first of them, what is owed to buyers before new orders, each with its order's number."""
    order = list(NewsKind)
    first = sorted(news, key=lambda each: (order.index(each.kind), each.at))[: rules.MOST_LINES]
    found = []
    for each in first:
        of = await orders.find_order(session, each.order_id)
        if of is None:
            continue
        received = withdrawal_of(of, each.about) if each.kind is NewsKind.WITHDRAWAL else None
        units = sum(received.pieces.values()) if received else each.units
        found.append(NewsLine(each, of.number, units))
    return found


async def get_choice(session: Session, *, person: Person, merchant_id: UUID) -> MailChoice:
    """Raises NotFound for a merchant of others."""
    member = await _member(session, person, merchant_id)
    choices = await queries.choices_of(session, merchant_id)
    wanted = rules.wants_news(member.role, choices.get(person.id))
    return MailChoice(wanted, member.language or DEFAULT_LANGUAGE)


async def choose_mails(
    session: Session, *, person: Person, merchant_id: UUID, choice: MailChoice
) -> None:
    """For this person and this merchant alone; the language is that of all mails to the person.
    Raises NotFound for a merchant of others.
    """
    await _member(session, person, merchant_id)
    await queries.set_choice(session, merchant_id, person.id, wanted=choice.wanted)
    await identity.set_language(session, person_id=person.id, language=choice.language)


async def _member(session: Session, person: Person, merchant_id: UUID) -> Member:
    members = await identity.members_who_may(session, _team(merchant_id), Action.ORDERS_FULFIL)
    found = next((one for one in members if one.person_id == person.id), None)
    if merchant_id not in person.merchant_ids or found is None:
        raise NotFound
    return found
