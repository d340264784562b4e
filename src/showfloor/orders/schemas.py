"""Wire models of `orders`."""

from __future__ import annotations

from pydantic import BaseModel

from showfloor.kit.schemas import MoneyOut, Time, Words
from showfloor.markets.types import SalesKind


class ItemOut(BaseModel):
    sku: str
    name: Words
    options_text: Words
    quantity: int
    unit_price: MoneyOut
    total: MoneyOut
    picture_url: str | None


class AddressOut(BaseModel):
    name: str
    line1: str
    line2: str | None
    city: str
    postal_code: str | None
    country: str


class BuyerOut(BaseModel):
    email: str
    address: AddressOut


class SoldIn(BaseModel):
    """Where the buyer stood: in a show so far."""

    kind: SalesKind
    market: str


class OrderOut(BaseModel):
    """An order as a merchant's list shows it: without the buyer."""

    id: str
    number: str
    seller: Words
    sold_in: SoldIn
    show_id: str | None
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
    name: Words
    options_text: Words
    quantity: int
    picture_url: str | None


class SaleOut(BaseModel):
    id: str
    at: Time
    items: list[SoldItem]
    total: MoneyOut


class SalesOut(BaseModel):
    totals: list[MoneyOut]
    orders: int
    units: int
    recent: list[SaleOut]
