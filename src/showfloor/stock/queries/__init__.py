"""All SQL of `stock`."""

from showfloor.stock.queries.changes import (
    CHANGE,
    LOCK_STOCK,
    MARGINS,
    RECLAIM,
    Margin,
    change_lines,
    lock_stock,
)
from showfloor.stock.queries.hold_batch import RESERVE_BATCH, reserve_batch
from showfloor.stock.queries.holds import (
    EXTEND,
    LOCK_HOLD,
    READ_HOLD,
    StoredRequest,
    ask_extended,
    ask_hold,
    guest_of,
    hold_by_id,
    request_of_key,
    secure,
    shorten,
)
from showfloor.stock.queries.networks import forget_clients_before
from showfloor.stock.queries.releases import (
    RELEASE,
    RELEASE_DUE,
    SETTLE,
    next_expiry,
    release,
    release_due,
    remove_holds_before,
    settle,
)
from showfloor.stock.queries.reservation import LIMITS, HoldResult, Reservation
from showfloor.stock.queries.single_hold import RESERVE, reserve
from showfloor.stock.queries.stock_items import (
    put_back,
    set_buyer_limit,
    set_on_hand,
    stock_of,
    take_counts,
)

__all__ = [
    "CHANGE",
    "EXTEND",
    "LIMITS",
    "LOCK_HOLD",
    "LOCK_STOCK",
    "MARGINS",
    "READ_HOLD",
    "RECLAIM",
    "RELEASE",
    "RELEASE_DUE",
    "RESERVE",
    "RESERVE_BATCH",
    "SETTLE",
    "HoldResult",
    "Margin",
    "Reservation",
    "StoredRequest",
    "ask_extended",
    "ask_hold",
    "change_lines",
    "forget_clients_before",
    "guest_of",
    "hold_by_id",
    "lock_stock",
    "next_expiry",
    "put_back",
    "release",
    "release_due",
    "remove_holds_before",
    "request_of_key",
    "reserve",
    "reserve_batch",
    "secure",
    "set_buyer_limit",
    "set_on_hand",
    "settle",
    "shorten",
    "stock_of",
    "take_counts",
]
