"""Whatever a file holds, reading it ends with a word about it and never with an exception."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.integration.feeds.shopify import export, first, further
from tests.unit.catalog.imports.reading import read
from tests.unit.catalog.imports.test_formats import GOOGLE, RSS, WOO
from tests.unit.catalog.imports.test_formats import table as columns_of

ROUNDS = 150
GOOD = {
    "shopify": export([
        first("shirt", "Shirt", body="<p>Woven", axis="Size", value="S", picture="https://a.b/c"),
        further("shirt", value="M", price="3", sku="M"),
        first("mug", "Mug"),
    ]),
    "woocommerce": columns_of(WOO, ["1", "variable", "T", "Tee"] + [""] * 7 + ["Size", "S, M"],
                              ["2", "variation", "T-S", *"   3 9", "", "T", "Size", "S"]),
    "google": columns_of(GOOGLE, ["1", "A", "", "https://a.b", "", "", "5 GBP", "", "G", "Red"],
                         ["2", "A", "", "https://a.b", "", "", "5 GBP", "", "G", "Blue"]),
    "xml": RSS.encode(),
}  # fmt: skip
PIECES = [b'"', b"\0", b"\xff", b",", b";", b"\t", b"\n", b"\r", b"<", b">", b"&", b"&#0;", b"]]>",
          "\u202e".encode(), b"9" * 400, b"-1", b"1e309", b"\xf0\x9f", b"id:1", b"\\,", b"''",
          b"<script>" * 50, b"NaN", "٣".encode()]  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_damaged_file_is_read_to_an_end(tmp_path: Path, name: str) -> None:
    draw = Random(name)
    for _ in range(ROUNDS):
        content = bytearray(GOOD[name])
        for _ in range(draw.randint(1, 6)):
            start = draw.randrange(len(content))
            content[start : start + draw.choice([0, 0, 1, 40])] = draw.choice(PIECES)

        found = read(tmp_path, bytes(content))

        for listing in found.listings:
            assert listing.offers
            assert all(offer.price > 0 and offer.sku for offer in listing.offers)
            assert "\0" not in listing.name + listing.description
