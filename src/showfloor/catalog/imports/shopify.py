"""Shopify's product CSV: one row a variant, further rows for further pictures, all with the
product's handle (help.shopify.com, *Using CSV files to import and export products*).

Older and newer exports name some columns differently; both are read.
"""

from __future__ import annotations

from showfloor.catalog.imports.offers import Draft, draft_reading, whole_number
from showfloor.catalog.imports.texts import plain_line, plain_text
from showfloor.catalog.imports.types import Offer, Place, Reading, Remark, Row, Shot

HANDLE = ("handle", "url handle")
PRICE = ("variant price", "price")
SKU = ("variant sku", "sku")
_NO_OPTION = ("title", "default title")
_AXES = (1, 2, 3)


def fits(columns: frozenset[str]) -> bool:
    return bool(columns & set(HANDLE)) and bool(columns & set(PRICE))


def place(row: Row) -> Place | Remark | None:
    handle = _cell(row, HANDLE)
    if handle:
        return Place(handle)
    if not row:
        return None
    return Remark(0, "Handle", "handle_missing")


def read(rows: list[tuple[int, Row]], currency: str) -> Reading:
    number, head = rows[0]
    draft = Draft(number, key=f"shopify:{_cell(head, HANDLE)}", currency=currency)
    title = next((row["title"] for _, row in rows if "title" in row), "")
    draft.name = plain_line(title or _cell(head, HANDLE))
    body = next((_cell(row, _BODY) for _, row in rows if _cell(row, _BODY)), "")
    draft.description = plain_text(body)
    if reason := _not_for_sale(head):
        return draft.left_out(len(rows), *reason)
    draft.axes = _axes(head)
    for row_number, row in rows:
        _add_picture(draft, row_number, row)
        if _is_variant(row):
            _add_offer(draft, row_number, row)
    return draft_reading(draft, len(rows))


_BODY = ("body (html)", "description")
_PICTURE = ("image src", "product image url")
_OF_VARIANT = ("variant image", "variant image url")


def _cell(row: Row, names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if name in row), "")


def _not_for_sale(head: Row) -> tuple[str, str] | None:
    """The column and the reason."""
    if head.get("gift card", "").lower() == "true":
        return "Gift Card", "gift_card"
    if head.get("status", "").lower() == "archived":
        return "Status", "archived"
    return None


def _axes(head: Row) -> list[str]:
    """Names of the options. A product without options has one that is called Title."""
    names = [_option(head, number, "name") for number in _AXES]
    values = [_option(head, number, "value") for number in _AXES]
    if names[0].lower() in _NO_OPTION and not any(names[1:]):
        # Some shops leave the name and write a real value; one value is no choice, and a second
        # row with another value is.
        return ["Title"]
    return [
        name or f"Option {place + 1}" for place, name in enumerate(names) if name or values[place]
    ]


def _option(row: Row, number: int, part: str) -> str:
    return row.get(f"option{number} {part}", "")


def _is_variant(row: Row) -> bool:
    return bool(_cell(row, PRICE) or _cell(row, SKU) or _option(row, 1, "value"))


def _add_picture(draft: Draft, number: int, row: Row) -> None:
    url = _cell(row, _PICTURE)
    if url:
        draft.add_picture(Shot(number, url, plain_line(row.get("image alt text", ""))))
    if of_variant := _cell(row, _OF_VARIANT):
        draft.add_picture(Shot(number, of_variant, ""))


def _add_offer(draft: Draft, number: int, row: Row) -> None:
    options = [_option(row, axis, "value") for axis in _AXES[: len(draft.axes)]]
    price = draft.price(number, _cell(row, PRICE), "Variant Price")
    if price is None:
        return
    draft.add(
        Offer(
            number,
            _cell(row, SKU),
            [plain_line(option) for option in options],
            price,
            draft.currency,
            _quantity(row),
            _cell(row, _OF_VARIANT) or None,
        )
    )


def _quantity(row: Row) -> int | None:
    """None where Shopify does not count, or sells on when nothing is left."""
    counted = row.get("variant inventory tracker", row.get("inventory tracker", ""))
    goes_on = row.get("variant inventory policy", row.get("continue selling when out of stock", ""))
    if not counted or goes_on.lower() in ("continue", "true"):
        return None
    return whole_number(row.get("variant inventory qty", row.get("inventory quantity", "")))
