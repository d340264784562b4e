"""Origins are stored as a browser compares them."""

from __future__ import annotations

import pytest

from showfloor.merchants.errors import OriginInvalid
from showfloor.merchants.rules import normalise_origin


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
