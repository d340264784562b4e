"""Pure decisions of `ledger`: agreements (which rate is in force), sums (how amounts are split),
entries (what follows from what happened), keeping, payouts, periods.
"""

from showfloor.ledger.rules.agreements import (
    NOTICE,
    effective_from,
    end_to_come,
    in_force,
    other,
    state_of,
)
from showfloor.ledger.rules.entries import of_failed_refund, of_return, of_sale, with_back
from showfloor.ledger.rules.keeping import keep_of
from showfloor.ledger.rules.payouts import kept_back, may_approve, step
from showfloor.ledger.rules.periods import final_at, month, posting_date
from showfloor.ledger.rules.sums import (
    commission_of,
    goods_left,
    link_rate_beside,
    part_of,
    spread,
    spread_refund,
)

__all__ = [
    "NOTICE",
    "commission_of",
    "effective_from",
    "end_to_come",
    "final_at",
    "goods_left",
    "in_force",
    "keep_of",
    "kept_back",
    "link_rate_beside",
    "may_approve",
    "month",
    "of_failed_refund",
    "of_return",
    "of_sale",
    "other",
    "part_of",
    "posting_date",
    "spread",
    "spread_refund",
    "state_of",
    "step",
    "with_back",
]
