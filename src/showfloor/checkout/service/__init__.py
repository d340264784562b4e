"""Use cases of `checkout`, one file a step: shelf (what may be held, at which price), holds, waited
(what was held for who waited in line), contact (who buys), paying, settlement (what the provider's
status does), reconciliation (the providers' own lists), refunding (money back).
"""

from showfloor.checkout.service.contact import (
    ask_opening,
    find_affiliate,
    forget_abandoned,
    get_purchase,
    open_checkout,
)
from showfloor.checkout.service.coupons import find_coupons
from showfloor.checkout.service.drop_holds import hold_in_drop
from showfloor.checkout.service.holds import change_hold, get_hold, hold_goods, release_hold
from showfloor.checkout.service.paying import confirm, pay
from showfloor.checkout.service.reconciliation import find_discrepancies, reconcile
from showfloor.checkout.service.refunding import (
    paid_through,
    refund_order,
    settle_open_refunds,
)
from showfloor.checkout.service.settlement import (
    forget_old_callbacks,
    next_look,
    settle_open_payments,
    take_callback,
)
from showfloor.checkout.service.shelf import Shelf
from showfloor.checkout.service.waited import take_waited

__all__ = [
    "Shelf",
    "ask_opening",
    "change_hold",
    "confirm",
    "find_affiliate",
    "find_coupons",
    "find_discrepancies",
    "forget_abandoned",
    "forget_old_callbacks",
    "get_hold",
    "get_purchase",
    "hold_goods",
    "hold_in_drop",
    "next_look",
    "open_checkout",
    "paid_through",
    "pay",
    "reconcile",
    "refund_order",
    "release_hold",
    "settle_open_payments",
    "settle_open_refunds",
    "take_callback",
    "take_waited",
]
