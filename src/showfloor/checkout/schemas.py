"""Wire models of `checkout`. What comes in is strict: a quantity is a number, not a text that looks
like one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from showfloor.checkout.types import Method, StripeToken, TestCard
from showfloor.delivery.schemas import Country, DeliveryOfferOut
from showfloor.identity.schemas import AgeIn
from showfloor.kit.fields import CardNumber, Email, Sku
from showfloor.kit.schemas import AddressIn, MoneyOut, Time, Words, id_with
from showfloor.kit.text import clean_code
from showfloor.markets.types import NoWithdrawal
from showfloor.merchants.types import ReturnPayer, TermsKind
from showfloor.offers.types import Passed
from showfloor.orders.schemas import AgreedCouponOut, QuoteOut, ReasonOut, SellerIdentity

CouponToken = Annotated[str, Field(min_length=1, max_length=100)]
TermsId = Annotated[str, Field(pattern="^[A-Za-z0-9_]{1,60}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class MoneyIn(_Strict):
    """Minor units: 1999 USD is 19.99 US dollars."""

    amount: int = Field(ge=0, le=10**14)
    currency: str = Field(pattern="^[A-Z]{3}$")


class HoldLine(_Strict):
    sku: Sku
    quantity: int = Field(
        ge=1, le=10_000, description="more than 10 are refused with limit_reached"
    )


class HoldIn(_Strict):
    """`expected_total` is the sum of the goods on the buyer's screen: another one is refused with
    price_changed.
    """

    lines: list[HoldLine] = Field(min_length=1, max_length=20)
    expected_total: MoneyIn | None = None
    deliver_to: Country | None = Field(
        None, description="goods that are not delivered there are refused with not_delivered"
    )
    drop_id: str | None = Field(
        None, description="pieces of this drop, at its price: one line, with its SKU"
    )


class _Delivery(BaseModel):
    country: str | None = Field(None, pattern="^[A-Z]{2}$")


class AgeAtCheckout(AgeIn):
    """What decides at the gate, out of a body of which nothing else has been looked at."""

    address: _Delivery | None = None

    @property
    def country(self) -> str | None:
        return self.address.country if self.address else None


class CheckoutIn(AgeIn):
    """Only what an order needs. Who may not buy is refused before anything else is looked at."""

    model_config = ConfigDict(strict=True, extra="forbid")
    hold_id: str
    email: Email
    address: AddressIn
    delivery: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="ids of delivery options, one a seller; the cheapest where none is named. One "
        "that is not offered any more is refused with delivery_gone",
    )
    via: Annotated[str, AfterValidator(clean_code)] | None = Field(
        None,
        max_length=60,
        description="the code in the link of a creator by which the buyer came (`?via=`); one that "
        "leads to nobody is passed over",
    )
    code: Annotated[str, AfterValidator(clean_code)] | None = Field(
        None,
        max_length=60,
        description="the code of a creator that the buyer typed, which counts before `via`; one "
        "that leads to nobody is refused with code_unknown",
    )
    coupons: list[CouponToken] = Field(
        default_factory=list,
        max_length=20,
        description="tokens of claimed coupons: the one that takes most off is taken off each "
        "seller's part, the others are passed over",
    )
    terms: list[TermsId] | None = Field(
        None,
        max_length=60,
        description="ids of what the sellers lay down, as the buyer could read it: newer versions "
        "are refused with terms_changed",
    )


class PaymentMethodIn(_Strict):
    """How the buyer pays, in the words of the provider that `type` names. Each provider has a
    subclass, whose `type` is a Literal.
    """

    type: str

    def value(self) -> Method:
        raise NotImplementedError


class TestCardIn(PaymentMethodIn):
    """A card of the built-in test provider. Real card numbers never come here, and none is
    stored.
    """

    type: Literal["test"]
    number: CardNumber

    def value(self) -> Method:
        return TestCard(self.number)


class StripeTokenIn(PaymentMethodIn):
    """The ConfirmationToken of Stripe's Payment Element: the card itself goes from the buyer's
    browser to Stripe.
    """

    type: Literal["stripe"]
    confirmation_token: str = Field(pattern="^ctoken_[A-Za-z0-9_]{1,200}$")

    def value(self) -> Method:
        return StripeToken(self.confirmation_token)


PAYMENT_METHODS: tuple[type[PaymentMethodIn], ...] = (TestCardIn, StripeTokenIn)


class PayBody(_Strict):
    payment_method: PaymentMethodIn
    expected_total: MoneyIn


class PayIn(PayBody):
    payment_method: Annotated[TestCardIn | StripeTokenIn, Field(discriminator="type")]


def pay_in(methods: Sequence[type[PaymentMethodIn]]) -> type[PayBody]:
    """The body of `pay` where these are the ways to pay, told apart by `type`."""
    if len(methods) == 1:
        method: Any = methods[0]
    else:
        one_of: Any = Union[tuple(methods)]  # noqa: UP007 - of classes known at run time only
        method = Annotated[one_of, Field(discriminator="type")]
    return create_model("PayIn", __base__=PayBody, payment_method=(method, ...))


class HeldLine(BaseModel):
    sku: str
    quantity: int
    unit_price: MoneyOut
    total: MoneyOut


class HoldOut(BaseModel):
    """`token` is a secret: the buyer's Bearer from here on. `drop_id` is of the drop whose pieces
    these are. `waited_s` is null but of a piece that was held for who waited in line for it: for
    how many seconds in all. Such a hold, and one of a drop, is bought as it is, or given back.
    """

    id: str
    drop_id: str | None
    waited_s: int | None
    token: str
    expires_at: Time
    total: MoneyOut
    lines: list[HeldLine]


class AgreedLine(HeldLine):
    """`total` is as held; `discount` is what a coupon takes off it."""

    discount: MoneyOut
    name: Words
    options_text: Words
    picture_url: str | None
    seller_id: str


class SellerOut(BaseModel):
    id: str
    name: Words


class TermsLink(BaseModel):
    """What a seller lays down, to be read at `page` before ordering. `payer`: who pays for sending
    goods back, said with the terms of returns alone.
    """

    id: Annotated[str, id_with("trm")]
    kind: TermsKind
    page: str
    payer: ReturnPayer | None


class ExceptionOut(BaseModel):
    """Goods from whose purchase nobody may withdraw, and why, in words; `lost_later`: only once
    their seal is broken, or they are mixed with others.
    """

    sku: str
    exception: NoWithdrawal
    lost_later: bool
    words: Words


class SellerQuoteOut(BaseModel):
    """One seller's part. `terms` are what the buyer agrees to with the order, `identity` who the
    seller is before the law, null where it has not said it. `offers` are the ways to have it
    delivered, the cheapest first; none where delivery is in the prices, or `delivered` is false.
    `chosen` is one of them; `total` is null for what is not delivered.
    """

    seller: SellerOut
    delivered: bool
    goods: MoneyOut
    offers: list[DeliveryOfferOut]
    chosen: str | None
    total: MoneyOut | None
    reasons: list[ReasonOut]
    identity: SellerIdentity | None
    terms: list[TermsLink]
    exceptions: list[ExceptionOut]
    coupon: AgreedCouponOut | None


class PassedCoupon(BaseModel):
    """A claimed coupon that takes nothing off, and why, in words; `short` is how much more its
    goods would have to cost.
    """

    name: Words
    why: Passed
    short: MoneyOut | None
    words: Words


class EstimateOut(BaseModel):
    """What goods cost if they go to `country`. `countries` are all to which every one of their
    sellers delivers. `total` is what the order will cost, all in. `delivery_gone` are the options
    that were named and are not offered for these goods to that country (any more): the cheapest
    stands in their place, and a checkout that names them is refused by this code.
    """

    country: str
    countries: list[str]
    postal_code_needed: bool
    sellers: list[SellerQuoteOut]
    delivery_gone: list[str]
    coupons_passed: list[PassedCoupon]
    total: MoneyOut


class PlacedOrder(BaseModel):
    """`page` is the path of the buyer's own page of the order; whoever has it may open it."""

    id: str
    number: str
    seller: Words
    total: MoneyOut
    page: str


