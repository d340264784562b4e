"""What orders and sales look like on the wire, and in a merchant's spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.kit import clock, csv, ids, messages
from showfloor.kit.money import Money
from showfloor.kit.schemas import MoneyOut, Words, fields_of
from showfloor.markets.service import get_market
from showfloor.markets.types import NoWithdrawal
from showfloor.orders import rules
from showfloor.orders.schemas import (
    NoteOut,
    NotesOut,
    OrderDetail,
    OrderOut,
    OrderPage,
    OwnOrderOut,
    OwnOrdersOut,
    QuoteOut,
    ReasonOut,
    SalesOut,
    WithdrawalOut,
)
from showfloor.orders.types import (
    Note,
    Order,
    Owed,
    Page,
    Progress,
    Quote,
    Reason,
    Return,
    Sales,
    Withdrawal,
)

percent = messages.percent
Translate = Callable[..., str]
"""A key of the messages, and what fills it, to a sentence."""


def order_view(order: Order) -> OrderOut:
    """An order without its buyer."""
    return OrderOut.model_validate(_with_names_of_the_wire(order, progress_of(order)))


def own_order_view(order: Order, token: str) -> OwnOrderOut:
    """For its buyer; `token` opens its page."""
    wire = _with_names_of_the_wire(order, progress_of(order))
    return OwnOrderOut.model_validate({**wire, "page": f"/o/{token}"})


def own_orders_view(orders: Iterable[tuple[Order, str]], next_cursor: UUID | None) -> OwnOrdersOut:
    """Each with the token of its page."""
    return OwnOrdersOut(
        items=[own_order_view(*each) for each in orders],
        next_cursor=ids.encode("ord", next_cursor) if next_cursor else None,
    )


def order_detail(order: Order) -> OrderDetail:
    """With the buyer, for the merchant that delivers."""
    stands = progress_of(order)
    return OrderDetail.model_validate(
        {
            **_with_names_of_the_wire(order, stands),
            "quote": quote_view(order.quote) if order.quote else None,
            "items": [
                {
                    **fields_of(item),
                    "full": item.full,
                    "discount": item.discount,
                    "total": item.total,
                    "sent": line.sent,
                    "refunded": line.refunded,
                    "to_send": line.to_send,
                    "returned": line.returned,
                    "withdrawn": line.withdrawn,
                    "to_return": line.to_return,
                    "sendable": line.sendable,
                    "standing": line.standing,
                    "may_be_withdrawn": item.may_be_withdrawn,
                }
                for item, line in zip(order.items, stands.lines, strict=True)
            ],
            "shipments": [
                {**fields_of(each), "items": _parts(order, each.pieces)} for each in order.shipments
            ],
            "refunds": [
                {
                    **fields_of(each),
                    "items": _parts(order, {at: of.quantity for at, of in each.pieces.items()}),
                }
                for each in order.refunds
            ],
            "withdrawals": [
                {
                    "at": each.at,
                    "is_whole": not order.withdrawals,
                    "items": _parts(order, each.pieces),
                    "to_return": _parts(order, left),
                    "send_back_by": send_back_by(order, each),
                }
                for each, left in zip(
                    rules.withdrawals_of(order), rules.to_return(order), strict=True
                )
            ],
            "returns": [_return_view(order, each) for each in order.returns],
            "return_proof": order.return_proof,
            "return_proofs": order.proofs,
            "withdraw_until": stands.withdraw_until,
        }
    )


def withdrawal_view(order: Order, received: Withdrawal) -> WithdrawalOut:
    """For the buyer who withdrew."""
    return WithdrawalOut.model_validate(
        {
            "order_id": ids.encode("ord", order.id),
            "withdrawn_at": received.at,
            "items": _parts(order, received.pieces),
        }
    )


def _parts(order: Order, pieces: Mapping[int, int]) -> list[dict[str, object]]:
    return [{**fields_of(order.items[at]), "quantity": quantity} for at, quantity in pieces.items()]


def _return_view(order: Order, back: Return) -> dict[str, object]:
    items = [{**fields_of(order.items[at]), **fields_of(each)} for at, each in back.pieces.items()]
    return {**fields_of(back), "items": items}


def _owed_view(order: Order, stands: Progress) -> dict[str, object] | None:
    owed = rules.owed(order, stands, get_market(order.market).timezone)
    if owed is None:
        return None
    return {
        **fields_of(owed),
        "is_overdue": owed.now.amount > 0 and owed.by < clock.now(),
        "items": _parts(order, owed.pieces),
    }


def owed_of(order: Order) -> Owed | None:
    """What the buyer gets back now and later; None as long as nobody withdrew."""
    return rules.owed(order, progress_of(order), get_market(order.market).timezone)


def progress_of(order: Order) -> Progress:
    """Where an order stands, from what is known of it."""
    return rules.progress(order, get_market(order.market).timezone)


def due_back_of(order: Order) -> Money:
    """What the buyer gets back for withdrawing."""
    return rules.due_back(order, progress_of(order))


def due_for_everything(order: Order) -> Money:
    """What the buyer gets back for withdrawing from all goods, with what is due already."""
    return due_back_of(replace(order, withdrawals=()))


def withdrawal_of(order: Order, withdrawal_id: UUID) -> Withdrawal | None:
    """`withdrawal_id` is the order's own for one from everything at once."""
    return next((each for each in rules.withdrawals_of(order) if each.id == withdrawal_id), None)


