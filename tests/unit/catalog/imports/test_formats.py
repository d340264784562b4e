"""Exports of three kinds of shops, with the mess that real ones have."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from itertools import product as combinations
from pathlib import Path

import pytest

from showfloor.catalog.imports.program import (
    AUTO,
    DISK,
    MOST_REMARKS,
    End,
    Order,
    read_file,
)
from showfloor.catalog.imports.tables import LONGEST_COLUMN, read_rows
from showfloor.catalog.imports.types import Reading
from showfloor.kit import clock
from tests.integration.feeds.shopify import export, first, further
from tests.unit.catalog.imports.reading import Read, read, table

WOO = ["ID", "Type", "SKU", "Name", "Published", "In stock?", "Stock", "Sale price",
       "Regular price", "Images", "Parent", "Attribute 1 name", "Attribute 1 value(s)",
       "Attribute 2 name", "Attribute 2 value(s)", "Description"]  # fmt: skip
GOOGLE = ["id", "title", "description", "link", "image link", "availability", "price",
          "sale price", "item group id", "color", "size"]  # fmt: skip


def woo(folder: Path, *rows: dict[str, str], delimiter: str = ",") -> Read:
    lines = [[row.get(column, "") for column in WOO] for row in rows]
    return read(folder, table(WOO, *lines, delimiter=delimiter))


def test_product_without_sku_gets_the_same_one_from_every_file(tmp_path: Path) -> None:
    rows = [
        first("gold-ring", "Gold ring", sku="", axis="Size", value="6 1/2"),
        further("gold-ring", value="7", price="12.50"),
        first("silver-ring", "Silver ring", sku=""),
    ]

    once, again = (read(tmp_path, export(each)) for each in (rows, rows[::-1][:1] + rows[:2]))

    made = {offer.sku for listing in once.listings for offer in listing.offers}
    assert "silver-ring" in made
    assert len(made) == 3
    assert made == {offer.sku for listing in again.listings for offer in listing.offers}


def test_rows_of_one_handle_are_one_product_wherever_they_stand(tmp_path: Path) -> None:
    rows = [
        first("shirt", "Shirt", axis="Size", value="S", sku="S-S"),
        first("mug", "Mug"),
        further("shirt", value="M", sku="S-M", price="12.50"),
    ]

    found = read(tmp_path, export(rows))

    assert [listing.name for listing in found.listings] == ["Shirt", "Mug"]
    assert [offer.sku for offer in found.listings[0].offers] == ["S-S", "S-M"]


def test_same_handle_with_the_same_options_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, export([first("mug", "Mug", sku="A"), first("mug", "Mug", sku="B")]))

    assert [offer.sku for offer in found.listings[0].offers] == ["A"]
    assert found.codes == {3: "options_twice"}
    assert not found.listings[0].complete


def test_rows_with_pictures_alone_add_pictures(tmp_path: Path) -> None:
    rows = [
        first("mug", "Mug", picture="https://shop.example/1.jpg"),
        further("mug", picture="https://shop.example/2.jpg"),
        further("mug", picture="https://shop.example/1.jpg"),
        further("mug", picture="ftp://shop.example/3.jpg"),
    ]

    found = read(tmp_path, export(rows))

    (mug,) = found.listings
    assert [shot.url for shot in mug.pictures] == [
        "https://shop.example/1.jpg",
        "https://shop.example/2.jpg",
    ]
    assert len(mug.offers) == 1
    assert [(each.code, each.left_out) for each in found.remarks] == [("picture_address", False)]


def test_three_axes_and_a_hundred_variants_are_read(tmp_path: Path) -> None:
    grid = list(combinations("ABCDE", "12345", "wxyz"))
    rows = [
        first("grid", "Grid", axis="Colour", axis2="Size", axis3="Fit", value=a, value2=b,
              value3=c, sku=f"{a}{b}{c}")
        if number == 0
        else further("grid", value=a, value2=b, value3=c, sku=f"{a}{b}{c}", price="1.00")
        for number, (a, b, c) in enumerate(grid)
    ]  # fmt: skip

    (listing,) = read(tmp_path, export(rows)).listings

    assert listing.axes == ["Colour", "Size", "Fit"]
    assert len(listing.offers) == 100
    assert listing.offers[99].options == ["E", "5", "z"]


def test_html_becomes_text_and_nothing_of_a_script_stays(tmp_path: Path) -> None:
    body = (
        "<div onclick='x()'><h2>Made&nbsp;well</h2>\n<p>Of &lt;b&gt; oak</p>"
        "<script>alert(1)</script><style>p{}</style><ul>\n<li>Big\n<li>Strong</ul>"
        "<img src=x onerror=alert(2)></div>"
    )

    (listing,) = read(tmp_path, export([first("a", "<b>A</b> &amp; B", body=body)])).listings

    assert listing.name == "A & B"
    assert listing.description == "Made well\n\nOf <b> oak\n\n• Big\n• Strong"


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), ("|", "utf-8"), (";", "cp1252")],
)
def test_delimiter_and_encoding_are_found_out(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    content = export([first("creme", "Crème, brûlée")], delimiter, encoding)

    assert [each.name for each in read(tmp_path, content).listings] == ["Crème, brûlée"]


def test_arabic_code_page_is_found_out(tmp_path: Path) -> None:
    content = export([first("oud", "عطر العود الملكي")], encoding="cp1256")

    assert [each.name for each in read(tmp_path, content).listings] == ["عطر العود الملكي"]


def test_what_shopify_does_not_count_is_not_counted(tmp_path: Path) -> None:
    rows = [
        first("a", "A", tracker=""),
        first("b", "B", policy="continue"),
        first("c", "C", qty="-3"),
        first("d", "D", qty="4"),
    ]

    found = read(tmp_path, export(rows))

    assert [each.offers[0].quantity for each in found.listings] == [None, None, 0, 4]


def test_spreadsheets_apostrophe_is_no_part_of_a_sku(tmp_path: Path) -> None:
    (listing,) = read(tmp_path, export([first("a", "A", sku="'00412")])).listings

    assert listing.offers[0].sku == "00412"


def test_woocommerce_variations_find_their_parent_by_sku_and_by_id(tmp_path: Path) -> None:
    tee = {"Attribute 1 name": "Colour", "Attribute 1 value(s)": "Blue, Red"}
    found = woo(
        tmp_path,
        {"ID": "9", "Type": "variation", "SKU": "TEE-R", "Parent": "id:7", "Regular price": "20",
         "Stock": "3", **tee, "Attribute 1 value(s)": "Red"},
        {"ID": "7", "Type": "variable", "SKU": "TEE", "Name": "Tee", **tee},
        {"ID": "8", "Type": "variation", "SKU": "TEE-B", "Parent": "tee", "Regular price": "20",
         "Sale price": "15", **tee, "Attribute 1 value(s)": "Blue"},
    )  # fmt: skip

    (listing,) = found.listings
    assert (listing.key, listing.axes) == ("woocommerce:7", ["Colour"])
    assert [(each.sku, each.options, each.price, each.quantity) for each in listing.offers] == [
        ("TEE-R", ["Red"], 2000, 3),
        ("TEE-B", ["Blue"], 1500, None),
    ]


def test_woocommerce_any_size_is_every_size(tmp_path: Path) -> None:
    axes = {"Attribute 1 name": "Colour", "Attribute 2 name": "Size"}
    found = woo(
        tmp_path,
        {"ID": "1", "Type": "variable", "Name": "Tee", "SKU": "T", **axes,
         "Attribute 1 value(s)": "Blue", "Attribute 2 value(s)": r"S\, short, M"},
        {"ID": "2", "Type": "variation", "SKU": "T-B", "Parent": "T", "Regular price": "20",
         "Stock": "9", **axes, "Attribute 1 value(s)": "Blue"},
    )  # fmt: skip

    offers = found.listings[0].offers
    assert [each.options for each in offers] == [["Blue", "S, short"], ["Blue", "M"]]
    # Nobody knows how nine pieces are spread over two sizes.
    assert [each.quantity for each in offers] == [None, None]
    assert len({each.sku for each in offers}) == 2


def test_woocommerce_says_why_a_kind_is_left_out(tmp_path: Path) -> None:
    found = woo(
        tmp_path,
        {"ID": "1", "Type": "grouped", "Name": "Set"},
        {"ID": "2", "Type": "external", "Name": "Elsewhere", "Regular price": "5"},
        {"ID": "3", "Type": "simple, downloadable, virtual", "Name": "Album", "Regular price": "5"},
        {"ID": "4", "Type": "simple", "Name": "Draft", "Regular price": "5", "Published": "-1"},
        {"ID": "5", "Type": "variation", "Parent": "id:99", "Regular price": "5"},
        {"ID": "6", "Type": "variation", "Regular price": "5"},
        {"ID": "7", "Type": "subscription", "Name": "Box", "Regular price": "5"},
        {"Type": "simple", "Name": "Nothing", "Regular price": "5"},
    )

    assert found.listings == []
    assert found.codes == {
        2: "woo_grouped",
        3: "woo_external",
        4: "woo_downloadable",
        5: "woo_draft",
        6: "woo_parent_unknown",
        7: "woo_parent_missing",
        8: "woo_kind_unknown",
        9: "woo_id_missing",
    }


def test_woocommerce_sale_counts_on_its_days_alone(tmp_path: Path) -> None:
    columns = [*WOO, "Date sale price starts", "Date sale price ends"]
    row = ["1", "simple", "A", "A", "1", "1", "2", "8", "10"] + [""] * (len(WOO) - 9)
    now = clock.now()
    today = now.date().isoformat()

    def price(starts: str, ends: str) -> int:
        content = table(columns, [*row, starts, ends])
        with clock.use(lambda: now):  # also when midnight passes in the middle
            return read(tmp_path, content).listings[0].offers[0].price

    assert price("", "") == price(today, today) == 800
    assert price("2999-01-01", "") == price("", "2001-01-01 00:00:00") == 1000


def test_google_items_of_a_group_are_one_product(tmp_path: Path) -> None:
    def item(id: str, colour: str, size: str, price: str = "15.00 USD") -> list[str]:
        link = f"https://shop.example/{id}"
        return [id, "Tee", "Soft", link, f"{link}.jpg", "in stock", price, "", "TEE", colour, size]

    rows = [item("T1", "Blue", "S"), item("T2", "Blue", "M"), item("T3", "Blue", "M", "1 USD")]
    found = read(tmp_path, table(GOOGLE, *rows, delimiter="\t"))

    (listing,) = found.listings
    assert (found.end.format, listing.key, listing.axes) == ("google", "google:TEE", ["Size"])
    assert [(each.sku, each.price, each.currency) for each in listing.offers] == [
        ("T1", 1500, "USD"),
        ("T2", 1500, "USD"),
    ]
    assert found.codes == {4: "options_twice"}


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item><g:id>A1</g:id><title>Vase &amp; lid</title><g:price>12,50 GBP</g:price>
<description><![CDATA[<p>Tall</p>]]></description><link>https://shop.example/a1</link>
<g:image_link>https://shop.example/1.jpg</g:image_link>
<g:additional_image_link>https://shop.example/2.jpg</g:additional_image_link>
<g:additional_image_link>https://shop.example/3.jpg</g:additional_image_link>
<g:shipping><g:price>4 GBP</g:price></g:shipping>
<g:availability>out_of_stock</g:availability></item>
<item><title>No id</title><g:price>1 GBP</g:price></item></channel></rss>"""


