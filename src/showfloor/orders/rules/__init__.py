"""Pure decisions of `orders`: agreed (numbers, the buyer's page), fulfilment (where an order
stands), returns (what comes back, and what is owed for it).
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
from showfloor.orders.rules.returns import (
    check_proof,
    is_open,
    owed,
    place_in_line,
    plan_return,
    proof_of,
)

__all__ = [
    "SEND_WITHIN",
    "check_proof",
    "check_shipment",
    "due_back",
    "is_open",
    "number_of",
    "order_of_token",
    "owed",
    "page_token",
    "place_in_line",
    "plan_cancel",
    "plan_refund",
    "plan_return",
    "positions_of",
    "progress",
    "promised_leave",
    "proof_of",
    "restocked",
]
