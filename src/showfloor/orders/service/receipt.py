"""The receipt of an order: what was agreed, paid and given back, from whom to whom, as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from showfloor.kit import messages
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.kit.paper import Block, Paper, Row
from showfloor.markets.service import get_market
from showfloor.merchants import service as merchants
from showfloor.merchants.types import SellerTerms
from showfloor.orders.service.withdrawing import may_withdraw
from showfloor.orders.types import Order, RefundState, Vat
from showfloor.orders.views import Translate, percent, progress_of, seller_lines, vat_words


async def write_receipt(session: Session, order: Order, lang: str) -> Paper:
    """In words, in one language; `kit.pdf` makes the file, which takes a core's time."""
    return receipt_of(order, await merchants.get_terms(session, order.terms), lang)


def receipt_of(order: Order, terms: Sequence[SellerTerms], lang: str) -> Paper:
    """What `terms` say is not repeated; which version held is."""
    t = partial(messages.translate, lang)
    timezone = get_market(order.market).timezone
    placed = messages.moment(lang, order.placed_at, timezone)
    blocks = (
        Block(t("receipt.seller"), seller_lines(order, lang)),
        Block(t("receipt.buyer"), _buyer(order, lang)),
        Block(t("receipt.agreed"), rows=_agreed(order, lang, t)),
        _tax(order, lang, t),
        Block(t("receipt.refunds"), rows=_refunds(order, lang, t, timezone)),
        Block(t("receipt.rights"), _rights(order, terms, lang, t, timezone)),
    )
    return Paper(
        lang=lang,
        direction=messages.direction(lang),
        title=t("receipt.title"),
        lead=(t("receipt.lead", number=order.number, moment=placed),),
        blocks=tuple(each for each in blocks if each.lines or each.rows),
        foot=f"{order.seller_name[lang]} · {order.number}",
        author=order.seller_name[lang],
        made_at=order.placed_at,
    )


def _buyer(order: Order, lang: str) -> list[str]:
    """Nobody, once the buyer's data was erased."""
    if order.buyer is None:
        return []
    to = order.buyer.address
    place = " ".join(part for part in (to.city, to.postal_code) if part)
    parts = (to.name, to.line1, to.line2, place, messages.country(lang, to.country))
    return [part for part in parts if part]


def _agreed(order: Order, lang: str, t: Translate) -> list[Row]:
    price = partial(messages.load().price, lang)
    rows = [
        Row(
            item.name[lang],
            price(item.full),
            " · ".join(
                part
                for part in (
                    item.options_text[lang],
                    t(
                        "receipt.each",
                        pieces=t("order.pieces", count=item.quantity),
                        price=item.unit_price,
                    ),
                    item.sku,
                )
                if part
            ),
        )
        for item in order.items
    ]
    coupon = order.quote.coupon if order.quote else None
    if coupon is not None:
        said = "\n".join(coupon.terms.get(lang, ()))
        rows.append(Row(t("receipt.coupon", name=coupon.name[lang]), price(coupon.less), said))
    agreed = order.quote.delivery if order.quote else None
    if agreed is not None:
        cost = price(agreed.price) if agreed.price.amount else t("order.delivery_free")
        days = messages.days(lang, agreed.earliest, agreed.latest)
        name = t("order.delivered_by", name=agreed.name[lang])
        rows.append(Row(name, cost, t("order.arrives", days=days)))
    is_export = order.quote is not None and order.quote.is_export
    total = t("receipt.total_export") if is_export else t("receipt.total")
    return [*rows, Row(total, price(order.total), strong=True)]


def _tax(order: Order, lang: str, t: Translate) -> Block:
    """How much tax is in the sum, or why none is shown."""
    vat = order.quote.vat if order.quote else None
    if order.quote is None or vat is None:
        return Block(t("receipt.vat"), vat_words(order, lang))
    return Block(t("receipt.vat"), rows=_vat_rows(order.total, vat, lang, t))


def _vat_rows(total: Money, vat: Vat, lang: str, t: Translate) -> list[Row]:
    price = partial(messages.load().price, lang)
    said = t("receipt.vat_of", rate=percent(lang, vat.rate), gross=total)
    return [Row(said, price(vat.total), t("receipt.net", net=total - vat.total))]


def _refunds(order: Order, lang: str, t: Translate, timezone: str) -> list[Row]:
    """What a payment provider has given back."""
    price = partial(messages.load().price, lang)
    rows = [
        Row(
            t("receipt.refund", moment=messages.moment(lang, each.made_at, timezone)),
            price(each.amount),
        )
        for each in order.refunds
        if each.state is RefundState.DONE
    ]
    left = order.total - progress_of(order).refunded
    return [*rows, Row(t("receipt.left"), price(left), strong=True)] if rows else []


def _rights(
    order: Order, terms: Sequence[SellerTerms], lang: str, t: Translate, timezone: str
) -> list[str]:
    lines = _withdrawal(order, lang, t, timezone)
    lines += [
        t(
            "receipt.terms",
            kind=t(f"terms.{each.kind.value}"),
            version=each.version,
            moment=messages.moment(lang, each.since, timezone),
        )
        for each in terms
    ]
    return [*lines, t("receipt.note")]


def _withdrawal(order: Order, lang: str, t: Translate, timezone: str) -> list[str]:
    """Whether, and until when, the buyer may withdraw; for goods that the law treats otherwise with
    what it says of them. Once the right is used or over, nothing says that there is one.
    """
    is_open = may_withdraw(order)
    goods = [
        f"{item.name[lang]}: {t(f'withdrawal.{item.no_withdrawal.value}')}"
        for item in order.items
        if item.no_withdrawal and (is_open or not item.may_be_withdrawn)
    ]
    said = [] if order.withdrawals else [_right(order, lang, t, timezone, is_open=is_open)]
    for each in order.withdrawals:
        names = t("mail.comma").join(
            f"{order.items[at].name[lang]} ({t('order.pieces', count=n)})"
            for at, n in each.pieces.items()
        )
        at = messages.moment(lang, each.at, timezone)
        said.append(f"{t('order.withdrawn', moment=at)}: {names}")
    if order.withdrawals and is_open:
        said.append(_open_right(order, lang, t, timezone, is_open=True))
    return [*said, *goods]


def _right(order: Order, lang: str, t: Translate, timezone: str, *, is_open: bool) -> str:
    if len(order.kept) == len(order.items):
        return t("order.no_withdrawal")
    if order.withdrawn_at is not None:
        at = messages.moment(lang, order.withdrawn_at, timezone)
        return t("order.withdrawn", moment=at)
    return _open_right(order, lang, t, timezone, is_open=is_open)


def _open_right(order: Order, lang: str, t: Translate, timezone: str, *, is_open: bool) -> str:
    until = progress_of(order).withdraw_until
    if until is None:
        return t("order.may_withdraw")
    end = messages.deadline(lang, until, timezone)
    return t("order.withdraw_by" if is_open else "order.withdraw_over", moment=end)