def test_google_xml_is_read_item_by_item(tmp_path: Path) -> None:
    found = read(tmp_path, RSS.encode())

    (vase,) = found.listings
    assert (vase.name, vase.description) == ("Vase & lid", "Tall")
    assert [shot.url[-5:] for shot in vase.pictures] == ["1.jpg", "2.jpg", "3.jpg"]
    assert (vase.offers[0].price, vase.offers[0].quantity) == (1250, 0)
    assert found.codes == {2: "google_id_missing"}
    assert found.end.rows == 2


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "file_empty"),
        (b"  \n ", "file_empty"),
        (b"PK\x03\x04" + b"\0" * 100, "file_packed"),
        (b"\x1f\x8b\x08" + b"x" * 100, "file_packed"),
        (b"%PDF-1.7 ...", "file_not_a_table"),
        (b"Handle,Variant Price\nmug,\0\n", "file_not_a_table"),
        (b"a,b\n1,2\n", "columns_unknown"),
        (b"one column\n", "columns_unknown"),
        (b",".join(b"c%d" % n for n in range(3000)), "columns_unknown"),
        (b'Handle,Variant Price\nmug,"' + b"x" * (2 << 20), "row_unreadable"),
        (b"<rss><item>", "xml_unreadable"),
        (b"<" * 100, "xml_unreadable"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>',
         "xml_document_type"),
        (b"<a>" * 100, "file_too_complex"),
        (b"<rss><item><g>" + b"x" * (2 << 20) + b"</g></item></rss>", "row_unreadable"),
    ],
)  # fmt: skip
def test_file_that_is_no_export_is_refused_with_a_code(
    tmp_path: Path, content: bytes, error: str
) -> None:
    found = read(tmp_path, content)

    assert (found.end.error, found.listings) == (error, [])


