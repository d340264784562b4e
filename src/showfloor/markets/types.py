"""A market as others see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Market:
    """`code` is short and stable (`gb`); `country` is ISO 3166-1 alpha-2; `currency` is ISO 4217."""

    code: str
    name: dict[str, str]
    currency: str
    languages: tuple[str, ...]
    default_language: str
    country: str
    checkout_mode: str
    buyer_minimum_age: int
    prices_include_tax: bool
