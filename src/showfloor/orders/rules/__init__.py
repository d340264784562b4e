"""Pure decisions of `orders`: agreed (numbers, the buyer's page), fulfilment (where an order
stands), returns (what comes back, and what is owed for it), withdrawing (from which
pieces the buyer withdrew).
"""

from showfloor.orders.rules.agreed import number_of, order_of_token, page_token
from showfloor.orders.rules.fulfilment import (
    SEND_WITHIN,
    check_shipment,
    due_back,
    fourteen_days_after,
    plan_cancel,
    plan_refund,
    positions_of,
    prices_of_refund,
    progress,
    promised_leave,
    reopened,
    restocked,
)
from showfloor.orders.rules.returns import (
    check_proof,
    is_open,
    owed,
    place_in_line,
    plan_return,
    proof_of,
    to_return,
)
from showfloor.orders.rules.withdrawing import (
    is_same_withdrawal,
    open_pieces,
    plan_withdrawal,
    withdrawals_of,
)

__all__ = [
    "SEND_WITHIN",
    "check_proof",
    "check_shipment",
    "due_back",
    "fourteen_days_after",
    "is_open",
    "is_same_withdrawal",
    "number_of",
    "open_pieces",
    "order_of_token",
    "owed",
    "page_token",
    "place_in_line",
    "plan_cancel",
    "plan_refund",
    "plan_return",
    "plan_withdrawal",
    "positions_of",
    "prices_of_refund",
    "progress",
    "promised_leave",
    "proof_of",
    "reopened",
    "restocked",
    "to_return",
    "withdrawals_of",
]
