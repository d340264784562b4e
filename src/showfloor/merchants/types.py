"""Sellers and creators as others see them. Names are {"en": …, "ar": …}."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID


class Identity(TypedDict):
    """Who a seller is before the law (Directive 2011/83/EU art 6(1)(b) and (c)): company, postal
    address, where it is registered, its number for value added tax, how it is reached.
    """

    company: str
    address: str
    email: str
    phone: str
    registration: str
    vat: str


@dataclass(frozen=True, slots=True)
class Merchant:
    """`order_prefix` begins the readable order numbers: `LW-20418`. `identity` is None until
    somebody says it.
    """

    id: UUID
    slug: str
    name: dict[str, str]
    about: dict[str, str]
    avatar_url: str
    order_prefix: str
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Creator:
    id: UUID
    name: dict[str, str]
    avatar_url: str
