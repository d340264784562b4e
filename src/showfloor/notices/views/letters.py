"""Mails in words: what was agreed, from whom, and how to withdraw (Directive 2011/83/EU art 8(7)
and annex I). Text and HTML say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from showfloor.identity.types import GrantKind, OpenInvitation
from showfloor.kit import messages
from showfloor.markets.service import get_market
from showfloor.merchants.types import ReturnPayer, SellerTerms, WayBack
from showfloor.notices.types import Letter, Mail, MailKind
from showfloor.notices.views.office import Office, write_letter
from showfloor.orders import service as orders
from showfloor.orders.types import Order, Withdrawal
from showfloor.orders.views import (
    Translate,
    due_back_of,
    keeps_some,
    owed_of,
    progress_of,
    seller_lines,
    send_back_by,
    vat_words,
    withdrawal_of,
)
from showfloor.viewers.types import SignInLetter, Viewer


def letter_of(
    mail: Mail,
    order: Order,
    office: Office,
    terms: Sequence[SellerTerms] = (),
    way_back: WayBack | None = None,
) -> Letter:
    """The same mail about the same order always comes out the same. `way_back` is how goods go
    back, for the mail about a withdrawal.
    """
    assert order.buyer is not None
    lang = order.buyer.language
    url = f"{office.base_url}/o/{orders.page_token(office.secret, order.id)}"
    t = partial(messages.translate, lang)
    subject = _title_of(mail, t, {"seller": order.seller_name[lang], "number": order.number})
    row = partial(in_a_row, lang)
    received = None
    if mail.kind is MailKind.WITHDRAWAL_RECEIVED:
        received = withdrawal_of(order, mail.about)
    given = {
        "in_a_row": row,
        "seller": row(seller_lines(order, lang)),
        "order": order,
        "url": url,
        "country": partial(messages.country, lang),
        "moment": partial(moment, lang, order.market),
        "days": partial(messages.days, lang),
        "vat": " ".join(vat_words(order, lang)),
        "price": partial(messages.load().price, lang),
        "kind": mail.kind.value,
        "received": received,
        "withdrawal_money": _withdrawal_money(order, received, t),
        "withdrawal": _withdrawal_text(order, t),
        "way_back": _way_back_texts(order, received, way_back, lang, t),
        "returned_money": _returned_money(mail, order, lang, t),
        "terms": [(t(f"terms.{each.kind.value}"), each.words[lang]) for each in terms],
        **_subject_of(mail, order, received),
    }
    return write_letter(
        mail, office, "order", to=order.buyer.email, lang=lang, subject=subject, given=given
    )


def sign_in_letter(mail: Mail, asked: SignInLetter, office: Office) -> Letter:
    """The link carries its secret behind the `#`, which no server between reads."""
    lang = asked.language
    t = partial(messages.translate, lang)
    subject = t("mail.sign_in.subject")
    given = {
        "url": f"{office.base_url}/account?lang={lang}#in={asked.link}",
        "code": f"{asked.code[:3]} {asked.code[3:]}",
    }
    return write_letter(
        mail, office, "sign_in", to=asked.email, lang=lang, subject=subject, given=given
    )


def limited_letter(mail: Mail, viewer: Viewer, until: datetime, office: Office) -> Letter:
    """Says no more than the account's own page: nothing about ages, nothing of who asked."""
    lang = viewer.language
    t = partial(messages.translate, lang)
    given = {
        "lead": t("mail.limited.lead", moment=messages.moment(lang, until, "UTC")),
        "url": f"{office.base_url}/account?lang={lang}",
    }
    return write_letter(
        mail,
        office,
        "account_limited",
        to=viewer.email,
        lang=lang,
        subject=t("mail.limited.subject"),
        given=given,
    )


def invitation_letter(
    mail: Mail, found: OpenInvitation, team: Mapping[str, str], token: str, office: Office
) -> Letter:
    """The link carries its secret behind the `#`, which no server between reads."""
    invitation = found.invitation
    lang = invitation.language
    t = partial(messages.translate, lang)
    names = {
        "inviter": found.inviter,
        "team": team[lang],
        "role": t(f"team.role.{invitation.role.value}"),
    }
    # Who moderates one show joins no team.
    if invitation.team.kind is GrantKind.SHOW:
        subject, lead = t("mail.show.subject", **names), t("mail.show.lead", **names)
    else:
        subject, lead = t("mail.invitation.subject", **names), t("mail.invitation.lead", **names)
    given = {
        "lead": lead,
        "url": f"{office.base_url}/studio/join?lang={lang}#{token}",
    }
    return write_letter(
        mail, office, "invitation", to=invitation.email, lang=lang, subject=subject, given=given
    )


def _withdrawal_money(order: Order, received: Withdrawal | None, t: Translate) -> str:
    """What a buyer who withdrew gets back, as it stood then: a refund that is made later has a mail
    of its own.
    """
    if received is None:
        return ""
    then = order.as_of(received.at)
    kept = _delivery_kept(t, then)
    if keeps_some(then):
        due = due_back_of(then)
        if not due.amount:
            return t("mail.withdrawal_received.some_paid_back")
        return t("mail.withdrawal_received.some", total=due)
    if order.kept:
        lang = order.buyer.language if order.buyer else "en"
        names = t("mail.comma").join(order.items[at].name[lang] for at in sorted(order.kept))
        due = due_back_of(then)
        if not due.amount:
            return t("mail.withdrawal_received.part_paid_back", names=names)
        return t("mail.withdrawal_received.part", total=due, names=names)
    due, back = due_back_of(then), order.total - progress_of(then).left
    if not due.amount:
        return t("mail.withdrawal_received.paid_back", back=back) + kept
    if not back.amount:
        return t("mail.withdrawal_received.money", total=due) + kept
    return t("mail.withdrawal_received.rest", back=back, total=due) + kept


