"""Use cases of `ledger`: agreeing (commissions), booking (what happens, written down), reading (who
sees what).
"""

from showfloor.ledger.service.agreeing import (
    accounts_of,
    agree,
    commission_rows,
    decline,
    list_agreements,
    names_of_products,
    partners_of,
    propose,
)
from showfloor.ledger.service.booking import (
    book_missing,
    book_refund,
    book_sale,
    note_progress,
)
from showfloor.ledger.service.reading import (
    check_balance,
    list_balances,
    list_movements,
    names_of,
    statements,
)

__all__ = [
    "accounts_of",
    "agree",
    "book_missing",
    "book_refund",
    "book_sale",
    "check_balance",
    "commission_rows",
    "decline",
    "list_agreements",
    "list_balances",
    "list_movements",
    "names_of",
    "names_of_products",
    "note_progress",
    "partners_of",
    "propose",
    "statements",
]
