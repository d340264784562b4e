"""Wire models of `catalog`, for the OpenAPI text; `views.py` makes the JSON."""

from __future__ import annotations

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from showfloor.kit.schemas import MoneyOut, Words


class MerchantOut(BaseModel):
    id: str
    slug: str
    name: Words
    avatar_url: str


class OptionValueOut(BaseModel):
    """`swatch` is a CSS colour; it is left out where the option is no colour."""

    code: str
    name: Words
    swatch: str | SkipJsonSchema[None] = None


class OptionAxisOut(BaseModel):
    code: str
    name: Words
    values: list[OptionValueOut]


class PictureOut(BaseModel):
    """`shows` names the option values seen in it, so that choosing a colour can choose its
    picture.
    """

    url: str
    width: int
    height: int
    alt: Words
    shows: dict[str, str]


class VariantOut(BaseModel):
    """`pictures` are indices into the product's pictures."""

    sku: str
    options: dict[str, str]
    price: MoneyOut
    pictures: list[int]


class ProductOut(BaseModel):
    id: str
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
    sku: str = Field(max_length=64)
    price: PriceIn
