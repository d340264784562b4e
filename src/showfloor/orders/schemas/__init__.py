"""Wire models of `orders`: what is shown. What is asked for stands in `wanted.py`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from showfloor.kit.schemas import Day, MoneyOut, Shown, Time, Words, id_with
from showfloor.markets.types import NoWithdrawal, SalesKind
from showfloor.orders.types import Fulfilment, OrderFilter, RefundCause, RefundState


class SoldItem(Shown):
    sku: str
    name: Words
    options_text: Words
    quantity: int
    picture_url: str | None


class ItemOut(SoldItem):
    """`total` is what is paid for the line: `full`, less the `discount` by a coupon."""

    unit_price: MoneyOut
    full: MoneyOut
    discount: MoneyOut
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


class AgreedCouponOut(Shown):
    """A coupon that was taken off: `lines` is how much of each line, in the order's own order, and
    `less` is `amount` with a minus, as it stands in a sum. `terms` are its sentences as they were
    shown, by language.
    """

    coupon_id: Annotated[str, id_with("cpn")]
    name: Words
    amount: MoneyOut
    less: MoneyOut
    lines: list[MoneyOut]
    terms: dict[str, list[str]]


class QuoteOut(Shown):
    """What one seller's part costs, as agreed; `goods` is before the `coupon`. `delivery` null: it
    is in the goods' prices; `vat` null: they have none in them that the seller could show.
    """

    merchant_id: Annotated[str, id_with("mer")]
    country: str
    goods: MoneyOut
    delivery: AgreedDeliveryOut | None
    total: MoneyOut
    vat: VatOut | None
    coupon: AgreedCouponOut | None
    reasons: list[ReasonOut]


class PartOut(BaseModel):
    """Pieces of a line."""

    sku: str
    name: Words
    options_text: Words
    quantity: int


class OwedOut(BaseModel):
    """What a buyer who withdrew gets back of what was not given back yet. `now` is due by `by`, for
    `items`; `withheld` may wait until the goods are back or shown to be on their way. What stays
    with the seller: `delivery_kept`, which a faster way cost above the cheapest, and `value_lost`.
    `send_back_by` is null when nothing is to be sent back. `is_overdue`: something
    is due and was not given back by then.
    """

    now: MoneyOut
    withheld: MoneyOut
    by: Time
    is_overdue: bool
    send_back_by: Time | None
    delivery_kept: MoneyOut
    value_lost: MoneyOut
    items: list[PartOut]


class _Standing(BaseModel):
    """What a list of orders and an order by itself both say."""

    id: Annotated[str, id_with("ord")]
    number: str
    seller: Words
    sold_in: SoldIn
    show_id: Annotated[str, id_with("show")] | None
    placed_at: Time
    withdrawn_at: Time | None
    is_part_withdrawn: bool
    total: MoneyOut
    fulfilment: Fulfilment
    to_send: int
    send_by: Time | None
    is_late: bool
    refunded: MoneyOut
    promised: MoneyOut
    left: MoneyOut
    reopened: MoneyOut
    owed: OwedOut | None


class OrderOut(_Standing):
    """An order as a merchant's list shows it: without the buyer. `fulfilment` and the sums follow
    from what was sent and given back; `refunded` went back, `promised` is about to, `left` may
    still be given back, of which `reopened` is owed because a refund failed. `is_part_withdrawn`:
    the buyer withdrew from some goods, and keeps others that are paid. `send_by` is null when there
    is nothing to send, `owed` as long as the buyer did not withdraw.
    """

    items: list[ItemOut]


class OwnOrderOut(OrderOut):
    """An order of the viewer's own; its page is at `page`, as in the mails about it."""

    page: str


class OwnOrdersOut(BaseModel):
    """Newest first; `next_cursor` is null where there are no more."""

    items: list[OwnOrderOut]
    next_cursor: str | None


class SellerIdentity(BaseModel):
    """Who the seller was before the law when the order was placed; empty where it has none."""

    company: str
    address: str
    email: str
    phone: str
    registration: str
    vat: str


