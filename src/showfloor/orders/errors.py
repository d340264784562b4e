"""Refusals of `orders`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class OrderNotFound(AppError):
    """Also for an order of another merchant: a foreign id tells nothing."""

    code = "order_not_found"
    status = 404
