"""Use cases of `ledger`: booking (what happens, written down), reading (who sees what)."""

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
    "book_missing",
    "book_refund",
    "book_sale",
    "check_balance",
    "list_balances",
    "list_movements",
    "names_of",
    "note_progress",
    "statements",
]
