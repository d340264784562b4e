"""WooCommerce's product CSV: a row a product, and a row for each variation, which names its parent
by SKU or as `id:741` (github.com/woocommerce/woocommerce, *Product CSV Import Schema*).
"""

from __future__ import annotations

import re
from itertools import islice
from itertools import product as combinations

from showfloor.catalog.imports.offers import Draft, draft_reading, whole_number
from showfloor.catalog.imports.texts import plain_line, plain_text, sku_for
from showfloor.catalog.imports.types import MOST_VARIANTS, Offer, Place, Reading, Remark, Row, Shot
from showfloor.kit import clock
from showfloor.kit.text import LONGEST_SKU

_AXES = range(1, 11)
_LEFT_OUT = {"grouped": "woo_grouped", "external": "woo_external"}
_COMMA = re.compile(r"(?<!\\),")


def fits(columns: frozenset[str]) -> bool:
    return {"id", "type", "regular price"} <= columns


def place(row: Row) -> Place | Remark | None:
    kinds = _kinds(row)
    if not kinds:
        return None
    if "variation" in kinds:
        parent = row.get("parent", "")
        return Place(parent.lower()) if parent else Remark(0, "Parent", "woo_parent_missing")
    key = f"id:{row['id']}" if "id" in row else row.get("sku", "").lower()
    if not key:
        return Remark(0, "ID", "woo_id_missing")
    names = (row["sku"].lower(),) if "sku" in row else ()
    return Place(key, names)


def read(rows: list[tuple[int, Row]], currency: str) -> Reading:
    heads = [(number, row) for number, row in rows if "variation" not in _kinds(row)]
    if not heads:
        said = [
            Remark(number, "Parent", "woo_parent_unknown", {"parent": row["parent"][:LONGEST_SKU]})
            for number, row in rows
        ]
        return Reading(len(rows), None, said)
    number, head = heads[0]
    draft = Draft(number, key=f"woocommerce:{head.get('id') or head.get('sku')}", currency=currency)
    draft.name = plain_line(head.get("name", ""))
    draft.description = plain_text(head.get("description") or head.get("short description", ""))
    if reason := _reason(head):
        return draft.left_out(len(rows), "Type", reason)
    for url in _list(head.get("images", "")):
        draft.add_picture(Shot(number, url, ""))
    variations = [each for each in rows if "variation" in _kinds(each[1])]
    if "variable" in _kinds(head):
        _read_variations(draft, head, variations)
    else:
        _add(draft, number, head, [])
    return draft_reading(draft, len(rows))


def _kinds(row: Row) -> set[str]:
    return {kind.strip().lower() for kind in row.get("type", "").split(",") if kind.strip()}


def _reason(head: Row) -> str:
    kinds = _kinds(head)
    for kind, code in _LEFT_OUT.items():
        if kind in kinds:
            return code
    if "downloadable" in kinds:
        return "woo_downloadable"
    if head.get("published") == "-1":
        return "woo_draft"
    return "" if kinds & {"simple", "variable"} else "woo_kind_unknown"


def _read_variations(draft: Draft, head: Row, variations: list[tuple[int, Row]]) -> None:
    """Only what a variation chooses is an axis: the others describe."""
    offered = {
        name: _list(head.get(f"attribute {number} value(s)", ""))
        for number in _AXES
        if (name := plain_line(head.get(f"attribute {number} name", "")))
    }
    chosen = [(number, row, _chosen(row)) for number, row in variations]
    named = {name.lower() for _, _, choice in chosen for name in choice}
    draft.axes = [name for name in offered if name.lower() in named]
    for name, described in offered.items():
        if name not in draft.axes and len(described) > 1:
            said = Remark(draft.row, "Attribute", "woo_axis_unused", {"axis": name}, left_out=False)
            draft.remarks.append(said)
    for number, row, choice in chosen:
        # An empty value is "any": every one that the product offers.
        values = [
            [choice[name.lower()]] if choice.get(name.lower()) else offered[name]
            for name in draft.axes
        ]
        wanted = [list(each) for each in islice(combinations(*values), MOST_VARIANTS + 1)]
        if not wanted:
            draft.say(number, "Attribute", "option_missing")
        if len(wanted) == 1:
            _add(draft, number, row, wanted[0])
            continue
        for options in wanted:
            sku = sku_for(row.get("sku") or draft.key.partition(":")[2], options)
            _add(draft, number, {**row, "sku": sku, "stock": ""}, options)


def _chosen(row: Row) -> dict[str, str]:
    """By axis, in lower case; an axis without a value is any."""
    return {
        plain_line(name).lower(): plain_line(row.get(f"attribute {number} value(s)", ""))
        for number in _AXES
        if (name := row.get(f"attribute {number} name", ""))
    }


def _add(draft: Draft, number: int, row: Row, options: list[str]) -> None:
    column = "Sale price" if _on_sale(row) else "Regular price"
    price = draft.price(number, row.get(column.lower(), ""), column)
    if price is None:
        return
    picture = next(iter(_list(row.get("images", ""))), None)
    if picture:
        draft.add_picture(Shot(number, picture, ""))
    quantity = whole_number(row.get("stock", ""))
    if quantity is None and row.get("in stock?") == "0":
        quantity = 0
    sku = row.get("sku", "")
    draft.add(Offer(number, sku, options, price, draft.currency, quantity, picture))


def _on_sale(row: Row) -> bool:
    """Dates are days of the shop, as 2026-11-23; without one there is no end."""
    if not row.get("sale price"):
        return False
    today = clock.now().date().isoformat()
    starts = row.get("date sale price starts", "")[:10]
    ends = row.get("date sale price ends", "")[:10]
    return (not starts or starts <= today) and (not ends or today <= ends)


def _list(text: str) -> list[str]:
    r"""Commas that belong to a value have a backslash before them."""
    parts = (part.replace("\\,", ",").strip() for part in _COMMA.split(text))
    return [part for part in parts if part]
