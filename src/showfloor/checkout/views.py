"""The JSON of holds and purchases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from showfloor.checkout.types import Agreed, Purchase
from showfloor.kit import clock, ids
from showfloor.orders.views import summary_view
from showfloor.stock.types import Hold, Line


def hold_view(hold: Hold, token: str) -> dict[str, Any]:
    """What the buyer holds; `token` is a secret, the buyer's Bearer from here on."""
    return {
        "id": ids.encode("hold", hold.id),
        "token": token,
        "expires_at": clock.rfc3339(hold.expires_at),
        "total": hold.total.as_json(),
        "lines": lines_view(hold.lines),
    }


def lines_view(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price": line.unit_price.as_json(),
            "total": line.total.as_json(),
        }
        for line in lines
    ]


def checkout_view(purchase: Purchase) -> dict[str, Any]:
    """A purchase with everything that was agreed, and nothing about the buyer."""
    checkout = purchase.checkout
    return {
        "id": ids.encode("chk", checkout.id),
        "hold_id": ids.encode("hold", checkout.hold_id),
        "total": checkout.total.as_json(),
        "lines": [_agreed(line) for line in checkout.lines],
        "sellers": [
            {"id": ids.encode("mer", seller.merchant_id), "name": seller.name}
            for seller in checkout.sellers
        ],
        **payment_view(purchase),
    }


def payment_view(purchase: Purchase) -> dict[str, Any]:
    """How far the purchase has come."""
    return {
        "status": purchase.status.value,
        "orders": [summary_view(order) for order in purchase.orders],
        "expires_at": clock.rfc3339(purchase.expires_at),
    }


def agreed_lines_view(lines: Sequence[Agreed]) -> list[dict[str, Any]]:
    return [_agreed(line) for line in lines]


def _agreed(line: Agreed) -> dict[str, Any]:
    item = line.item
    return {
        "sku": item.sku,
        "name": item.name,
        "options_text": item.options_text,
        "quantity": item.quantity,
        "unit_price": item.unit_price.as_json(),
        "total": item.total.as_json(),
        "picture_url": item.picture_url,
        "seller_id": ids.encode("mer", line.merchant_id),
    }
