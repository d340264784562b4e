"""Wire models of `webhooks`: what the API takes and shows, and the messages themselves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from showfloor.kit.outbound import LONGEST_URL
from showfloor.kit.schemas import EveryLanguage, Moment, MoneyOut, Shown, Time, id_with
from showfloor.kit.text import clean_code
from showfloor.orders.schemas import OrderOut, PartOut, ReturnedPartOut
from showfloor.orders.types import RefundCause
from showfloor.webhooks.types import DeliveryState, EndpointState, Reason

Event = Literal[
    "order.paid",
    "order.shipped",
    "order.refunded",
    "order.cancelled",
    "order.returned",
    "show.started",
    "show.ended",
    "product.sold_out",
    "payout.sent",
    "stock.changed",
    "stock.short",
]
"""What an endpoint can ask for: every event but the test."""
Url = Annotated[str, AfterValidator(clean_code), Field(min_length=1, max_length=LONGEST_URL)]
Events = Annotated[list[Event], Field(min_length=1, max_length=20)]


class NewWebhook(BaseModel):
    """`merchant_id` is needed only by somebody who sells for several merchants."""

    url: Url
    events: Events
    merchant_id: str | None = None


class WebhookChange(BaseModel):
    """What is left out stays. `on` false: nothing is sent, and what happens meanwhile is never
    sent; true after that, or after the endpoint was given up: what still waits goes out.
    """

    url: Url | None = None
    events: Events | None = None
    on: bool | None = None


class WebhookOut(Shown):
    """`waiting`: how many deliveries are still to be made. `failing_since`: nothing was taken since
    then. `both_sign_until`: the secret before the newest signs until then, too.
    """

    id: Annotated[str, id_with("hook")]
    merchant_id: Annotated[str, id_with("mer")]
    url: str
    events: list[Event]
    state: EndpointState
    created_at: Time
    waiting: int
    failing_since: Time | None
    both_sign_until: Time | None


class NewWebhookOut(WebhookOut):
    """`secret` is shown this once."""

    secret: str


class WebhooksOut(BaseModel):
    webhooks: list[WebhookOut]


class SecretOut(BaseModel):
    """Shown this once. The secret before it signs, too, until `both_sign_until`."""

    secret: str
    both_sign_until: Time


class DeliveryOut(Shown):
    """`message_id` is the `webhook-id` of every attempt. `status` is what the endpoint answered
    last; without an answer `reason` says why there was none.
    """

    id: Annotated[str, id_with("del")]
    message_id: Annotated[str, id_with("msg")]
    type: Event | Literal["webhook.test"]
    about: str
    state: DeliveryState
    attempts: int
    made_at: Time
    status: int | None
    reason: Reason | None
    took_ms: int | None
    tried_at: Time | None
    next_at: Time | None


class DeliveriesOut(BaseModel):
    deliveries: list[DeliveryOut]
    next_cursor: str | None


class TestOut(BaseModel):
    """`delivery_id` is found in the endpoint's deliveries."""

    delivery_id: str


class ReplayIn(BaseModel):
    """Either some `deliveries`, or all that `failed_since` a moment."""

    deliveries: list[str] | None = Field(None, min_length=1, max_length=100)
    failed_since: Moment | None = None


class ReplayOut(BaseModel):
    """How many deliveries go out again."""

    count: int


class OrderPaid(BaseModel):
    """Somebody paid. Who and where to is read by `GET /orders/{id}` with a key."""

    type: Literal["order.paid"] = "order.paid"
    timestamp: Time
    data: OrderOut


class ShippedFacts(BaseModel):
    """`order` is as it stands now, here and in the three below. The tracking number is the buyer's:
    `GET /orders/{id}` has it. `is_complete`: nothing of the order was left to send.
    """

    order: OrderOut
    shipment_id: Annotated[str, id_with("shp")]
    carrier: str
    shipped_at: Time
    items: list[PartOut]
    is_complete: bool


class OrderShipped(BaseModel):
    """A parcel was handed over."""

    type: Literal["order.shipped"] = "order.shipped"
    timestamp: Time
    data: ShippedFacts