def test_export_of_another_kind_than_was_said_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, export([first("a", "A")]), "google").end.error == "columns_unknown"


def test_remarks_of_one_product_come_in_parts(tmp_path: Path) -> None:
    """Whoever takes a reading holds all of it in memory."""
    rows = [first("mug", "Mug"), *(further("mug", price="?", sku="X") for _ in range(2500))]
    file = tmp_path / "export"
    file.write_bytes(export(rows))

    *parts, end = read_file(Order(str(file), AUTO, "GBP"))

    readings = [part for part in parts if isinstance(part, Reading)]
    assert [len(part.remarks) for part in readings] == [MOST_REMARKS, MOST_REMARKS, 500]
    assert [part.listing is not None for part in readings] == [True, False, False]
    assert sum(part.rows for part in readings) == 2501
    assert isinstance(end, End) and not end.error


def test_name_of_a_column_is_cut_as_it_is_stored_with_each_cell(tmp_path: Path) -> None:
    file = tmp_path / "export"
    file.write_bytes(table(["Handle", "x" * 1_000_000], ["mug", "1"]))

    columns, rows = read_rows(file)

    assert columns == {"handle", "x" * LONGEST_COLUMN}
    assert list(rows) == [(2, {"handle": "mug", "x" * LONGEST_COLUMN: "1"})]


