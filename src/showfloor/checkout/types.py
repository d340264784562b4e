"""A purchase as others see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from showfloor.delivery.types import Offer
from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal, SalesContext
from showfloor.merchants.types import TermsName
from showfloor.offers.types import HeldCoupon, PassedOver
from showfloor.orders.types import Item, Order, Quote, Seller


class PaymentState(StrEnum):
    """`STARTED` is an intent whose answer we do not know yet. `CAPTURING` is money that the bank
    has promised and that is being taken: the goods are secured, no deadline takes them back.

    `VOIDING` is money that came too late and is being given back.
    """

    STARTED = "started"
    PENDING = "pending"
    NEEDS_CONFIRMATION = "needs_confirmation"
    CAPTURING = "capturing"
    PAID = "paid"
    DECLINED = "declined"
    VOIDING = "voiding"
    VOIDED = "voided"


class StepKind(StrEnum):
    """What the page shows next: the form for the payment method, the provider's own page, the
    bank's question on our page or by the provider's script, or that we wait for the provider.
    """

    FORM = "form"
    REDIRECT = "redirect"
    CONFIRM = "confirm"
    AUTHENTICATE = "authenticate"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class NextStep:
    """`url` is where a redirect leads. `secret` lets the provider's script ask the bank's question:
    for the buyer alone, and never stored.
    """

    kind: StepKind
    url: str | None = None
    secret: str | None = field(default=None, repr=False)


class ProviderStatus(StrEnum):
    """What a provider says of a payment. `AUTHORIZED`: the bank promised the money, which is taken
    by `capture` alone. `UNKNOWN`: it never heard of it.
    """

    PENDING = "pending"
    NEEDS_CONFIRMATION = "needs_confirmation"
    AUTHORIZED = "authorized"
    PAID = "paid"
    DECLINED = "declined"
    VOIDED = "voided"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """Where a purchase stands, for the buyer."""

    OPEN = "open"
    PENDING = "pending"
    NEEDS_CONFIRMATION = "needs_confirmation"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"


class DeclineReason(StrEnum):
    """Why a payment was declined, as far as the buyer can do something about it. Each has a
    sentence in the messages (`pay.declined.…`). A card that is said to be lost or stolen is only
    `DECLINED`, as card networks ask.
    """

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    WRONG_DETAILS = "wrong_details"
    NOT_AUTHENTICATED = "not_authenticated"
    NOT_SUPPORTED = "not_supported"
    TRY_AGAIN = "try_again"


@dataclass(frozen=True, slots=True)
class ProviderReply:
    """How a payment stands, and what the buyer has to do about it, if anything. `reference` is the
    provider's own name for it, `reason` why it was declined.
    """

    status: ProviderStatus
    next_step: NextStep | None = None
    reference: str | None = None
    reason: DeclineReason | None = None


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """A payment as it stands in the provider's own list."""

    payment_id: UUID
    reply: ProviderReply


class Discrepancy(StrEnum):
    """How the provider's list and ours may differ once a payment has ended. `GIVEN_UP`: there is
    money for a payment that we gave up, and it goes back. `UNKNOWN_TO_US`: it carries our name and
    we do not have it, as after an old backup, or with another installation on the same account.
    `GIVEN_BACK_THERE`: somebody refunded all of it at the provider. `NOT_TAKEN`: goods were sold
    and there is no money for them.
    """

    GIVEN_UP = "given_up"
    UNKNOWN_TO_US = "unknown_to_us"
    GIVEN_BACK_THERE = "given_back_there"
    NOT_TAKEN = "not_taken"


