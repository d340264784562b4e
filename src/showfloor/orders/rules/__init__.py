"""Pure decisions of `orders`: agreed (numbers, the buyer's page), fulfilment (where an order
stands).
"""

from showfloor.orders.rules.agreed import number_of, order_of_token, page_token
from showfloor.orders.rules.fulfilment import (
    SEND_WITHIN,
    check_shipment,
    due_back,
    plan_cancel,
    plan_refund,
    positions_of,
    progress,
    promised_leave,
    restocked,
)

__all__ = [
    "SEND_WITHIN",
    "check_shipment",
    "due_back",
    "number_of",
    "order_of_token",
    "page_token",
    "plan_cancel",
    "plan_refund",
    "positions_of",
    "progress",
    "promised_leave",
    "restocked",
]
