"""Sellers and creators as others see them. Names are {"en": …, "ar": …}."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Merchant:
    """`order_prefix` begins the readable order numbers: `LW-20418`."""

    id: UUID
    slug: str
    name: dict[str, str]
    about: dict[str, str]
    avatar_url: str
    order_prefix: str


@dataclass(frozen=True, slots=True)
class Creator:
    id: UUID
    name: dict[str, str]
    avatar_url: str