class LineOut(ItemOut):
    """A line with what became of its pieces. `refunded` counts all that were refunded, `to_send`
    those that are still to be sent, `returned` those of the sent that came back. The buyer withdrew
    from `withdrawn`, and has `to_return` of them; `sendable` are those to be sent without them.
    The contract about `standing` pieces stands, and they are paid for. `no_withdrawal` is the
    exception to the right to withdraw that it is, `may_be_withdrawn` false where that takes the
    right from the beginning and not only once a seal is broken.
    """

    sent: int
    refunded: int
    to_send: int
    returned: int
    withdrawn: int
    to_return: int
    sendable: int
    standing: int
    no_withdrawal: NoWithdrawal | None
    may_be_withdrawn: bool


class ShipmentOut(BaseModel):
    """A parcel. `tracking` is null where there is none, `delivered_at` as long as nobody said that
    it arrived.
    """

    id: Annotated[str, id_with("shp")]
    items: list[PartOut]
    carrier: str
    tracking: str | None
    shipped_at: Time
    delivered_at: Time | None


class RefundOut(BaseModel):
    """Money that goes back. `promised` is on its way to the provider; what the provider `refused`
    moved nothing; what `failed` was given back and came back from the buyer's bank at `failed_at`,
    so that it is owed again.
    """

    id: Annotated[str, id_with("ref")]
    amount: MoneyOut
    cause: RefundCause
    state: RefundState
    made_at: Time
    failed_at: Time | None
    items: list[PartOut]


class ReturnedPartOut(PartOut):
    """`damaged` pieces are worth less; `restock` of the others are on sale again."""

    damaged: int
    restock: int


class ReturnOut(BaseModel):
    """Pieces that the seller has back. `value_lost` is what they are worth less, which the seller
    keeps.
    """

    id: Annotated[str, id_with("ret")]
    items: list[ReturnedPartOut]
    value_lost: MoneyOut
    at: Time


class WithdrawnOut(BaseModel):
    """The buyer withdrew from these goods; `is_whole`: from all goods of the order at once. The
    buyer has `to_return` of them, to be sent back by `send_back_by` (null when there are none).
    """

    at: Time
    is_whole: bool
    items: list[PartOut]
    to_return: list[PartOut]
    send_back_by: Time | None


class ReturnProofOut(Shown):
    """The buyer showed that the goods of the first `covers` withdrawals are on their way back;
    carrier and number are null once the buyer's data was erased.
    """

    carrier: str | None
    tracking: str | None
    at: Time
    covers: int


class OrderDetail(_Standing):
    """`return_proofs` are oldest first, and `return_proof` the newest of them. `owed` is null as
    long as the buyer did not withdraw, `buyer` once the buyer's data was
    erased, `seller_identity` where the seller had not said it; `terms` are the versions that the
    buyer agreed to, to be read at `/terms/{id}`; `withdraw_until` is null as long as the days to
    withdraw have not begun, `quote` for orders from before there were quotes.
    """

    items: list[LineOut]
    shipments: list[ShipmentOut]
    refunds: list[RefundOut]
    withdrawals: list[WithdrawnOut]
    returns: list[ReturnOut]
    return_proof: ReturnProofOut | None
    return_proofs: list[ReturnProofOut]
    withdraw_until: Time | None
    buyer: BuyerOut | None
    seller_identity: SellerIdentity | None
    quote: QuoteOut | None
    terms: list[Annotated[str, id_with("trm")]]


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


class CountsOut(BaseModel):
    """How many orders there are of each kind."""

    counts: dict[OrderFilter, int]


class NoteOut(Shown):
    id: Annotated[str, id_with("note")]
    text: str
    at: Time


class NotesOut(BaseModel):
    notes: list[NoteOut]


class ReturnProofTaken(BaseModel):
    """The proof as it was received, with when the first one came."""

    order_id: Annotated[str, id_with("ord")]
    proof: ReturnProofOut


class WithdrawalOut(BaseModel):
    """The withdrawal as it was received, with the goods that it is for; doing so again says the
    same.
    """

    order_id: Annotated[str, id_with("ord")]
    withdrawn_at: Time
    items: list[PartOut]
