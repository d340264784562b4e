"""Sellers and creators as others see them. Names are {"en": …, "ar": …}."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
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


@dataclass(frozen=True, slots=True)
class CreatorCode:
    """What a creator's links carry (`?via=CODE`), and what buyers type at the checkout: `text` is
    in capitals. One that has ended leads to nobody, and is never given to anybody else.
    """

    text: str
    creator_id: UUID
    made_at: datetime
    ended_at: datetime | None = None


class TermsKind(StrEnum):
    """What a seller lays down, in the order in which it is shown."""

    TERMS = "terms"
    RETURNS = "returns"
    PRIVACY = "privacy"


class TermsText(TypedDict):
    """In one language: the words themselves, or the address of the page that has them; the other
    one is empty.
    """

    text: str
    url: str


class ReturnPayer(StrEnum):
    """Who pays for sending goods back after a withdrawal."""

    SELLER = "seller"
    BUYER = "buyer"


class WayBack(TypedDict):
    """How goods come back. Without having said before the order that the buyer pays for it the
    seller does (Directive 2011/83/EU art 6(6)). `address` is where they go; empty: to the seller's
    own.
    """

    payer: ReturnPayer
    address: str


@dataclass(frozen=True, slots=True)
class TermsName:
    """Which version of what a seller lays down, without its words, which may be long. `way_back` is
    said with the terms of returns alone.
    """

    id: UUID
    merchant_id: UUID
    kind: TermsKind
    way_back: WayBack | None = field(default=None, kw_only=True)

    @property
    def payer(self) -> ReturnPayer | None:
        """Who pays for sending goods back; None where nothing is said of it."""
        return self.way_back["payer"] if self.way_back else None


@dataclass(frozen=True, slots=True)
class SellerTerms(TermsName):
    """One version of what a seller lays down, `words` by language. Versions are only added: what
    somebody agreed to can always be shown.
    """

    version: int
    since: datetime
    words: dict[str, TermsText]
