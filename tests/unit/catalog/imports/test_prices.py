"""Prices as people write them: read where they can only mean one thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.catalog.imports.prices import PriceUnreadable, minor_units


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.50", "GBP", 1250),
        ("12,50", "EUR", 1250),
        ("12", "GBP", 1200),
        ("12.5", "GBP", 1250),
        ("1,299.00", "GBP", 129900),
        ("1.299,00", "EUR", 129900),
        ("1 299,00 €", "EUR", 129900),
        ("1\u202f299,00", "EUR", 129900),
        ("1'299.00", "CHF", 129900),
        ("1,299,000", "GBP", 129900000),
        ("£ 12.50", "GBP", 1250),
        ("15.00 USD", "USD", 1500),
        ("٢٥٫٥٠", "AED", 2550),
        ("1,299", "JPY", 1299),
        ("1.299", "KWD", 1299),
        ("12.500", "KWD", 12500),
        ("12.990000", "GBP", 1299),
    ],
)
def test_price_is_read_in_minor_units(text: str, currency: str, amount: int) -> None:
    assert minor_units(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "code", "suggestion"),
    [
        ("", "price_missing", ""),
        ("1,299", "price_ambiguous", "1299.00"),
        ("1.299", "price_ambiguous", "1299.00"),
        ("forty", "price_unreadable", ""),
        ("-5", "price_unreadable", ""),
        ("1,2,3", "price_unreadable", ""),
        ("1.2.3,4", "price_unreadable", ""),
        ("0.00", "price_zero", ""),
        ("9" * 15, "price_too_high", ""),
        ("12.505", "price_ambiguous", "12505.00"),
        ("12.5055", "price_too_fine", ""),
        ("1e5", "price_unreadable", ""),
    ],
)
def test_price_that_could_mean_two_things_is_refused(text: str, code: str, suggestion: str) -> None:
    with pytest.raises(PriceUnreadable) as refused:
        minor_units(text, "GBP")

    assert (refused.value.code, refused.value.suggestion) == (code, suggestion)


@given(st.text(max_size=30))
def test_any_text_is_a_price_or_refused(text: str) -> None:
    try:
        assert minor_units(text, "GBP") > 0
    except PriceUnreadable:
        return


@given(st.integers(1, 10**9))
def test_price_that_we_would_write_is_read_back(amount: int) -> None:
    whole, rest = divmod(amount, 100)

    assert minor_units(f"{whole:,}.{rest:02}", "GBP") == amount
    assert minor_units(f"{whole}.{rest:02}", "GBP") == amount
