"""What orders and sales look like on the wire, and in a merchant's spreadsheet."""

from __future__ import annotations

from showfloor.kit import clock, csv, ids
from showfloor.kit.schemas import fields_of
from showfloor.orders.schemas import OrderDetail, OrderOut, OrderPage, SalesOut
from showfloor.orders.types import Order, Page, Sales


def order_view(order: Order) -> OrderOut:
    """An order without its buyer."""
    return OrderOut.model_validate(_with_names_of_the_wire(order))


def order_detail(order: Order) -> OrderDetail:
    """With the buyer, for the merchant that delivers."""
    return OrderDetail.model_validate(_with_names_of_the_wire(order))


def _with_names_of_the_wire(order: Order) -> dict[str, object]:
    return {**fields_of(order), "seller": order.seller_name, "sold_in": order}


def page_view(page: Page) -> OrderPage:
    return OrderPage(
        items=[order_view(order) for order in page.orders],
        next_cursor=ids.encode("ord", page.next_cursor) if page.next_cursor else None,
    )


def sales_view(sales: Sales) -> SalesOut:
    """What a show sold, without buyers."""
    return SalesOut.model_validate(sales)


CSV_HEADER = [
    "order",
    "placed_at",
    "withdrawn_at",
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
    """A row for each line, with where it goes; an erased buyer leaves empty cells. What has
    a `withdrawn_at` is not to be packed.
    """
    return [
        [
            order.number,
            clock.rfc3339(order.placed_at),
            clock.rfc3339(order.withdrawn_at) if order.withdrawn_at else "",
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
