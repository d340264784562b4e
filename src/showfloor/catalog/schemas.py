"""Wire models of `catalog`, for the OpenAPI text; `cards.py` makes the JSON."""

from __future__ import annotations

from pydantic import BaseModel, Field


class MoneyOut(BaseModel):
    """Minor units: 1999 USD is 19.99 US dollars."""

    amount: int
    currency: str


class SellerOut(BaseModel):
    id: str
    slug: str
    name: dict[str, str]
    avatar_url: str


class OptionValueOut(BaseModel):
    code: str
    name: dict[str, str]
    swatch: str | None = None


class OptionAxisOut(BaseModel):
    code: str
    name: dict[str, str]
    values: list[OptionValueOut]


class PictureOut(BaseModel):
    url: str
    width: int
    height: int
    alt: dict[str, str]
    shows: dict[str, str]


class VariantOut(BaseModel):
    sku: str
    options: dict[str, str]
    price: MoneyOut
    pictures: list[int]


class ProductOut(BaseModel):
    id: str
    slug: str
    merchant: SellerOut
    name: dict[str, str]
    summary: dict[str, str]
    description: dict[str, str]
    options: list[OptionAxisOut]
    pictures: list[PictureOut]
    variants: list[VariantOut]


class ProductPage(BaseModel):
    """The list's key `items`; ask for the next page with `cursor=next_cursor`."""

    items: list[ProductOut]
    next_cursor: str | None


class MoneyIn(BaseModel):
    amount: int = Field(gt=0, le=10**12)
    currency: str = Field(pattern="^[A-Z]{3}$")


class NewPrice(BaseModel):
    sku: str = Field(max_length=64)
    price: MoneyIn
