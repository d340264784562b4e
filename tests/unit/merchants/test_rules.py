"""Origins are stored as a browser compares them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from showfloor.kit import ids
from showfloor.merchants.errors import OriginInvalid
from showfloor.merchants.rules import normalise_code, normalise_origin, payer_of
from showfloor.merchants.types import ReturnPayer, SellerTerms, TermsKind, TermsName, WayBack

SINCE = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("HTTPS://Brand.Example:443/", "https://brand.example"),
        ("https://brand.example:8443", "https://brand.example:8443"),
        ("http://shop.localhost:8000", "http://shop.localhost:8000"),
        ("http://127.0.0.1:8084", "http://127.0.0.1:8084"),
        (" https://brand.example ", "https://brand.example"),
        ("\u202ahttps://\u200bbrand.example\u202c\n", "https://brand.example"),
    ],
)
def test_origin_is_normalised(text: str, origin: str) -> None:
    assert normalise_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "brand.example",
        "https://brand.example/shop",
        "https://user@brand.example",
        "http://brand.example",
        "https://brand.example:port",
        "javascript:alert(1)",
        "https://*.brand.example; script-src *",
        "",
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(OriginInvalid):
        normalise_origin(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("LINA10", "LINA10"),
        (" li-na 10\n", "LINA10"),
        ("lina١٠", "LINA10"),
        ("A" * 20, "A" * 20),
        ("A" * 21, None),
        ("AB", None),
        ("né!", None),
        ("", None),
    ],
)
def test_code_is_normalised_or_nobody_s(text: str, code: str | None) -> None:
    assert normalise_code(text) == code


@pytest.mark.parametrize("payer", list(ReturnPayer))
def test_payer_of_terms_is_the_one_of_their_way_back(payer: ReturnPayer) -> None:
    way_back: WayBack = {"payer": payer, "address": "Dock 4"}
    name = TermsName(ids.new(), ids.new(), TermsKind.RETURNS, way_back=way_back)
    terms = SellerTerms(name.id, name.merchant_id, name.kind, 1, SINCE, {}, way_back=way_back)

    assert (name.payer, terms.payer) == (payer, payer)
    # Another way back has another payer: none is stored beside it.
    assert replace(terms, way_back=None).payer is None
    assert payer_of([replace(terms, kind=TermsKind.TERMS, way_back=None), terms]) is payer
