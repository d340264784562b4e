"""Pure decisions of `ledger`: sums (how amounts are split), entries (what follows from what
happened), periods.
"""

from showfloor.ledger.rules.entries import of_return, of_sale, with_back
from showfloor.ledger.rules.periods import month
from showfloor.ledger.rules.sums import (
    commission_of,
    goods_left,
    part_of,
    spread,
    spread_refund,
)

__all__ = [
    "commission_of",
    "goods_left",
    "month",
    "of_return",
    "of_sale",
    "part_of",
    "spread",
    "spread_refund",
    "with_back",
]
