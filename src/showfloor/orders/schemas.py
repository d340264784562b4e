"""Wire models of `orders`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from showfloor.kit.schemas import Day, MoneyOut, Shown, Time, Words, id_with
from showfloor.markets.types import SalesKind


class SoldItem(Shown):
    sku: str
    name: Words
    options_text: Words
    quantity: int
    picture_url: str | None


class ItemOut(SoldItem):
    unit_price: MoneyOut
    total: MoneyOut


class AddressOut(Shown):
    name: str
    line1: str
    line2: str | None
    city: str
    postal_code: str | None
    country: str


class BuyerOut(Shown):
    email: str
    address: AddressOut


class SoldIn(Shown):
    """Where the buyer stood: in a show so far."""

    kind: SalesKind
    market: str


class ReasonOut(Shown):
    """Why a line of the sum is what it is, in words."""

    code: str
    amount: MoneyOut
    words: Words


class AgreedDeliveryOut(Shown):
    """The way of delivery that the buyer chose; `earliest` to `latest` is when it was promised."""

    option_id: Annotated[str, id_with("dlv")]
    name: Words
    price: MoneyOut
    earliest: Day
    latest: Day


class VatOut(Shown):
    """Value added tax that is in the prices: of each line in the order's own order, and of
    delivery. `rate` is in hundredths of a percent.
    """

    country: str
    rate: int
    lines: list[MoneyOut]
    delivery: MoneyOut
    total: MoneyOut


class QuoteOut(Shown):
    """What one seller's part costs, as agreed. `delivery` null: it is in the goods' prices; `vat`
    null: they have none in them that the seller could show.
    """

    merchant_id: Annotated[str, id_with("mer")]
    country: str
    goods: MoneyOut
    delivery: AgreedDeliveryOut | None
    total: MoneyOut
    vat: VatOut | None
    reasons: list[ReasonOut]


class OrderOut(BaseModel):
    """An order as a merchant's list shows it: without the buyer."""

    id: Annotated[str, id_with("ord")]
    number: str
    seller: Words
    sold_in: SoldIn
    show_id: Annotated[str, id_with("show")] | None
    placed_at: Time
    withdrawn_at: Time | None
    total: MoneyOut
    items: list[ItemOut]


class SellerIdentity(BaseModel):
    """Who the seller was before the law when the order was placed; empty where it has none."""

    company: str
    address: str
    email: str
    phone: str
    registration: str
    vat: str


class OrderDetail(OrderOut):
    """`buyer` is null once the buyer's data was erased, `seller_identity` where the seller had not
    said it, `quote` for orders from before there were quotes.
    """

    buyer: BuyerOut | None
    seller_identity: SellerIdentity | None
    quote: QuoteOut | None


class OrderPage(BaseModel):
    items: list[OrderOut]
    next_cursor: str | None


class SaleOut(Shown):
    id: Annotated[str, id_with("ord")]
    at: Time
    items: list[SoldItem]
    total: MoneyOut


class SalesOut(Shown):
    totals: list[MoneyOut]
    orders: int
    units: int
    recent: list[SaleOut]
