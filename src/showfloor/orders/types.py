"""Orders as others see them. Texts are {"en": …, "ar": …}."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal, SalesContext, SalesKind
from showfloor.merchants.types import Identity


@dataclass(frozen=True, slots=True)
class Address:
    """Where the goods go. `country` is ISO 3166-1 alpha-2."""

    name: str
    line1: str
    line2: str | None
    city: str
    postal_code: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """`language` is the one of the pages on which they bought, `viewer_id` their account if they
    were signed in, or claimed the order later.
    """

    email: str
    address: Address
    language: str = "en"
    viewer_id: UUID | None = None


LOST_LATER = (NoWithdrawal.SEALED_HYGIENE, NoWithdrawal.SEALED_MEDIA, NoWithdrawal.MIXED)
"""Goods from which a buyer may withdraw until their seal is broken or they are mixed with others,
after delivery, which no shop can know.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it was agreed."""

    variant_id: UUID
    product_id: UUID
    sku: str
    name: dict[str, str]
    options_text: dict[str, str]
    quantity: int
    unit_price: Money
    picture_url: str | None
    no_withdrawal: NoWithdrawal | None = None
    """The class of goods that it is, where the law of the buyer's country made it an exception to
    the right to withdraw when it was ordered.
    """

    @property
    def may_be_withdrawn(self) -> bool:
        """What the buyer has not done with the goods yet takes no right away."""
        return self.no_withdrawal in (None, *LOST_LATER)

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Seller:
    """The merchant as it was then; `order_prefix` begins the order's number. `terms` are the
    versions that hold (merchants.types.SellerTerms).
    """

    merchant_id: UUID
    name: dict[str, str]
    order_prefix: str
    identity: Identity | None = None
    terms: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreedDelivery:
    """How the goods of one seller come, as the buyer chose it: handed over on `leaves` at the
    latest (None in quotes from before that was said), there from `earliest` to `latest`.
    `standard` is what the cheapest way would have cost then: all that goes back of delivery to a
    buyer who withdraws (Directive 2011/83/EU art 13(2)); None where nobody noted it.
    """

    option_id: UUID
    name: dict[str, str]
    price: Money
    earliest: date
    latest: date
    leaves: date | None = None
    standard: Money | None = None


class ReasonCode(StrEnum):
    """Each has a sentence in the messages (`price.<code>`)."""

    LINE = "line"
    DELIVERY = "delivery"
    DELIVERY_FREE = "delivery_free"
    DELIVERY_FREE_FROM = "delivery_free_from"
    DELIVERY_INCLUDED = "delivery_included"
    VAT_INCLUDED = "vat_included"
    VAT_NOT_SAID = "vat_not_said"
    VAT_EXPORT = "vat_export"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line of a sum is what it is: the fields fill the sentence of `code`. `rate` is in
    hundredths of a percent.
    """

    code: ReasonCode
    amount: Money
    name: dict[str, str] | None = None
    quantity: int | None = None
    unit: Money | None = None
    limit: Money | None = None
    country: str | None = None
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class Vat:
    """Value added tax that is in the prices: of each line (in the order of the items) and of
    delivery by itself, so that they sum to `total`. `rate` is in hundredths of a percent.
    """

    country: str
    rate: int
    lines: tuple[Money, ...]
    delivery: Money
    total: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What one seller's part of a purchase costs, and why. `delivery` is None where it is in the
    goods' prices: the seller has set no options. `vat` is None where the prices have none in them.
    """

    merchant_id: UUID
    country: str
    goods: Money
    total: Money
    reasons: tuple[Reason, ...]
    delivery: AgreedDelivery | None = None
    vat: Vat | None = None

    @property
    def is_export(self) -> bool:
        """No tax is in it: some may be due when the goods arrive."""
        return any(reason.code is ReasonCode.VAT_EXPORT for reason in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the purchase and with its order."""
        stored: dict[str, Any] = _QUOTE.dump_python(self, mode="json", exclude_none=True)
        return stored

    @staticmethod
    def of_json(stored: object) -> Quote:
        return _QUOTE.validate_python(stored)