Declined = Literal[
    "declined",
    "insufficient_funds",
    "expired_card",
    "wrong_details",
    "not_authenticated",
    "not_supported",
    "try_again",
]
"""As in `types.DeclineReason`; each has a sentence for the buyer."""
Status = Literal["open", "pending", "needs_confirmation", "paid", "declined", "expired"]


class ShowForm(BaseModel):
    """The form for the payment method."""

    kind: Literal["form"] = "form"


class Redirect(BaseModel):
    """The provider's own page; it sends the buyer back to the page they came from."""

    kind: Literal["redirect"] = "redirect"
    url: str


class Confirm(BaseModel):
    """The bank asks the buyer; `POST /checkouts/{id}/confirm` tells that they agreed."""

    kind: Literal["confirm"] = "confirm"


class Authenticate(BaseModel):
    """The bank asks the buyer through the provider's own script, which needs `client_secret`; where
    that is null, `POST /checkouts/{id}/confirm` answers it. The same call tells that the buyer
    answered.
    """

    kind: Literal["authenticate"] = "authenticate"
    client_secret: str | None


class Wait(BaseModel):
    """The provider takes its time; ask again with `GET /checkouts/{id}`."""

    kind: Literal["wait"] = "wait"


NextOut = Annotated[
    ShowForm | Redirect | Confirm | Authenticate | Wait, Field(discriminator="kind")
]
"""What the page shows next, as the provider says."""


class PurchaseOut(BaseModel):
    """How far a purchase has come; `expires_at` is the hold's deadline, `next` is null when there
    is nothing left to do. `payment_id` is the attempt that the status is about, null before the
    first; where it is a declined one that was known before, a later attempt whose answer was lost
    never came. `declined` says why it was, if it was.
    """

    status: Status
    orders: list[PlacedOrder]
    expires_at: Time
    next: NextOut | None
    payment_id: str | None
    declined: Declined | None


class CheckoutOut(PurchaseOut):
    id: str
    hold_id: str
    total: MoneyOut
    lines: list[AgreedLine]
    sellers: list[SellerOut]
    quotes: list[QuoteOut]
