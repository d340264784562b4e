"""Pure decisions of `privacy`."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from calendar import monthrange
from datetime import datetime
from hashlib import sha256
from uuid import UUID

_MAC_BYTES = 16
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
    signed = hmac.digest(secret.encode(), b"erasure receipt:" + request_id.bytes, sha256)
    return urlsafe_b64encode(request_id.bytes + signed[:_MAC_BYTES]).decode().rstrip("=")


def request_of_token(secret: str, token: str) -> UUID | None:
    """None for what we never gave."""
    try:
        request_id = UUID(bytes=urlsafe_b64decode(token.encode() + b"==")[:16])
    except ValueError:
        return None
    right = hmac.compare_digest(token.encode(), receipt_token(secret, request_id).encode())
    return request_id if right else None
