"""Wire models of `orders`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Text = dict[str, str]


class MoneyOut(BaseModel):
    """Minor units: 1999 USD is 19.99 US dollars."""

    amount: int
    currency: str


class ItemOut(BaseModel):
    sku: str
    name: Text
    options_text: Text
    quantity: int
    unit_price: MoneyOut
    total: MoneyOut
    picture_url: str | None


class AddressOut(BaseModel):
    name: str
    line1: str
    line2: str | None
    city: str
    postal_code: str
    country: str


class BuyerOut(BaseModel):
    email: str
    address: AddressOut


class OrderOut(BaseModel):
    """An order as a merchant's list shows it: without the buyer."""

    id: str
    number: str
    seller: Text
    show_id: str
    placed_at: Time
    total: MoneyOut
    items: list[ItemOut]


class OrderDetail(OrderOut):
    """`buyer` is null once the buyer's data was erased."""

    buyer: BuyerOut | None


class OrderPage(BaseModel):
    items: list[OrderOut]
    next_cursor: str | None


class SoldItem(BaseModel):
    sku: str
    name: Text
    options_text: Text
    quantity: int
    picture_url: str | None


class SaleOut(BaseModel):
    at: Time
    items: list[SoldItem]
    total: MoneyOut


class SalesOut(BaseModel):
    totals: list[MoneyOut]
    orders: int
    units: int
    recent: list[SaleOut]