class RefundStatus(StrEnum):
    """`REFUSED`: there is not so much to give back."""

    DONE = "done"
    PENDING = "pending"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to be given back once: `id` is the provider's idempotency key. `reference` as in
    `Intent`.
    """

    id: UUID
    payment_id: UUID
    amount: Money
    reference: str | None = None


class Method(Protocol):
    """How the buyer pays, in the provider's own words: each provider has a class of its own."""

    @property
    def type(self) -> str:
        """The provider's name."""


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of the built-in provider. Never stored."""

    number: str
    type: ClassVar[str] = "test"


@dataclass(frozen=True, slots=True)
class StripeToken:
    """What Stripe's Payment Element collected, under a name that is good for one payment. Never
    stored.
    """

    confirmation_token: str
    type: ClassVar[str] = "stripe"


@dataclass(frozen=True, slots=True)
class Intent:
    """A charge to be made once: `payment_id` is the provider's idempotency key. `reference` is the
    provider's own name for it, once an answer of the provider has come.
    """

    payment_id: UUID
    amount: Money
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """A verified call from a provider: something happened to this payment. `status` is what it
    says; only a hint, because calls come late and in any order.
    """

    event_id: str
    payment_id: UUID
    status: ProviderStatus


@dataclass(frozen=True, slots=True)
class RefundCallback:
    """As `Callback`, about a refund of ours."""

    event_id: str
    refund_id: UUID


@dataclass(frozen=True, slots=True)
class Agreed:
    """A line as the buyer agreed to it, and who sells it."""

    merchant_id: UUID
    item: Item


@dataclass(frozen=True, slots=True)
class Payment:
    id: UUID
    checkout_id: UUID
    provider: str
    amount: Money
    state: PaymentState
    next_step: NextStep | None = None
    reference: str | None = None
    reason: DeclineReason | None = None

    @property
    def intent(self) -> Intent:
        """The payment in its provider's eyes."""
        return Intent(self.id, self.amount, self.reference)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the goods go, as far as it decides what they cost."""

    country: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is bought on one hold; the buyer's data stays inside. `quotes` has one for each seller;
    it is empty for a checkout from before there were any. `affiliate_id` is the creator whose link
    or code came last.
    """

    id: UUID
    hold_id: UUID
    context: SalesContext
    total: Money
    lines: tuple[Agreed, ...]
    sellers: tuple[Seller, ...]
    quotes: tuple[Quote, ...] = ()
    affiliate_id: UUID | None = None

    @property
    def goods(self) -> Money:
        """The sum of the goods alone, as they are held: before any coupon."""
        return money.total([line.item.full for line in self.lines], self.total.currency)

    @property
    def claims(self) -> tuple[UUID, ...]:
        """The claimed coupons that are taken off."""
        return tuple(each.coupon.claim_id for each in self.quotes if each.coupon)

    @property
    def options(self) -> frozenset[UUID]:
        """The ways of delivery that were chosen."""
        return frozenset(each.delivery.option_id for each in self.quotes if each.delivery)

    def quote_of(self, merchant_id: UUID) -> Quote | None:
        return next((each for each in self.quotes if each.merchant_id == merchant_id), None)


@dataclass(frozen=True, slots=True)
class SellerQuote:
    """What one seller's part costs now, and the ways to have it delivered, the cheapest first.
    `quote` is None where the seller does not deliver there. `terms` are what the seller lays down,
    `no_withdrawal` the SKUs that are exceptions to the right to withdraw there.
    """

    seller: Seller
    skus: tuple[str, ...]
    goods: Money
    offers: tuple[Offer, ...]
    quote: Quote | None
    terms: tuple[TermsName, ...]
    no_withdrawal: Mapping[str, NoWithdrawal]


@dataclass(frozen=True, slots=True)
class Coupons:
    """What a buyer claimed and wants to use, judged at a moment of the database's clock; none where
    `at` is None.
    """

    held: tuple[HeldCoupon, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What some goods cost if they go there. `countries` are all to which every one of their
    sellers delivers; `gone` are chosen ways of delivery that nobody offers for them.
    """

    to: Destination
    countries: tuple[str, ...]
    sellers: tuple[SellerQuote, ...]
    currency: str
    gone: tuple[UUID, ...]
    passed: tuple[PassedOver, ...] = ()
    """Claimed coupons that take nothing off, and why."""

    @property
    def not_delivered(self) -> list[str]:
        """SKUs that do not go there."""
        return [sku for each in self.sellers if each.quote is None for sku in each.skus]

    @property
    def total(self) -> Money:
        """Of what is delivered there."""
        totals = [each.quote.total for each in self.sellers if each.quote is not None]
        return money.total(totals, self.currency)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A checkout with how far it has come. `expires_at` is the hold's deadline; `next_step` what
    the page shows now, None when there is nothing left to do; `payment_id` is the attempt to pay
    that the status is about, None before the first, and `reason` why it was declined, if it was.
    """

    checkout: Checkout
    status: Status
    orders: tuple[Order, ...]
    expires_at: datetime
    next_step: NextStep | None
    payment_id: UUID | None = None
    reason: DeclineReason | None = None
