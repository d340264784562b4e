"""Use cases of `stock`: taking, and everything that happens to a hold afterwards."""

from showfloor.stock.service.holds import (
    extend_once,
    find_by_key,
    forget_old_holds,
    get_hold,
    hold_of_token,
    hold_token,
    lock_hold,
    next_expiry,
    release,
    release_expired,
    require_open,
    set_on_hand,
    settle,
    stock_of,
)
from showfloor.stock.service.reserving import HoldBatcher, reserve

__all__ = [
    "HoldBatcher",
    "extend_once",
    "find_by_key",
    "forget_old_holds",
    "get_hold",
    "hold_of_token",
    "hold_token",
    "lock_hold",
    "next_expiry",
    "release",
    "release_expired",
    "require_open",
    "reserve",
    "set_on_hand",
    "settle",
    "stock_of",
]
