"""All SQL of `ledger`: agreements (commissions), booking (what is written), reading (what is summed
and listed).
"""

from showfloor.ledger.queries.agreements import (
    add_agreement,
    agreement,
    agreements,
    agreements_between,
    earned,
    end_open,
    goods_sold,
    set_agreed,
    set_ended,
    shows_of,
)
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
    "add_agreement",
    "add_backs",
    "add_entries",
    "add_order",
    "agreement",
    "agreements",
    "agreements_between",
    "balances",
    "earned",
    "end_open",
    "goods_sold",
    "has_entry",
    "lock_order",
    "movements",
    "set_agreed",
    "set_ended",
    "set_payable",
    "shows_of",
    "sums_by_kind",
    "unbalanced",
    "unknown_orders",
    "waiting",
]
