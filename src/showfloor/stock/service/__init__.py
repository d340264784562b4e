"""Use cases of `stock`: taking, and everything that happens to a hold afterwards."""

from showfloor.stock.service.changing import change_lines
from showfloor.stock.service.holds import (
    client_digest,
    extend_once,
    find_by_key,
    forget_clients,
    forget_old_holds,
    get_hold,
    hold_of_token,
    hold_token,
    lock_hold,
    next_expiry,
    release,
    release_expired,
    require_open,
    set_buyer_limit,
    set_on_hand,
    settle,
    stock_of,
    withdraw_extension,
)
from showfloor.stock.service.reserving import HoldBatcher, reserve

__all__ = [
    "HoldBatcher",
    "change_lines",
    "client_digest",
    "extend_once",
    "find_by_key",
    "forget_clients",
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
    "set_buyer_limit",
    "set_on_hand",
    "settle",
    "stock_of",
    "withdraw_extension",
]
