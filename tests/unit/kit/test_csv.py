"""What strangers typed opens in a spreadsheet as text."""

from __future__ import annotations

import csv
import io

import pytest

from showfloor.kit.csv import decimal, rows_text
from showfloor.kit.money import Money


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+44 20 7946 0000",
        "-2+3",
        "@SUM(A1)",
        "\t=cmd|'/c calc'!A0",
        "\r\n=1",
        "  =1",
        "\uff1dHYPERLINK(1)",
        "\u00a0@x",
    ],
)
def test_a_cell_is_never_a_formula(typed: str) -> None:
    (row,) = csv.reader(io.StringIO(rows_text([[typed]]), newline=""))

    assert row == [f"'{typed}"]


@pytest.mark.parametrize(
    "typed", ["Anna", "-0.91", "-91", "3-4 High Street", "a@b.co", "O'Neill", "سارة", "", "1=1"]
)
def test_other_text_stays_as_it_is(typed: str) -> None:
    (row,) = csv.reader(io.StringIO(rows_text([[typed, "x"]]), newline=""))

    assert row == [typed, "x"]


def test_commas_quotes_and_lines_stay_in_their_cell() -> None:
    assert rows_text([['Flat 2, "The Mill"', "a\nb", 3]]) == '"Flat 2, ""The Mill""","a\nb",3\r\n'


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1999, "USD"), "19.99"),
        (Money(5, "USD"), "0.05"),
        (Money(-150, "EUR"), "-1.50"),
        (Money(1999, "KWD"), "1.999"),
        (Money(1999, "JPY"), "1999"),
    ],
)
def test_money_is_written_with_a_point_and_its_currency_s_places(money: Money, text: str) -> None:
    assert decimal(money) == text
