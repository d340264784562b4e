"""A market as others see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Market:
    """`code` is short and stable (`gb`); `currency` is ISO 4217; `country`, where the goods go, is
    ISO 3166-1 alpha-2.
    """

    code: str
    name: dict[str, str]
    currency: str
    country: str