_QUOTE = TypeAdapter(Quote)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What one merchant has to deliver of a paid checkout. `quote` is None for a purchase that
    began before there were any: its total is that of its goods. `send_by` is None where nothing was
    said of when the goods leave. `affiliate_id` as in `Order`.
    """

    checkout_id: UUID
    context: SalesContext
    seller: Seller
    items: tuple[Item, ...]
    currency: str
    buyer: Buyer
    quote: Quote | None = None
    send_by: datetime | None = None
    affiliate_id: UUID | None = None

    @property
    def total(self) -> Money:
        if self.quote is not None:
            return self.quote.total
        return money.total([item.total for item in self.items], self.currency)


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel that the merchant handed over: `pieces` by the line's position. `tracking` is None
    where the carrier has no number, or once the buyer's data was erased; `delivered_at` is None as
    long as nobody said that it arrived.
    """

    id: UUID
    pieces: dict[int, int]
    carrier: str
    tracking: str | None
    shipped_at: datetime
    delivered_at: datetime | None = None


class RefundState(StrEnum):
    """`PROMISED` is money whose provider has not answered for good. `REFUSED` by the provider: it
    moved nothing, and counts for nothing. `FAILED`: the provider had given it back, and the buyer's
    bank did not take it, so that the seller has the money again and owes it.
    """

    PROMISED = "promised"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class RefundCause(StrEnum):
    """`CANCEL`: the merchant does not send what it had not sent yet."""

    REFUND = "refund"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class RefundedPieces:
    """Of one line: how many go back, how many of them had not been sent and never will be, and how
    many of them the merchant has to sell again.
    """

    quantity: int
    unsent: int
    restock: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back to the buyer, for pieces (by the line's position) or for none.
    `failed_at` is None unless it failed.
    """

    id: UUID
    amount: Money
    cause: RefundCause
    pieces: dict[int, RefundedPieces]
    made_at: datetime
    state: RefundState = RefundState.PROMISED
    failed_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """For its pieces. What is promised counts too: nobody may send the same pieces meanwhile.
        So does what failed: its pieces may be sold to others by now, and stay cancelled or back.
        """
        return self.state is not RefundState.REFUSED

    @property
    def is_money(self) -> bool:
        """It counts for the money: the buyer has it, or is about to, so nobody gives it again."""
        return self.state in (RefundState.PROMISED, RefundState.DONE)

    def as_of(self, moment: datetime) -> Refund:
        """Before it failed it was done."""
        if self.failed_at is None or self.failed_at <= moment:
            return self
        return replace(self, state=RefundState.DONE, failed_at=None)


@dataclass(frozen=True, slots=True)
class ReturnedPieces:
    """Of one line: how many came back, how many of them are worth less, and how many of the others
    the merchant has to sell again.
    """

    quantity: int
    damaged: int
    restock: int


@dataclass(frozen=True, slots=True)
class Return:
    """Pieces (by the line's position) that the merchant has back since `at`. `value_lost` is what
    they are worth less, through handling beyond what it takes to know the goods: the buyer bears it
    (Directive 2011/83/EU art 14(2)).
    """

    id: UUID
    pieces: dict[int, ReturnedPieces]
    value_lost: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnProof:
    """The buyer showed at `at` that the goods were sent back (Directive 2011/83/EU art 13(3)):
    those of the first `covers` withdrawals. Carrier and number are None once the buyer's data was
    erased.
    """

    carrier: str | None
    tracking: str | None
    at: datetime
    covers: int = 1


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The buyer withdrew at `at` from these pieces, by the line's position. `id` is the order's
    where it was from everything at once.
    """

    id: UUID
    pieces: dict[int, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """`kind`, `market` and `show_id` say where it was sold. `buyer` is None once the buyer's data
    was erased. `withdrawn_at` is when the buyer first withdrew from the contract: for all goods,
    or for those of `withdrawals`, which are empty otherwise (`rules.withdrawals_of` has both).
    `quote` is how its total came about (None for orders from before there were quotes). `send_by`
    is when the goods leave at the latest, as it was agreed. `shipments`, `refunds` and `returns`
    are what happened since, oldest first; `return_proof` is the newest, `earlier_proofs` the
    others. `terms` are the versions of what the seller laid down that the buyer agreed to.
    `affiliate_id` is the creator whose link or code brought the buyer.
    """

    id: UUID
    number: str
    merchant_id: UUID
    seller_name: dict[str, str]
    kind: SalesKind
    market: str
    show_id: UUID | None
    checkout_id: UUID
    items: tuple[Item, ...]
    total: Money
    placed_at: datetime
    buyer: Buyer | None
    withdrawn_at: datetime | None = None
    seller_identity: Identity | None = None
    quote: Quote | None = None
    send_by: datetime | None = None
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    terms: tuple[UUID, ...] = ()
    returns: tuple[Return, ...] = ()
    return_proof: ReturnProof | None = None
    affiliate_id: UUID | None = None
    withdrawals: tuple[Withdrawal, ...] = ()
    earlier_proofs: tuple[ReturnProof, ...] = ()

    @property
    def last_withdrawn_at(self) -> datetime | None:
        return self.withdrawals[-1].at if self.withdrawals else self.withdrawn_at

    @property
    def proofs(self) -> tuple[ReturnProof, ...]:
        """Oldest first."""
        return (*self.earlier_proofs, self.return_proof) if self.return_proof else ()

    @property
    def kept(self) -> frozenset[int]:
        """Positions of the lines from which nobody may withdraw."""
        return frozenset(at for at, item in enumerate(self.items) if not item.may_be_withdrawn)

    @property
    def own_address(self) -> str:
        """The seller's own postal address, a line for each part; empty where it has not said it."""
        who = self.seller_identity
        return f"{who['company']}\n{who['address']}" if who else ""

    def back_by(self, moment: datetime) -> Order:
        """The order without what came back, or was shown to be on its way, later. What was refunded
        stays, whenever it was.
        """
        proofs = tuple(each for each in self.proofs if each.at <= moment)
        return replace(
            self,
            returns=tuple(each for each in self.returns if each.at <= moment),
            return_proof=proofs[-1] if proofs else None,
            earlier_proofs=proofs[:-1],
        )

    def withdrawn_by(self, moment: datetime) -> Order:
        """The order without the withdrawals from more of its goods that came later."""
        first, more = self.withdrawals[:1], self.withdrawals[1:]
        made = (*first, *(each for each in more if each.at <= moment))
        return replace(self, withdrawals=made)

    def as_of(self, moment: datetime) -> Order:
        """The order as it stood then, as far as money is concerned."""
        made = tuple(each.as_of(moment) for each in self.refunds if each.made_at <= moment)
        return replace(self.back_by(moment).withdrawn_by(moment), refunds=made)


@dataclass(frozen=True, slots=True)
class Page:
    """`next_cursor` is None on the last page."""

    orders: tuple[Order, ...]
    next_cursor: UUID | None


@dataclass(frozen=True, slots=True)
class Sale:
    """What somebody bought, without who. `id` is the order's."""

    id: UUID
    at: datetime
    items: tuple[Item, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class Sales:
    """What a show sold: a total for each currency, and the newest sales first."""

    totals: tuple[Money, ...]
    orders: int
    units: int
    recent: tuple[Sale, ...]


class Fulfilment(StrEnum):
    """How far an order is. `CANCELLED`: nothing was sent and nothing is to be sent."""

    TO_SEND = "to_send"
    PART_SENT = "part_sent"
    SENT = "sent"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class LineProgress:
    """Pieces of a line; `ordered == sent + unsent + to_send`, where `unsent` were refunded and are
    not sent, and `refunded` are all that were refunded. `returned <= sent` came back: by a return,
    or sold again by a refund of what had been sent. The buyer withdrew from `withdrawn` of them;
    `stopped <= to_send` of these are not sent although nobody gave their money back yet, and
    `to_return` are with the buyer. The contract about `standing` pieces stands, and they are paid.
    """

    ordered: int
    sent: int
    refunded: int
    unsent: int
    returned: int = 0
    withdrawn: int = 0
    stopped: int = 0
    to_return: int = 0
    standing: int = 0

    @property
    def to_send(self) -> int:
        return self.ordered - self.sent - self.unsent

    @property
    def sendable(self) -> int:
        """Pieces that the buyer still waits for."""
        return self.to_send - self.stopped

    @property
    def away(self) -> int:
        """Pieces that were sent and did not come back."""
        return self.sent - self.returned


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an order stands: nothing of it is stored, all of it follows from the order, its
    shipments and its refunds. `refunded` went back, `promised` is about to, `left` may still be
    given back; `captured == refunded + promised + left`. `reopened <= left` is owed again, because
    a refund failed and nothing was given in its place. `send_by` is None when there is nothing to
    send; `withdraw_until` is None as long as the 14 days have not begun.
    """

    lines: tuple[LineProgress, ...]
    fulfilment: Fulfilment
    captured: Money
    refunded: Money
    promised: Money
    reopened: Money
    send_by: datetime | None
    withdraw_until: datetime | None

    @property
    def left(self) -> Money:
        return self.captured - self.refunded - self.promised

    @property
    def to_send(self) -> int:
        return sum(line.to_send for line in self.lines)

    @property
    def sendable(self) -> int:
        return sum(line.sendable for line in self.lines)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a buyer who withdrew gets back of what was not given back yet. `now` is due by `by`;
    `withheld` the seller may keep until the goods are back, or the buyer shows that they were sent
    (Directive 2011/83/EU art 13). `delivery_kept` is what the chosen way cost above the cheapest
    one, `value_lost` what the goods are worth less: both stay with the seller. `pieces`, by
    position, are those that `now` is for; `send_back_by` is the first day by which goods are to be
    sent back and `all_back_by` the last; None when there are none.
    """

    now: Money
    withheld: Money
    by: datetime
    send_back_by: datetime | None
    all_back_by: datetime | None
    delivery_kept: Money
    value_lost: Money
    pieces: dict[int, int]


@dataclass(frozen=True, slots=True)
class WantedReturn:
    """What came back of a line, as the merchant says it."""

    sku: str
    quantity: int
    damaged: int = 0
    restock: int = 0


@dataclass(frozen=True, slots=True)
class WantedPieces:
    """Of a line: how many to refund, and how many of them are to be sold again."""

    sku: str
    quantity: int
    restock: int = 0


@dataclass(frozen=True, slots=True)
class WantedRefund:
    """What a merchant asks for. `amount` None is the price of the pieces, or without pieces all
    that is left. `expected_left` is what was left as far as the merchant knew, None when they said
    nothing of it.
    """

    pieces: tuple[WantedPieces, ...] = ()
    amount: Money | None = None
    expected_left: Money | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What a merchant's people tell each other about an order; no buyer sees it."""

    id: UUID
    text: str
    at: datetime


class OrderFilter(StrEnum):
    """`LATE` orders are among those to send. `PART_SENT` too. `RETURNS` are those of the
    `WITHDRAWN` whose money is not all given back, or whose goods are not all back although the
    days to send them are not over. `REFUND_FAILED` are those that owe money again because a
    refund failed.
    """

    ALL = "all"
    TO_SEND = "to_send"
    LATE = "late"
    PART_SENT = "part_sent"
    SENT = "sent"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"
    RETURNS = "returns"
    REFUND_FAILED = "refund_failed"


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Which orders: by what is to be done, by words (number, name, email, SKU or tracking), and by
    when they were placed (`since` is in, `until` is not).
    """

    which: OrderFilter = OrderFilter.ALL
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