def _delivery_kept(t: Translate, then: Order) -> str:
    """What of delivery stays with the seller, if anything."""
    owed = owed_of(then)
    if owed is None or not owed.delivery_kept.amount:
        return ""
    return " " + t("mail.delivery_kept", amount=owed.delivery_kept)


def in_a_row(lang: str, parts: Iterable[str]) -> str:
    """Parts of an address on one line: a name in the other direction would carry the number of the
    house that follows it to its far side.
    """
    return messages.translate(lang, "mail.comma").join(
        messages.isolated(lang, part) for part in parts if part
    )


def _way_back_texts(
    order: Order,
    received: Withdrawal | None,
    way_back: WayBack | None,
    lang: str,
    t: Translate,
) -> list[str]:
    """How the goods of this withdrawal go back; nothing where there are none to send."""
    if way_back is None or received is None:
        return []
    until = send_back_by(order.as_of(received.at), received)
    if until is None:
        return []
    by = deadline(lang, order.market, until)
    address = in_a_row(lang, way_back["address"].splitlines())
    buyer_pays = way_back["payer"] is ReturnPayer.BUYER
    to = t("mail.way_back.to", moment=by, address=address)
    return [
        to if address else t("mail.way_back.ask", moment=by),
        t("mail.way_back.pays.buyer") if buyer_pays else t("mail.way_back.pays.seller"),
        t("mail.way_back.proof"),
    ]


def _returned_money(mail: Mail, order: Order, lang: str, t: Translate) -> list[str]:
    """What a return means in money, as it stood then."""
    back = next((each for each in order.returns if each.id == mail.about), None)
    if back is None:
        return []
    lost = t("mail.order_returned.lost", amount=back.value_lost) if back.value_lost.amount else ""
    owed = owed_of(order.as_of(back.at))
    due = more = ""
    if owed is not None and owed.now.amount:
        by = deadline(lang, order.market, owed.by)
        due = t("mail.order_returned.due", amount=owed.now, moment=by)
    if owed is not None and owed.withheld.amount:
        more = t("mail.order_returned.withheld", amount=owed.withheld)
    return [each for each in (lost, due, more) if each]


def _withdrawal_text(order: Order, t: Translate) -> str:
    """What the confirmation says of the right to withdraw."""
    if not order.kept:
        return t("mail.withdraw")
    if len(order.kept) == len(order.items):
        return t("mail.no_withdrawal")
    return t("mail.withdraw_but")


def _title_of(mail: Mail, t: Translate, about: Mapping[str, str]) -> str:
    match mail.kind:
        case MailKind.ORDER_CONFIRMED:
            return t("mail.order_confirmed.subject", **about)
        case MailKind.WITHDRAWAL_RECEIVED:
            return t("mail.withdrawal_received.subject", **about)
        case MailKind.ORDER_SHIPPED:
            return t("mail.order_shipped.subject", **about)
        case MailKind.ORDER_REFUNDED:
            return t("mail.order_refunded.subject", **about)
        case MailKind.ORDER_CANCELLED:
            return t("mail.order_cancelled.subject", **about)
        case MailKind.ORDER_RETURNED:
            return t("mail.order_returned.subject", **about)
        case (
            MailKind.SIGN_IN
            | MailKind.ACCOUNT_LIMITED
            | MailKind.INVITATION
            | MailKind.TEAM_NEWS
            | MailKind.SHOW_REMINDER
            | MailKind.WAIT_OFFERED
        ):
            raise AssertionError(f"{mail.kind} is about no order of the reader")


def _subject_of(mail: Mail, order: Order, received: Withdrawal | None) -> dict[str, object]:
    """What the mail is about: a parcel, a refund, a return, or all of the order; and its
    pieces.
    """
    parcel = next((each for each in order.shipments if each.id == mail.about), None)
    refund = next((each for each in order.refunds if each.id == mail.about), None)
    back = next((each for each in order.returns if each.id == mail.about), None)
    pieces = everything = {at: item.quantity for at, item in enumerate(order.items)}
    if received is not None:
        pieces = received.pieces
    if parcel is not None:
        pieces = parcel.pieces
    elif refund is not None:
        pieces = {at: each.quantity for at, each in refund.pieces.items()}
    elif back is not None:
        pieces = {at: each.quantity for at, each in back.pieces.items()}
    items = [replace(order.items[at], quantity=count) for at, count in pieces.items()]
    return {
        "items": items,
        "whole": parcel is None and refund is None and back is None and pieces == everything,
        "parcel": parcel,
        "refund": refund,
        "back": back,
        "to_send": progress_of(order).sendable,
    }


def moment(lang: str, market: str, when: datetime) -> str:
    """In the market's own time, with its name."""
    return messages.moment(lang, when, get_market(market).timezone)


def deadline(lang: str, market: str, end: datetime) -> str:
    return messages.deadline(lang, end, get_market(market).timezone)