def send_back_by(order: Order, received: Withdrawal) -> datetime | None:
    """Until when the goods of a withdrawal are to be sent (Directive 2011/83/EU art 14(1)); None
    where the buyer has none of them.
    """
    made = zip(rules.withdrawals_of(order), rules.to_return(order), strict=True)
    if not any(left for each, left in made if each.id == received.id):
        return None
    return rules.fourteen_days_after(received.at, get_market(order.market).timezone)


def keeps_some(order: Order) -> bool:
    """Whether there are goods from which the buyer may withdraw, and did not."""
    lines = zip(order.items, progress_of(order).lines, strict=True)
    return any(line.standing and item.may_be_withdrawn for item, line in lines)


def _with_names_of_the_wire(order: Order, stands: Progress) -> dict[str, object]:
    return {
        **fields_of(order),
        "seller": order.seller_name,
        "sold_in": order,
        "is_part_withdrawn": order.withdrawn_at is not None
        and any(line.standing for line in stands.lines),
        "fulfilment": stands.fulfilment,
        "to_send": stands.to_send,
        "send_by": stands.send_by,
        "is_late": stands.send_by is not None and stands.send_by < clock.now(),
        "refunded": stands.refunded,
        "promised": stands.promised,
        "left": stands.left,
        "reopened": stands.reopened,
        "owed": _owed_view(order, stands),
    }


def quote_view(quote: Quote) -> QuoteOut:
    """A seller's part of a purchase, in words."""
    return QuoteOut.model_validate({**fields_of(quote), "reasons": reasons_view(quote)})


def reasons_view(quote: Quote) -> list[ReasonOut]:
    """Why the sum is what it is, a sentence for each line."""
    return [
        ReasonOut(
            code=reason.code.value,
            amount=MoneyOut.of(reason.amount),
            words=Words(**{lang: reason_words(reason, lang) for lang in messages.LANGUAGES}),
        )
        for reason in quote.reasons
    ]


def reason_words(reason: Reason, lang: str) -> str:
    """A reason as a sentence."""
    given = {
        "amount": reason.amount,
        "name": reason.name[lang] if reason.name else None,
        "count": reason.quantity,
        "unit": reason.unit,
        "limit": reason.limit,
        "country": messages.country(lang, reason.country) if reason.country else None,
        "rate": percent(lang, reason.rate) if reason.rate is not None else None,
    }
    return messages.translate(lang, f"price.{reason.code.value}", **given)


def vat_words(order: Order, lang: str) -> list[str]:
    """What is said of the tax in the sum, in sentences."""
    reasons = order.quote.reasons if order.quote else ()
    return [reason_words(each, lang) for each in reasons if each.code.value.startswith("vat_")]