class RefundedFacts(BaseModel):
    """`items` are the pieces that the money is for; none for a sum. `cause` is "cancel" beside an
    `order.cancelled`.
    """

    order: OrderOut
    refund_id: Annotated[str, id_with("ref")]
    cause: RefundCause
    amount: MoneyOut
    items: list[PartOut]


class OrderRefunded(BaseModel):
    """The provider has given money back."""

    type: Literal["order.refunded"] = "order.refunded"
    timestamp: Time
    data: RefundedFacts


class CancelledFacts(BaseModel):
    """`items` will not be sent; what goes back for them is in an `order.refunded` of the same
    `refund_id`, if anything does.
    """

    order: OrderOut
    refund_id: Annotated[str, id_with("ref")]
    items: list[PartOut]


class OrderCancelled(BaseModel):
    """What had not been sent of an order will not be."""

    type: Literal["order.cancelled"] = "order.cancelled"
    timestamp: Time
    data: CancelledFacts


class ReturnedFacts(BaseModel):
    """`items` are the pieces that came back. `value_lost` is what the damaged ones are worth less;
    what the buyer is owed, and by when, `GET /orders/{id}` has in `owed`.
    """

    order: OrderOut
    return_id: Annotated[str, id_with("ret")]
    items: list[ReturnedPartOut]
    value_lost: MoneyOut


class OrderReturned(BaseModel):
    """The merchant's people took goods back; money is given back by a refund of its own."""

    type: Literal["order.returned"] = "order.returned"
    timestamp: Time
    data: ReturnedFacts


class ShowFacts(BaseModel):
    """`product_ids`: this merchant's products on its shelf."""

    id: Annotated[str, id_with("show")]
    slug: str
    title: EveryLanguage
    product_ids: list[Annotated[str, id_with("prod")]]


class ShowStarted(BaseModel):
    """A show with this merchant's products is on the air."""

    type: Literal["show.started"] = "show.started"
    timestamp: Time
    data: ShowFacts


class ShowEnded(BaseModel):
    type: Literal["show.ended"] = "show.ended"
    timestamp: Time
    data: ShowFacts


class SoldOutFacts(BaseModel):
    product_id: Annotated[str, id_with("prod")]
    name: EveryLanguage
    skus: list[str]


class ProductSoldOut(BaseModel):
    """The last piece of the last variant is paid for. Comes again when there was more meanwhile."""

    type: Literal["product.sold_out"] = "product.sold_out"
    timestamp: Time
    data: SoldOutFacts


class StockFacts(BaseModel):
    """As of `timestamp`: pieces that are not sold, and how many of them somebody holds. A count of
    your own has to name the `version` (`PUT /stock/{sku}`).
    """

    sku: str
    product_id: Annotated[str, id_with("prod")]
    in_stock: int
    held: int
    version: int


class StockChanged(BaseModel):
    """Pieces were sold, or somebody counted them. Messages may overtake each other: the later
    `timestamp` of a SKU is right.
    """

    type: Literal["stock.changed"] = "stock.changed"
    timestamp: Time
    data: StockFacts


class ShortFacts(StockFacts):
    """`short`: so many more were bought or are held than there are."""

    short: int


class StockShort(BaseModel):
    """Fewer are there than were bought and are held. Comes again with each change until there are
    enough: count again, cancel orders, or get more.
    """

    type: Literal["stock.short"] = "stock.short"
    timestamp: Time
    data: ShortFacts


class PayoutFacts(BaseModel):
    payout_id: Annotated[str, id_with("po")]
    amount: MoneyOut


class PayoutSent(BaseModel):
    """A payout went to the bank. What becomes of it is in `GET /ledger/balances`."""

    type: Literal["payout.sent"] = "payout.sent"
    timestamp: Time
    data: PayoutFacts


class TestFacts(BaseModel):
    webhook_id: Annotated[str, id_with("hook")]


class TestMessage(BaseModel):
    """Somebody asked for it, to see whether messages arrive."""

    type: Literal["webhook.test"] = "webhook.test"
    timestamp: Time
    data: TestFacts


Content = (
    OrderPaid
    | OrderShipped
    | OrderRefunded
    | OrderCancelled
    | OrderReturned
    | PayoutSent
    | ShowStarted
    | ShowEnded
    | ProductSoldOut
    | StockChanged
    | StockShort
    | TestMessage
)
