"""Google Merchant Center's product data, as tab-separated text or as XML, which `feed.py` turns
into the same rows (support.google.com/merchants, *Product data specification*).
"""

from __future__ import annotations

import re

from babel.numbers import is_currency

from showfloor.catalog.imports.offers import Draft, draft_reading, whole_number
from showfloor.catalog.imports.texts import plain_line, plain_text
from showfloor.catalog.imports.types import Offer, Place, Reading, Remark, Row, Shot

_OPTIONS = ("color", "size", "material", "pattern", "age_group", "gender")
"""What tells the items of a group apart, in the order in which buyers choose."""
_CURRENCY = re.compile(r"[A-Z]{3}")


def fits(columns: frozenset[str]) -> bool:
    names = {column.replace(" ", "_") for column in columns}
    return {"id", "title", "price"} <= names and bool(names & {"link", "availability"})


def place(row: Row) -> Place | Remark | None:
    row = _named(row)
    if not row:
        return None
    key = row.get("item_group_id") or row.get("id")
    return Place(key) if key else Remark(0, "id", "google_id_missing")


def read(rows: list[tuple[int, Row]], currency: str) -> Reading:
    items = [(number, _named(row)) for number, row in rows]
    number, head = items[0]
    key = head.get("item_group_id") or head["id"]
    draft = Draft(number, key=f"google:{key}", currency=currency)
    draft.name = plain_line(head.get("item_group_title") or head.get("title", ""))
    draft.description = plain_text(head.get("description", ""))
    draft.axes = _axes([row for _, row in items])
    for item_number, row in items:
        _add(draft, item_number, row)
    return draft_reading(draft, len(rows))


def _named(row: Row) -> Row:
    """Columns are written with blanks and with underscores."""
    return {column.replace(" ", "_"): cell for column, cell in row.items()}


def _axes(rows: list[Row]) -> list[str]:
    if len(rows) == 1:
        return []
    differ = [name for name in _OPTIONS if len({row.get(name, "") for row in rows}) > 1]
    return [name.replace("_", " ").capitalize() for name in differ]


def _add(draft: Draft, number: int, row: Row) -> None:
    for url in (row.get("image_link", ""), *row.get("additional_image_link", "").split(",")):
        if url.strip():
            draft.add_picture(Shot(number, url.strip(), ""))
    column = "sale_price" if row.get("sale_price") else "price"
    text = row.get(column, "")
    found = _CURRENCY.search(text)
    currency = found[0] if found and is_currency(found[0]) else draft.currency
    price = draft.price(number, text, column, currency)
    if price is None:
        return
    options = [plain_line(row.get(axis.lower().replace(" ", "_"), "")) for axis in draft.axes]
    picture = row.get("image_link")
    draft.add(Offer(number, row.get("id", ""), options, price, currency, _quantity(row), picture))


def _quantity(row: Row) -> int | None:
    """The feed counts only in some countries; out of stock is none."""
    counted = whole_number(row.get("quantity", row.get("sell_on_google_quantity", "")))
    if counted is not None:
        return counted
    return 0 if row.get("availability", "").replace("_", " ").lower() == "out of stock" else None
