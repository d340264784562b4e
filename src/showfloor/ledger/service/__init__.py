"""Use cases of `ledger`: agreeing (commissions), bank_file (of a batch), booking (what happens,
written down), keeping (of a price), paying (batches of payouts), printing (a month as PDF), reading
(who sees what).
"""

from showfloor.ledger.service.agreeing import (
    accounts_of,
    agree,
    commission_rows,
    decline,
    link_rows,
    list_agreements,
    names_of_products,
    partners_of,
    propose,
    stop,
)
from showfloor.ledger.service.bank_file import payees_of, write_bank_file
from showfloor.ledger.service.booking import (
    book_chargeback,
    book_failed_refund,
    book_missing,
    book_refund,
    book_sale,
    end_withdrawal,
    note_progress,
)
from showfloor.ledger.service.keeping import keep_card
from showfloor.ledger.service.paying import (
    approve,
    compute,
    discard,
    end,
    export,
    hold,
    list_batches,
    list_holds,
    release,
)
from showfloor.ledger.service.printing import write_statement
from showfloor.ledger.service.reading import (
    begun,
    check_balance,
    list_balances,
    list_movements,
    list_payouts,
    names_of,
    own_accounts,
    statements,
    walk_movements,
)

__all__ = [
    "accounts_of",
    "agree",
    "approve",
    "begun",
    "book_chargeback",
    "book_failed_refund",
    "book_missing",
    "book_refund",
    "book_sale",
    "check_balance",
    "commission_rows",
    "compute",
    "decline",
    "discard",
    "end",
    "end_withdrawal",
    "export",
    "hold",
    "keep_card",
    "link_rows",
    "list_agreements",
    "list_balances",
    "list_batches",
    "list_holds",
    "list_movements",
    "list_payouts",
    "names_of",
    "names_of_products",
    "note_progress",
    "own_accounts",
    "partners_of",
    "payees_of",
    "propose",
    "release",
    "statements",
    "stop",
    "walk_movements",
    "write_bank_file",
    "write_statement",
]
