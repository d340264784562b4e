"""Use cases of `orders`, one file a step: agreed, listing, shipping, withdrawing, refunding (what
the order knows of it), returning, noting, keeping, receipt (as PDF), owning (whose account it
belongs to).
"""

from showfloor.orders.service.agreed import (
    cancelled_among,
    find_order,
    get_own_order,
    list_ids,
    list_of_checkout,
    open_order,
    order_of_token,
    page_token,
    place,
    place_new,
    sales_of_show,
    totals_of_checkout,
    withdrawn_among,
)
from showfloor.orders.service.keeping import forget_old_buyers
from showfloor.orders.service.listing import (
    count_own_orders,
    list_own_orders,
    walk_own_orders,
)
from showfloor.orders.service.noting import (
    add_note,
    list_notes,
)
from showfloor.orders.service.owning import (
    claim,
    has_bought,
    has_ordered,
    list_of_viewer,
    pieces_bought,
    proves_purchase,
)
from showfloor.orders.service.receipt import write_receipt
from showfloor.orders.service.refunding import (
    REFUNDS,
    RefundRequest,
    due_refunds,
    end_refund,
    fail_refund,
    find_refund,
    look_at_refund_later,
    next_look_at_refund,
    prices_of_refund,
    promise_refund,
    refunded_of_checkout,
)
from showfloor.orders.service.returning import (
    Arrival,
    prove_return,
    receive_return,
)
from showfloor.orders.service.shipping import (
    Parcel,
    mark_delivered,
    ship,
)
from showfloor.orders.service.withdrawing import (
    may_withdraw,
    withdraw,
)

__all__ = [
    "REFUNDS",
    "Arrival",
    "Parcel",
    "RefundRequest",
    "add_note",
    "cancelled_among",
    "claim",
    "count_own_orders",
    "due_refunds",
    "end_refund",
    "fail_refund",
    "find_order",
    "find_refund",
    "forget_old_buyers",
    "get_own_order",
    "has_bought",
    "has_ordered",
    "list_ids",
    "list_notes",
    "list_of_checkout",
    "list_of_viewer",
    "list_own_orders",
    "look_at_refund_later",
    "mark_delivered",
    "may_withdraw",
    "next_look_at_refund",
    "open_order",
    "order_of_token",
    "page_token",
    "pieces_bought",
    "place",
    "place_new",
    "prices_of_refund",
    "promise_refund",
    "prove_return",
    "proves_purchase",
    "receive_return",
    "refunded_of_checkout",
    "sales_of_show",
    "ship",
    "totals_of_checkout",
    "walk_own_orders",
    "withdraw",
    "withdrawn_among",
    "write_receipt",
]
