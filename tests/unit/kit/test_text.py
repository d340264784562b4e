"""Pasted text, cleaned alike by the server and by the scripts (frontend/i18n/text.test.ts)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from showfloor.kit import fields, text

CASES = json.loads((Path(__file__).parent / "text_cases.json").read_text(encoding="utf-8"))
EMAIL = TypeAdapter[str](fields.Email)
LINE = TypeAdapter[str](fields.Line)


@pytest.mark.parametrize(
    ("cleaner", "given", "expected"),
    [(name, given, expected) for name, cases in CASES.items() for given, expected in cases],
)
def test_pasted_text_becomes_what_was_meant(cleaner: str, given: str, expected: str | bool) -> None:
    assert getattr(text, cleaner)(given) == expected


@pytest.mark.parametrize("cleaner", [name for name in CASES if name != "is_visible"])
def test_clean_text_stays_as_it_is(cleaner: str) -> None:
    clean = [expected for _, expected in CASES[cleaner]]

    assert [getattr(text, cleaner)(each) for each in clean] == clean


@pytest.mark.parametrize("given", ["\u200b", "\u3164 ", "", " \u202a\u202c"])
def test_a_line_of_which_nothing_is_seen_is_empty(given: str) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_python(given)


@pytest.mark.parametrize(
    "given",
    ["", "x", "a b@c.de", "a@b", "a@b..de", "a@b.co.", "a@@b.co", "Mia <a@b.co>", "a@b.co, c@d.co"],
)
def test_an_address_that_cannot_be_written_to_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        EMAIL.validate_python(given)


@pytest.mark.parametrize("given", ["info@münchen.de", "مستخدم@مثال.مصر", "a+b@c.co.uk"])
def test_addresses_of_every_script_are_taken(given: str) -> None:
    assert EMAIL.validate_python(given) == given
