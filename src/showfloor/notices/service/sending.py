"""Mails are noted in answer to events and sent by the worker, outside any transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from showfloor.identity import service as identity
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.kit.notify import wake
from showfloor.kit.retention import kept_for
from showfloor.merchants import service as merchants
from showfloor.notices import queries, rules
from showfloor.notices.adapters.mailer import Mailer
from showfloor.notices.service.news import MAILS, make_mailings, write_letter
from showfloor.notices.service.reminders import write_reminder
from showfloor.notices.types import (
    Delivery,
    Letter,
    Mail,
    MailKind,
    MailState,
    Outcome,
    Parked,
)
from showfloor.notices.views import (
    Office,
    invitation_letter,
    letter_of,
    limited_letter,
    offer_letter,
    sign_in_letter,
)
from showfloor.offers import service as offers
from showfloor.orders import service as orders
from showfloor.privacy import service as privacy
from showfloor.shows import service as shows
from showfloor.viewers import service as viewers

__all__ = [
    "KEPT_FOR",
    "MAILS",
    "Parked",
    "forget_old",
    "list_parked",
    "note_mail",
    "retry_parked",
    "send_due",
]
log = structlog.get_logger()
KEPT_FOR = kept_for("mail")


async def note_mail(
    session: Session, *, kind: MailKind, order_id: UUID | None = None, about: UUID | None = None
) -> None:
    """To be sent soon; noting the same fact again changes nothing. `about` is None for the order
    itself, `order_id` for what is about no order.
    """
    fact = about or order_id
    assert fact is not None
    mail = Mail(ids.new(), kind, order_id, fact, clock.now(), 0)
    if await queries.add_mail(session, mail):
        wake(session, MAILS)


async def send_due(database: Database, mailer: Mailer, office: Office) -> datetime | None:
    """Send what is due, one after the other; when the next one is.

    Claimed first and noted afterwards: a worker that dies in between leaves a mail that is sent
    again under the same Message-ID.
    """
    while True:
        # Between any two: thousands of reminders hold up nobody's news either.
        next_mailing = await make_mailings(database)
        mail = await _claim(database)
        if mail is None:
            break
        await _send(database, mailer, office, mail)
    async with database.session() as session:
        due = next_mailing, await queries.next_due(session)
    return min((each for each in due if each is not None), default=None)


async def _claim(database: Database) -> Mail | None:
    async with database.session() as session:
        now = clock.now()
        return await queries.claim_mail(session, now, now + rules.ATTEMPT_TAKES)


async def _send(database: Database, mailer: Mailer, office: Office, mail: Mail) -> None:
    if rules.is_too_old(clock.now() - mail.made_at):
        await _note(database, mail, MailState.PARKED, Delivery(Outcome.LATER, "too old"))
        return
    try:
        letter = await _write(database, office, mail)
    except Exception as error:  # one mail that cannot be written holds up no other
        log.exception("mail cannot be written", mail=str(mail.id))
        delivery = Delivery(Outcome.LATER, type(error).__name__)
    else:
        if letter is None:
            await _note(database, mail, MailState.DROPPED, Delivery(Outcome.REFUSED, "nobody"))
            return
        delivery = await mailer.send(letter)
    state = rules.state_after(delivery, clock.now() - mail.made_at, mail.attempts)
    if state is not MailState.SENT:
        log.warning("mail was not taken", mail=str(mail.id), state=state.value, why=delivery.why)
    await _note(database, mail, state, delivery)


async def _write(database: Database, office: Office, mail: Mail) -> Letter | None:
    """None when there is nobody left to write to, or the mail is of no use any more."""
    if mail.kind is MailKind.INVITATION:
        return await _write_invitation(database, office, mail)
    if mail.kind is MailKind.TEAM_NEWS:
        async with database.session() as session:
            return await write_letter(session, mail, office)
    if mail.kind is MailKind.SHOW_REMINDER:
        async with database.session() as session:
            return await write_reminder(session, mail, office)
    if mail.kind is MailKind.WAIT_OFFERED:
        async with database.session() as session:
            return await _write_offer(session, office, mail)
    if mail.kind is MailKind.ACCOUNT_LIMITED:
        async with database.session() as session:
            return await _write_limited(session, office, mail)
    if mail.order_id is None:
        async with database.session() as session:
            asked = await viewers.find_letter(
                session, secret=office.secret.decode(), sign_in_id=mail.about
            )
        return sign_in_letter(mail, asked, office) if asked else None
    async with database.session() as session:
        order = await orders.find_order(session, mail.order_id)
        if order is None or order.buyer is None:
            return None
        confirms = mail.kind is MailKind.ORDER_CONFIRMED
        terms = await merchants.get_terms(session, order.terms) if confirms else ()
        way_back = None
        if mail.kind is MailKind.WITHDRAWAL_RECEIVED:
            agreed = await merchants.get_terms_names(session, order.terms)
            way_back = await merchants.find_way_back(
                session, order.merchant_id, agreed, order.own_address
            )
    return letter_of(mail, order, office, terms, way_back)


async def _write_offer(session: Session, office: Office, mail: Mail) -> Letter | None:
    secret = office.secret.decode()
    offered = await offers.find_offer(session, secret=secret, place_id=mail.about)
    return offer_letter(mail, offered, office) if offered else None


async def _write_limited(session: Session, office: Office, mail: Mail) -> Letter | None:
    case = await privacy.get_open_case(session, mail.about)
    if case is None or case.subject_id is None:
        return None
    viewer = await viewers.find_limited(
        session, secret=office.secret.decode(), viewer_id=case.subject_id
    )
    return limited_letter(mail, viewer, case.due_at, office) if viewer else None


async def _write_invitation(database: Database, office: Office, mail: Mail) -> Letter | None:
    async with database.session() as session:
        found = await identity.find_invitation(session, mail.about)
        if found is None:
            return None
        name = await shows.name_of_team(session, found.invitation.team)
    token = identity.token_of(office.secret.decode(), mail.about)
    return invitation_letter(mail, found, name, token, office)


async def _note(database: Database, mail: Mail, state: MailState, delivery: Delivery) -> None:
    later = clock.now() + rules.pause_after(mail.attempts)
    async with database.session() as session:
        if not await queries.note_attempt(session, mail, state, later, delivery.why):
            log.warning("mail was sent by another worker meanwhile", mail=str(mail.id))


async def retry_parked(session: Session) -> int:
    """Let every parked mail be tried again; how many."""
    wake(session, MAILS)
    return await queries.retry_parked(session, clock.now())


async def list_parked(session: Session, most: int = 100) -> list[Parked]:
    return await queries.list_parked(session, most)


async def forget_old(session: Session) -> int:
    """One batch; how many went."""
    before = clock.now() - KEPT_FOR
    return (
        await queries.remove_before(session, before)
        + await queries.remove_news_before(session, before)
        + await queries.remove_letters_before(session, before)
    )
