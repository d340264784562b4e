"""All SQL of `ledger`: booking (what is written), reading (what is summed and listed)."""

from showfloor.ledger.queries.booking import (
    add_backs,
    add_entries,
    add_order,
    has_entry,
    lock_order,
    set_payable,
    unknown_orders,
)
from showfloor.ledger.queries.reading import (
    balances,
    movements,
    sums_by_kind,
    unbalanced,
    waiting,
)

__all__ = [
    "add_backs",
    "add_entries",
    "add_order",
    "balances",
    "has_entry",
    "lock_order",
    "movements",
    "set_payable",
    "sums_by_kind",
    "unbalanced",
    "unknown_orders",
    "waiting",
]
