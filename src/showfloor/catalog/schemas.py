"""Wire models of `catalog`; `views.py` makes them from values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showfloor.kit.fields import Sku
from showfloor.kit.schemas import MoneyOut, Shown, Time, Words, id_with


class MerchantOut(Shown):
    id: Annotated[str, id_with("mer")]
    slug: str
    name: Words
    avatar_url: str


class OptionValueOut(Shown):
    """`swatch` is a CSS colour, null where the option is no colour."""

    code: str
    name: Words
    swatch: str | None


class OptionAxisOut(Shown):
    code: str
    name: Words
    values: list[OptionValueOut]


class PictureOut(Shown):
    """`shows` names the option values seen in it, so that choosing a colour can choose its
    picture.
    """

    url: str
    width: int
    height: int
    alt: Words
    shows: dict[str, str]


class PriorPriceOut(Shown):
    """The lowest price of the 30 days before the present one began, computed from the history of
    prices: what may be shown as "was", `until` then.
    """

    price: MoneyOut
    until: Time


class VariantOut(BaseModel):
    """`pictures` are indices into the product's pictures; `prior_price` is null where the price is
    no reduction.
    """

    sku: str
    options: dict[str, str]
    price: MoneyOut
    prior_price: PriorPriceOut | None
    pictures: list[int]


class ProductOut(BaseModel):
    id: Annotated[str, id_with("prod")]
    slug: str
    merchant: MerchantOut
    name: Words
    summary: Words
    description: Words
    options: list[OptionAxisOut]
    pictures: list[PictureOut]
    variants: list[VariantOut]


class ProductPage(BaseModel):
    """The list's key `items`; ask for the next page with `cursor=next_cursor`."""

    items: list[ProductOut]
    next_cursor: str | None


class PriceIn(BaseModel):
    """Minor units."""

    amount: int = Field(gt=0, le=10**12)
    currency: str = Field(pattern="^[A-Z]{3}$")


class NewPrice(BaseModel):
    """What it was before is read from the history; nobody types it."""

    model_config = ConfigDict(extra="forbid")
    sku: Sku
    price: PriceIn
