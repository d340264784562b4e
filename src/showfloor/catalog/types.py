"""Products as others see them. Texts are {"en": …, "ar": …}; options are {axis code: value
code}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal
from showfloor.merchants.types import Merchant

Text = dict[str, str]


@dataclass(frozen=True, slots=True)
class OptionValue:
    """`swatch` is a CSS colour, for axes that are colours."""

    code: str
    name: Text
    swatch: str | None = None


@dataclass(frozen=True, slots=True)
class OptionAxis:
    code: str
    name: Text
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """`shows` names the option values seen in it, so that choosing a colour can choose its
    picture.
    """

    url: str
    width: int
    height: int
    alt: Text
    shows: dict[str, str]


@dataclass(frozen=True, slots=True)
class Variant:
    """`pictures` are indices into the product's pictures."""

    id: UUID
    sku: str
    options: dict[str, str]
    pictures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """`no_withdrawal` is the class of goods that it is, where it is one from whose purchase the law
    of some countries lets nobody withdraw.
    """

    id: UUID
    merchant_id: UUID
    slug: str
    name: Text
    summary: Text
    description: Text
    options: tuple[OptionAxis, ...]
    pictures: tuple[Picture, ...]
    variants: tuple[Variant, ...]
    no_withdrawal: NoWithdrawal | None = None


@dataclass(frozen=True, slots=True)
class PricePoint:
    """From `since` on a variant costs `amount`, in minor units of the currency that was asked for,
    until the next one.
    """

    since: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class TimedPrice:
    """What a variant cost in one way of selling, a drop, in `[since, until)`, beside its price."""

    since: datetime
    until: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """What was asked for a variant in one currency: `points` in the order in which they were set,
    and `timed` prices beside them.
    """

    points: tuple[PricePoint, ...] = ()
    timed: tuple[TimedPrice, ...] = ()


@dataclass(frozen=True, slots=True)
class PriorPrice:
    """What a reduced price may be compared with, and until when."""

    price: Money
    until: datetime


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that lies among the uploads."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SetPrice:
    """What a variant cost from a moment on, in one currency."""

    variant_id: UUID
    price: Money
    since: datetime


@dataclass(frozen=True, slots=True)
class ProductChange:
    """New words of a product; None leaves them."""

    name: Text | None = None
    summary: Text | None = None
    description: Text | None = None


@dataclass(frozen=True, slots=True)
class AddedVariant:
    """A variant for a product that is there: `options` are names by axis; a name that the axis has
    is that value, another one becomes a new value.
    """

    sku: str
    options: dict[str, Text]
    prices: dict[str, int]


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """A product with what its variants cost in one currency now, by variant id, and who sells it.

    A variant without a price there is missing in `prices`; one whose price is no reduction is
    missing in `prior_prices`.
    """

    product: Product
    prices: Mapping[UUID, Money]
    merchant: Merchant
    prior_prices: Mapping[UUID, PriorPrice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant before it has an id. `prices` are minor units by ISO 4217 code."""

    sku: str
    options: dict[str, str]
    prices: dict[str, int]
    pictures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewProduct:
    merchant_id: UUID
    slug: str
    name: Text
    summary: Text
    description: Text
    variants: tuple[NewVariant, ...]
    options: tuple[OptionAxis, ...] = ()
    pictures: tuple[Picture, ...] = ()
    no_withdrawal: NoWithdrawal | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`next_cursor` is None on the last page."""

    products: tuple[Product, ...]
    next_cursor: UUID | None


@dataclass(frozen=True, slots=True)
class Known:
    """What a merchant has already of what a file names: products by the key of their shop, the
    products that its SKUs belong to, and the slugs that are taken. `keys` has those of all of the
    products that have one.
    """

    products: Mapping[UUID, Product]
    by_key: Mapping[str, UUID]
    by_sku: Mapping[str, UUID]
    keys: Mapping[UUID, str]
    slugs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A product as it is from now on, what it was, and new prices by variant."""

    product: Product
    before: Product | None
    source_key: str
    prices: Mapping[UUID, Money]
