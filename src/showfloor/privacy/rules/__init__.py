"""Pure decisions of `privacy`."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from uuid import UUID

from showfloor.kit import tokens

_RECEIPT = b"erasure receipt:"
OPEN_REQUESTS = 5
"""Questions of one person that wait for an answer, at most: people answer them."""


def due(asked_at: datetime) -> datetime:
    """A month later (GDPR art 12(3)): on the same day of the next month, or on its last one where
    it has no such day (Regulation 1182/71 art 3(2)(c)).
    """
    year, month = divmod(asked_at.year * 12 + asked_at.month, 12)
    last = monthrange(year, month + 1)[1]
    return asked_at.replace(year=year, month=month + 1, day=min(asked_at.day, last))


def receipt_token(secret: str, request_id: UUID) -> str:
    """Opens the receipt of an erasure for whoever asked for it, who has no account any more."""
    return tokens.sign_id(secret.encode(), _RECEIPT, request_id)


def request_of_token(secret: str, token: str) -> UUID | None:
    """None for what we never gave."""
    return tokens.id_of(secret.encode(), _RECEIPT, token)
