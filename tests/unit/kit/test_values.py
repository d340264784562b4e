"""Money, ids and times: the values that cross every boundary."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit import clock, ids
from showfloor.kit.money import Money, total


@pytest.mark.parametrize(
    ("currency", "precision"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("GBP", 2)]
)
def test_precision_is_the_currency_s_own(currency: str, precision: int) -> None:
    assert Money(1, currency).precision == precision


def test_floats_are_not_money() -> None:
    with pytest.raises(TypeError):
        Money(19.99, "USD")  # type: ignore[arg-type] # the point of the test


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "USD") + Money(1, "EUR")


@given(st.lists(st.integers(-(10**12), 10**12)))
def test_total_is_the_sum(amounts: list[int]) -> None:
    assert total([Money(amount, "GBP") for amount in amounts], "GBP") == Money(sum(amounts), "GBP")


def test_id_survives_being_shown() -> None:
    value = ids.new()

    assert ids.parse("hold", ids.encode("hold", value)) == value


@pytest.mark.parametrize(
    "text", ["", "hold_", "show_" + "0" * 32, "hold_" + "z" * 32, "hold_" + "0" * 31]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ids.MalformedId):
        ids.parse("hold", text)


@pytest.mark.parametrize("digits", ["+" + "a" * 31, "0x" + "a" * 30, " " + "a" * 31, "٠" * 32])
def test_id_has_one_spelling(digits: str) -> None:
    """Python reads each of these as a number."""
    with pytest.raises(ids.MalformedId):
        ids.parse("hold", f"hold_{digits}")


def test_later_ids_sort_after_earlier_ones() -> None:
    made = [ids.new() for _ in range(100)]

    assert made == sorted(made)


def test_time_is_shown_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)

    assert clock.rfc3339(moment) == "2026-11-23T10:00:00.123Z"


def test_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        clock.parse_rfc3339("2026-11-23T10:00:00")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "now"])
def test_time_that_utc_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        clock.parse_rfc3339(text)