def test_address_of_a_picture_is_no_longer_than_an_address(tmp_path: Path) -> None:
    """One row may be two thousand variants, each of which has its picture."""
    address = "https://shop.example/" + "x" * 2000
    head = {"ID": "1", "Type": "variable", "SKU": "T", "Name": "Tee", "Attribute 1 name": "Size",
            "Attribute 1 value(s)": "S, M"}  # fmt: skip
    any_size = {"ID": "2", "Type": "variation", "Parent": "T", "Regular price": "9",
                "Attribute 1 name": "Size", "Images": address}  # fmt: skip

    (listing,) = woo(tmp_path, head, any_size).listings

    assert [offer.picture for offer in listing.offers] == [None, None]
    assert listing.pictures == []


@pytest.mark.parametrize("disk", [1 << 20, 1 << 30], ids=["guarded", "twin"])
def test_rows_are_gathered_within_a_limit_of_disk(tmp_path: Path, disk: int) -> None:
    file = tmp_path / "export"
    rows = (first(f"mug-{number}", "Mug", body="x" * 2000) for number in range(4000))
    file.write_bytes(export(rows))
    order = json.dumps(asdict(Order(str(file), AUTO, "GBP")))
    script = f"from showfloor.catalog.imports import program; program.DISK = {disk}; program.main()"

    ran = subprocess.run(
        [sys.executable, "-c", script], input=order.encode(), capture_output=True, check=True
    )

    end = json.loads(ran.stdout.splitlines()[-1])
    assert end["error"] == ("" if disk == DISK else "file_too_complex")
