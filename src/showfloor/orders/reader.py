"""What `orders` knows of a buyer, for the buyer."""

from __future__ import annotations

from showfloor.kit import clock, csv
from showfloor.kit.db import Session
from showfloor.orders import queries
from showfloor.orders.types import Order
from showfloor.orders.views import progress_of
from showfloor.privacy.types import Reader, Row, Subject


async def _read(session: Session, subject: Subject, _key: str) -> list[Row]:
    """A row for each line, under the address that the account verified and under the account."""
    found = await queries.ids_of_buyer(session, subject)
    orders = await queries.orders_by_id(session, found)
    return [row for order in orders for row in rows_of(order)]


def rows_of(order: Order) -> list[Row]:
    """One for each line."""
    buyer = order.buyer
    to = buyer.address if buyer else None
    tracking = " ".join(each.tracking for each in order.shipments if each.tracking)
    lang = buyer.language if buyer else "en"
    carriers = "; ".join(each.carrier for each in order.proofs if each.carrier)
    numbers = "; ".join(each.tracking for each in order.proofs if each.tracking)
    later = "; ".join(clock.rfc3339(each.at) for each in order.withdrawals[1:])
    stands = progress_of(order)
    return [
        {
            "order": order.number,
            "placed_at": clock.rfc3339(order.placed_at),
            "state": stands.fulfilment.value,
            "withdrawn_at": clock.rfc3339(order.withdrawn_at) if order.withdrawn_at else None,
            "withdrawn_again_at": later or None,
            "seller": order.seller_name[lang],
            "sku": item.sku,
            "product": item.name[lang],
            "options": item.options_text[lang],
            "quantity": item.quantity,
            "withdrawn_pieces": line.withdrawn,
            "total": csv.decimal(item.total),
            "currency": order.total.currency,
            "order_total": csv.decimal(order.total),
            "email": buyer.email if buyer else None,
            "name": to.name if to else None,
            "line1": to.line1 if to else None,
            "line2": to.line2 if to else None,
            "city": to.city if to else None,
            "postal_code": to.postal_code if to else None,
            "country": to.country if to else None,
            "tracking": tracking or None,
            "return_carrier": carriers or None,
            "return_tracking": numbers or None,
        }
        for item, line in zip(order.items, stands.lines, strict=True)
    ]


READER = Reader("orders", _read)
