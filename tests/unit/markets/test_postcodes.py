"""What counts as a postcode where we deliver."""

from __future__ import annotations

import pytest

from showfloor.markets import postcodes
from showfloor.markets.service import list_markets


@pytest.mark.parametrize(
    ("country", "code", "valid"),
    [
        ("GB", "N1 9GU", True),
        ("GB", "n19gu", True),
        ("GB", "XX", False),
        ("GB", "N1 9GU extra", False),
        ("GB", "90210", False),
        ("EG", "11511", True),
        ("EG", "N1 9GU", False),
    ],
)
def test_postcode_is_written_as_in_its_country(country: str, code: str, valid: bool) -> None:
    assert postcodes.is_valid(country, code) is valid


def test_every_market_delivers_to_a_country_whose_postcodes_we_know() -> None:
    assert {market.country: postcodes.is_needed(market.country) for market in list_markets()} == {
        "GB": True,
        "IE": False,
        "EG": False,
        "AE": False,
        "SA": False,
    }
