"""The JSON of orders and sales."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from showfloor.kit import clock, csv, ids
from showfloor.orders.types import Item, Order, Sales


def order_view(order: Order) -> dict[str, Any]:
    """An order without its buyer."""
    return {
        **summary_view(order),
        "sold_in": {"kind": order.kind.value, "market": order.market},
        "show_id": ids.encode("show", order.show_id) if order.show_id else None,
        "placed_at": clock.rfc3339(order.placed_at),
        "items": [
            {**_item(item), "unit_price": item.unit_price.as_json(), "total": item.total.as_json()}
            for item in order.items
        ],
    }


def summary_view(order: Order) -> dict[str, Any]:
    """What the buyer gets to see of each order after paying."""
    return {
        "id": ids.encode("ord", order.id),
        "number": order.number,
        "seller": order.seller_name,
        "total": order.total.as_json(),
    }


def order_detail(order: Order) -> dict[str, Any]:
    """With the buyer, for the merchant that delivers."""
    return {**order_view(order), "buyer": asdict(order.buyer) if order.buyer else None}


def sales_view(sales: Sales) -> dict[str, Any]:
    """What a show sold, without buyers."""
    return {
        "totals": [takings.as_json() for takings in sales.totals],
        "orders": sales.orders,
        "units": sales.units,
        "recent": [
            {
                "id": ids.encode("ord", sale.id),
                "at": clock.rfc3339(sale.at),
                "items": [_item(item) for item in sale.items],
                "total": sale.total.as_json(),
            }
            for sale in sales.recent
        ],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "name": item.name,
        "options_text": item.options_text,
        "quantity": item.quantity,
        "picture_url": item.picture_url,
    }


CSV_HEADER = [
    "order",
    "placed_at",
    "seller",
    "show_id",
    "sku",
    "product",
    "options",
    "quantity",
    "unit_price",
    "total",
    "currency",
    "name",
    "line1",
    "line2",
    "city",
    "postal_code",
    "country",
    "email",
]


def csv_rows(order: Order, lang: str) -> list[list[str | int]]:
    """A row for each line, with where it goes; an erased buyer leaves empty cells."""
    return [
        [
            order.number,
            clock.rfc3339(order.placed_at),
            order.seller_name[lang],
            ids.encode("show", order.show_id) if order.show_id else "",
            item.sku,
            item.name[lang],
            item.options_text[lang],
            item.quantity,
            csv.decimal(item.unit_price),
            csv.decimal(item.total),
            order.total.currency,
            *_buyer_cells(order),
        ]
        for item in order.items
    ]


def _buyer_cells(order: Order) -> list[str]:
    if order.buyer is None:
        return [""] * 7
    to = order.buyer.address
    return [
        to.name,
        to.line1,
        to.line2 or "",
        to.city,
        to.postal_code or "",
        to.country,
        order.buyer.email,
    ]
