"""Mails in words: what was agreed, from whom, and how to withdraw (Directive 2011/83/EU art 8(7)
and annex I). Text and HTML say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path

import jinja2

from showfloor.kit import messages
from showfloor.markets.service import get_market
from showfloor.notices.types import Letter, Mail, MailKind
from showfloor.orders import service as orders
from showfloor.orders.types import Order
from showfloor.orders.views import reason_words

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Office:
    """From where mails come: `base_url` of the pages, `secret` of the order pages' addresses,
    `domain` of the sender's address, which stands in each Message-ID.
    """

    base_url: str
    secret: bytes
    domain: str


def letter_of(mail: Mail, order: Order, office: Office) -> Letter:
    """The same mail about the same order always comes out the same."""
    assert order.buyer is not None
    lang = order.buyer.language
    url = f"{office.base_url}/o/{orders.page_token(office.secret, order.id)}"
    t = partial(messages.translate, lang)
    about = {"seller": order.seller_name[lang], "number": order.number}
    subject = (
        t("mail.order_confirmed.subject", **about)
        if mail.kind is MailKind.ORDER_CONFIRMED
        else t("mail.withdrawal_received.subject", **about)
    )
    comma = t("mail.comma")
    given = {
        "lang": lang,
        "comma": comma,
        "seller": seller_of(order, lang, comma),
        "dir": messages.direction(lang),
        "order": order,
        "url": url,
        "t": t,
        "country": partial(messages.country, lang),
        "moment": partial(moment, lang, order.market),
        "days": partial(messages.days, lang),
        "vat": _vat(order, lang),
        "price": partial(messages.load().price, lang),
        "kind": mail.kind.value,
    }
    return Letter(
        to=order.buyer.email,
        language=lang,
        subject=subject,
        text=_environment().get_template("order.txt").render(given),
        html=_environment().get_template("order.html").render(given, subject=subject),
        message_id=f"<{mail.kind}.{order.id.hex}@{office.domain}>",
        date=mail.made_at,
    )


def _vat(order: Order, lang: str) -> str:
    """What the mail says of the tax in the sum."""
    reasons = order.quote.reasons if order.quote else ()
    said = [reason_words(each, lang) for each in reasons if each.code.value.startswith("vat_")]
    return " ".join(said)


def moment(lang: str, market: str, when: datetime) -> str:
    """In the market's own time, with its name."""
    return messages.moment(lang, when, get_market(market).timezone)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def seller_of(order: Order, lang: str, comma: str) -> str:
    """Who the seller is before the law, in one line; its name where it has not said it."""
    who = order.seller_identity
    if who is None:
        return order.seller_name[lang]
    parts = (who["company"], who["address"], who["registration"], who["vat"], who["email"])
    return comma.join(part for part in (*parts, who["phone"]) if part)
