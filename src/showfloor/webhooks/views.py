"""Endpoints, their log and the messages as others see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from showfloor.catalog.types import Product, Variant
from showfloor.kit import ids
from showfloor.kit.money import Money
from showfloor.kit.schemas import MoneyOut, fields_of
from showfloor.orders.schemas import RefundOut
from showfloor.orders.types import Order
from showfloor.orders.views import order_detail, order_view
from showfloor.shows.types import Show
from showfloor.stock.types import Stock
from showfloor.webhooks.schemas import (
    CancelledFacts,
    DeliveriesOut,
    DeliveryOut,
    NewWebhookOut,
    OrderCancelled,
    OrderPaid,
    OrderRefunded,
    OrderReturned,
    OrderShipped,
    PayoutFacts,
    PayoutSent,
    ProductSoldOut,
    RefundedFacts,
    ReturnedFacts,
    SecretOut,
    ShippedFacts,
    ShortFacts,
    ShowFacts,
    SoldOutFacts,
    StockChanged,
    StockFacts,
    StockShort,
    WebhookOut,
)
from showfloor.webhooks.types import Endpoint, Page


def webhook_view(endpoint: Endpoint) -> WebhookOut:
    return WebhookOut.model_validate(_fields(endpoint))


def new_webhook_view(endpoint: Endpoint, secret: str) -> NewWebhookOut:
    return NewWebhookOut.model_validate({**_fields(endpoint), "secret": secret})


def secret_view(endpoint: Endpoint, secret: str) -> SecretOut:
    return SecretOut(secret=secret, both_sign_until=endpoint.secrets.previous_until)


def _fields(endpoint: Endpoint) -> dict[str, object]:
    until = endpoint.secrets.previous_until
    return {**fields_of(endpoint), "events": sorted(endpoint.events), "both_sign_until": until}


def deliveries_view(page: Page) -> DeliveriesOut:
    return DeliveriesOut(
        deliveries=[DeliveryOut.model_validate(each) for each in page.deliveries],
        next_cursor=ids.encode("del", page.next_cursor) if page.next_cursor else None,
    )


def order_paid(order: Order) -> OrderPaid:
    return OrderPaid(timestamp=order.placed_at, data=order_view(order))


def order_shipped(
    order: Order, shipment_id: UUID, at: datetime, *, is_complete: bool
) -> OrderShipped:
    name = ids.encode("shp", shipment_id)
    parcel = next(each for each in order_detail(order).shipments if each.id == name)
    facts = ShippedFacts(
        order=order_view(order),
        shipment_id=name,
        carrier=parcel.carrier,
        shipped_at=parcel.shipped_at,
        items=parcel.items,
        is_complete=is_complete,
    )
    return OrderShipped(timestamp=at, data=facts)


def order_refunded(order: Order, refund_id: UUID, at: datetime) -> OrderRefunded:
    refund = _refund(order, refund_id)
    facts = RefundedFacts(
        order=order_view(order),
        refund_id=refund.id,
        cause=refund.cause,
        amount=refund.amount,
        items=refund.items,
    )
    return OrderRefunded(timestamp=at, data=facts)


def order_cancelled(order: Order, refund_id: UUID, at: datetime) -> OrderCancelled:
    refund = _refund(order, refund_id)
    facts = CancelledFacts(order=order_view(order), refund_id=refund.id, items=refund.items)
    return OrderCancelled(timestamp=at, data=facts)


def order_returned(order: Order, return_id: UUID, at: datetime) -> OrderReturned:
    name = ids.encode("ret", return_id)
    back = next(each for each in order_detail(order).returns if each.id == name)
    facts = ReturnedFacts(
        order=order_view(order),
        return_id=name,
        items=back.items,
        value_lost=back.value_lost,
    )
    return OrderReturned(timestamp=at, data=facts)


def _refund(order: Order, refund_id: UUID) -> RefundOut:
    name = ids.encode("ref", refund_id)
    return next(each for each in order_detail(order).refunds if each.id == name)


def show_facts(show: Show, products: Sequence[Product]) -> ShowFacts:
    own = [ids.encode("prod", product.id) for product in products]
    return ShowFacts(id=show.id, slug=show.slug, title=show.title, product_ids=own)


def sold_out(product: Product, now: datetime) -> ProductSoldOut:
    skus = [variant.sku for variant in product.variants]
    facts = SoldOutFacts(product_id=product.id, name=product.name, skus=skus)
    return ProductSoldOut(timestamp=now, data=facts)


def stock_changed(product: Product, variant: Variant, left: Stock, now: datetime) -> StockChanged:
    facts = StockFacts.model_validate(_left(product, variant, left))
    return StockChanged(timestamp=now, data=facts)


def stock_short(product: Product, variant: Variant, left: Stock, now: datetime) -> StockShort:
    facts = ShortFacts.model_validate({**_left(product, variant, left), "short": left.short})
    return StockShort(timestamp=now, data=facts)


def _left(product: Product, variant: Variant, left: Stock) -> dict[str, object]:
    return {
        "sku": variant.sku,
        "product_id": product.id,
        "in_stock": left.in_stock,
        "held": left.held,
        "version": left.version,
    }


def payout_sent(payout_id: UUID, amount: Money, at: datetime) -> PayoutSent:
    facts = PayoutFacts(payout_id=ids.encode("po", payout_id), amount=MoneyOut.of(amount))
    return PayoutSent(timestamp=at, data=facts)
