"""An order's number, and the address of its buyer's page."""

from __future__ import annotations

from uuid import UUID

from showfloor.kit import tokens
from showfloor.orders.errors import OrderNotFound

_ORDER_PAGE = b"order page:"


def number_of(prefix: str, number: int) -> str:
    """`LW-48213907`: short enough to be read out on the telephone."""
    return f"{prefix}-{number}"


def page_token(secret: bytes, order_id: UUID) -> str:
    """Opens the buyer's page of an order; every mail about the order carries the same."""
    return tokens.sign_id(secret, _ORDER_PAGE, order_id)


def order_of_token(secret: bytes, token: str) -> UUID:
    """Raises OrderNotFound for what we never gave."""
    order_id = tokens.id_of(secret, _ORDER_PAGE, token)
    if order_id is None:
        raise OrderNotFound
    return order_id