def seller_lines(order: Order, lang: str) -> list[str]:
    """Who the seller is before the law; its name where it has not said it."""
    who = order.seller_identity
    if who is None:
        return [order.seller_name[lang]]
    parts = (who["company"], who["address"], who["registration"], who["vat"], who["email"])
    return [part for part in (*parts, who["phone"]) if part]


def exception_words(exception: NoWithdrawal) -> Words:
    """Why nobody may withdraw from the purchase of such goods."""
    key = f"withdrawal.{exception.value}"
    return Words(**{lang: messages.translate(lang, key) for lang in messages.LANGUAGES})


def page_view(page: Page) -> OrderPage:
    return OrderPage(
        items=[order_view(order) for order in page.orders],
        next_cursor=ids.encode("ord", page.next_cursor) if page.next_cursor else None,
    )


def sales_view(sales: Sales) -> SalesOut:
    """What a show sold, without buyers."""
    return SalesOut.model_validate(sales)


def notes_view(notes: Sequence[Note]) -> NotesOut:
    return NotesOut(notes=[NoteOut.model_validate(note) for note in notes])


CSV_HEADER = [
    "order",
    "placed_at",
    "withdrawn_at",
    "state",
    "seller",
    "show_id",
    "sku",
    "product",
    "options",
    "quantity",
    "sent",
    "to_send",
    "refunded_pieces",
    "withdrawn_pieces",
    "unit_price",
    "total",
    "currency",
    "order_total",
    "order_refunded",
    "tracking",
    "name",
    "line1",
    "line2",
    "city",
    "postal_code",
    "country",
    "email",
    "delivery",
    "delivery_price",
    "arrives_from",
    "arrives_to",
    "vat_rate",
    "vat",
    "delivery_vat",
    "discount",
]


def csv_rows(order: Order, lang: str) -> list[list[str | int]]:
    """A row for each line, with where it goes; an erased buyer leaves empty cells. `to_send` is to
    be packed: without the pieces that the buyer withdrew from. What delivery cost stands in the
    first row of an order alone, and so do `order_total` and `order_refunded`, so that a column's
    sum is true.
    """
    stands = progress_of(order)
    tracking = " ".join(each.tracking for each in order.shipments if each.tracking)
    return [
        [
            order.number,
            clock.rfc3339(order.placed_at),
            clock.rfc3339(order.withdrawn_at) if order.withdrawn_at else "",
            stands.fulfilment.value,
            order.seller_name[lang],
            ids.encode("show", order.show_id) if order.show_id else "",
            item.sku,
            item.name[lang],
            item.options_text[lang],
            item.quantity,
            line.sent,
            line.sendable,
            line.refunded,
            line.withdrawn,
            csv.decimal(item.unit_price),
            csv.decimal(item.total),
            order.total.currency,
            csv.decimal(order.total) if place == 0 else "",
            csv.decimal(stands.refunded) if place == 0 else "",
            tracking,
            *_buyer_cells(order),
            *_delivery_cells(order, lang, first=place == 0),
            *_vat_cells(order, place),
            csv.decimal(item.discount),
        ]
        for place, (item, line) in enumerate(zip(order.items, stands.lines, strict=True))
    ]


def _delivery_cells(order: Order, lang: str, *, first: bool) -> list[str]:
    agreed = order.quote.delivery if order.quote else None
    if agreed is None:
        return [""] * 4
    price = csv.decimal(agreed.price) if first else ""
    return [agreed.name[lang], price, agreed.earliest.isoformat(), agreed.latest.isoformat()]


def _vat_cells(order: Order, place: int) -> list[str]:
    vat = order.quote.vat if order.quote else None
    if vat is None:
        return [""] * 3
    delivery = csv.decimal(vat.delivery) if place == 0 else ""
    return [percent("en", vat.rate), csv.decimal(vat.lines[place]), delivery]


def _buyer_cells(order: Order) -> list[str]:
    if order.buyer is None:
        return [""] * 7
    to = order.buyer.address
    return [
        to.name,
        to.line1,
        to.line2 or "",
        to.city,
        to.postal_code or "",
        to.country,
        order.buyer.email,
    ]
