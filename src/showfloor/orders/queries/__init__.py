"""All SQL of `orders`: agreed, fulfilment (shipments and refunds), listing, notes."""

from showfloor.orders.queries.agreed import (
    add_new_orders,
    add_orders,
    any_order,
    erase_buyer,
    newest_of_show,
    order,
    orders_by_id,
    orders_of_checkout,
    set_withdrawn,
    totals_of_show,
    units_of_show,
)
from showfloor.orders.queries.fulfilment import (
    add_refund,
    add_shipment,
    due_refunds,
    earlier_refund,
    earlier_shipment,
    end_refund,
    lock_order,
    look_at_refund_later,
    next_look_at_refund,
    order_of_refund,
    refunded_of_checkout,
    set_delivered,
)
from showfloor.orders.queries.listing import (
    count_orders,
    order_ids,
)
from showfloor.orders.queries.notes import (
    add_note,
    notes_of,
)

__all__ = [
    "add_new_orders",
    "add_note",
    "add_orders",
    "add_refund",
    "add_shipment",
    "any_order",
    "count_orders",
    "due_refunds",
    "earlier_refund",
    "earlier_shipment",
    "end_refund",
    "erase_buyer",
    "lock_order",
    "look_at_refund_later",
    "newest_of_show",
    "next_look_at_refund",
    "notes_of",
    "order",
    "order_ids",
    "order_of_refund",
    "orders_by_id",
    "orders_of_checkout",
    "refunded_of_checkout",
    "set_delivered",
    "set_withdrawn",
    "totals_of_show",
    "units_of_show",
]
