"""An order to reckon with."""

from __future__ import annotations

from datetime import UTC, datetime

from showfloor.kit import ids
from showfloor.kit.money import Money
from showfloor.markets.types import SalesKind
from showfloor.orders.types import Item, Order

PLACED = datetime(2026, 11, 23, 18, 31, tzinfo=UTC)
ZONE = "Europe/London"


def order_of(*lines: tuple[int, int], delivery: int = 0) -> Order:
    """`lines` are (quantity, price); `delivery` is what is paid besides the goods."""
    items = tuple(
        Item(
            ids.new(),
            ids.new(),
            f"SKU-{at}",
            {"en": "Thing", "ar": "شيء"},
            {"en": "", "ar": ""},
            quantity,
            Money(price, "GBP"),
            None,
        )
        for at, (quantity, price) in enumerate(lines)
    )
    total = sum(quantity * price for quantity, price in lines) + delivery
    return Order(
        id=ids.new(),
        number="LW-1",
        merchant_id=ids.new(),
        seller_name={"en": "Loamwick", "ar": "لومويك"},
        kind=SalesKind.SHOW,
        market="gb",
        show_id=None,
        checkout_id=ids.new(),
        items=items,
        total=Money(total, "GBP"),
        placed_at=PLACED,
        buyer=None,
    )
