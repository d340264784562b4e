"""Exports as Shopify writes them, with the mess that real ones have."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

COLUMNS = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Option3 Name",
    "Option3 Value",
    "Variant SKU",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Price",
    "Image Src",
    "Image Alt Text",
    "Gift Card",
    "Variant Image",
    "Status",
]
Row = dict[str, str]


def first(handle: str, title: str, **cells: str) -> Row:
    """The first row of a product without options."""
    row = {
        "Handle": handle,
        "Title": title,
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
        "Variant SKU": handle.upper(),
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": "5",
        "Variant Inventory Policy": "deny",
        "Variant Price": "12.50",
    }
    return row | named(cells)


def further(handle: str, **cells: str) -> Row:
    return {"Handle": handle} | named(cells)


def named(cells: Row) -> Row:
    names = {
        "body": "Body (HTML)",
        "axis": "Option1 Name",
        "value": "Option1 Value",
        "axis2": "Option2 Name",
        "value2": "Option2 Value",
        "axis3": "Option3 Name",
        "value3": "Option3 Value",
        "sku": "Variant SKU",
        "tracker": "Variant Inventory Tracker",
        "qty": "Variant Inventory Qty",
        "policy": "Variant Inventory Policy",
        "price": "Variant Price",
        "picture": "Image Src",
        "gift": "Gift Card",
        "status": "Status",
        "variant_picture": "Variant Image",
    }
    return {names[name]: cell for name, cell in cells.items()}


def export(rows: Iterable[Row], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
