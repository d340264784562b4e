"""An order's number, and the address of its buyer's page."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from showfloor.orders.errors import OrderNotFound

_MAC_BYTES = 16


def number_of(prefix: str, number: int) -> str:
    """`LW-48213907`: short enough to be read out on the telephone."""
    return f"{prefix}-{number}"


def page_token(secret: bytes, order_id: UUID) -> str:
    """Opens the buyer's page of an order. Made from its id with a key of 128 bits, so that nothing
    secret is stored and every mail about the order carries the same.
    """
    signed = hmac.digest(secret, b"order page:" + order_id.bytes, sha256)[:_MAC_BYTES]
    return urlsafe_b64encode(order_id.bytes + signed).decode().rstrip("=")


def order_of_token(secret: bytes, token: str) -> UUID:
    """Raises OrderNotFound. Only the very text that `page_token` makes will do, compared in a time
    that tells nothing.
    """
    try:
        order_id = UUID(bytes=urlsafe_b64decode(token.encode() + b"==")[:16])
    except ValueError:
        raise OrderNotFound from None
    if not hmac.compare_digest(token.encode(), page_token(secret, order_id).encode()):
        raise OrderNotFound
    return order_id
