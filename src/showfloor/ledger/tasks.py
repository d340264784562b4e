"""What the worker does for `ledger`."""

from __future__ import annotations

from showfloor.kit.db import Database
from showfloor.ledger import service
from showfloor.ledger.types import Fees


class BooksDiffer(Exception):
    """Entries whose postings do not sum to zero: `showfloor verify` says which."""


async def book_missing(database: Database, *, fees: Fees) -> None:
    """Every day: orders and withdrawals that no event brought into the books."""
    await service.book_missing(database, fees)


async def check_balance(database: Database) -> None:
    """Every hour; a failure stands in `showfloor jobs`. Raises BooksDiffer."""
    async with database.session() as session:
        if await service.check_balance(session):
            raise BooksDiffer
