"""Events of the modules below become messages to the merchants that they concern."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.kit.notify import wake
from showfloor.orders import service as orders
from showfloor.orders.types import Order
from showfloor.shows import service as shows
from showfloor.stock import service as stock
from showfloor.stock.types import Stock
from showfloor.webhooks import queries, views
from showfloor.webhooks.schemas import Content, ShowEnded, ShowStarted
from showfloor.webhooks.service.sending import WEBHOOKS
from showfloor.webhooks.types import EventType, Message

_ABOUT_STOCK = {EventType.STOCK_CHANGED, EventType.PRODUCT_SOLD_OUT, EventType.STOCK_SHORT}


async def note_order_paid(session: Session, *, order_id: UUID, merchant_id: UUID) -> None:
    """To the seller: the order, and what is left of its goods. One statement where nobody
    listens.
    """
    wanted = (await queries.wanted(session, [merchant_id])).get(merchant_id)
    order = await orders.find_order(session, order_id) if wanted else None
    if not wanted or order is None:
        return
    if EventType.ORDER_PAID in wanted:
        await _add(session, merchant_id, order.number, views.order_paid(order))
    if wanted & _ABOUT_STOCK:
        await note_stock(session, variant_ids={item.variant_id for item in order.items})


async def note_order(
    session: Session,
    event: EventType,
    *,
    order_id: UUID,
    merchant_id: UUID,
    content: Callable[[Order], Content],
) -> None:
    """To the seller: what became of an order after it was paid. One statement where nobody listens.
    What it does to stock is an event of its own.
    """
    if event not in (await queries.wanted(session, [merchant_id])).get(merchant_id, set()):
        return
    if (order := await orders.find_order(session, order_id)) is not None:
        await _add(session, merchant_id, order.number, content(order))


async def note_stock(session: Session, *, variant_ids: Collection[UUID]) -> None:
    """To the sellers of these variants: what is left of them."""
    named = set(variant_ids)
    owners = await catalog.get_products_of_variants(session, named)
    products = {product.id: product for product in owners.values()}.values()
    wanted = await queries.wanted(session, {product.merchant_id for product in products})
    if not any(events & _ABOUT_STOCK for events in wanted.values()):
        return
    every = [variant.id for product in products for variant in product.variants]
    left, now = await stock.stock_of(session, every), clock.now()
    for product in products:
        events = wanted.get(product.merchant_id, set())
        await _add_changes(session, product, named & left.keys(), left, now, events)
        if EventType.PRODUCT_SOLD_OUT in events:
            await _add_sold_out(session, product, left, now)


async def _add_changes(
    session: Session,
    product: Product,
    variant_ids: Collection[UUID],
    left: Mapping[UUID, Stock],
    now: datetime,
    events: Collection[EventType],
) -> None:
    for variant in product.variants:
        if variant.id not in variant_ids:
            continue
        stock = left[variant.id]
        if EventType.STOCK_CHANGED in events:
            content = views.stock_changed(product, variant, stock, now)
            await _add(session, product.merchant_id, variant.sku, content)
        if EventType.STOCK_SHORT in events and stock.short:
            short = views.stock_short(product, variant, stock, now)
            await _add(session, product.merchant_id, variant.sku, short)


async def _add_sold_out(
    session: Session, product: Product, left: Mapping[UUID, Stock], now: datetime
) -> None:
    """Once, until there is something again."""
    there = [left[variant.id] for variant in product.variants if variant.id in left]
    if any(each.in_stock > 0 for each in there):
        await queries.note_in_stock(session, [product.id])
    elif there and await queries.note_sold_out(session, product.id):
        await _add(session, product.merchant_id, product.slug, views.sold_out(product, now))


async def note_show_started(session: Session, *, show_id: UUID, at: datetime) -> None:
    """To everybody whose products are on its shelf."""
    await _add_show(session, show_id, at, EventType.SHOW_STARTED)


async def note_show_ended(session: Session, *, show_id: UUID, at: datetime) -> None:
    await _add_show(session, show_id, at, EventType.SHOW_ENDED)


async def _add_show(session: Session, show_id: UUID, at: datetime, event: EventType) -> None:
    show = await shows.get_show(session, show_id)
    products = await catalog.get_products(session, show.product_ids)
    sellers = {product.merchant_id for product in products}
    for merchant_id, wanted in (await queries.wanted(session, sellers)).items():
        if event not in wanted:
            continue
        own = [product for product in products if product.merchant_id == merchant_id]
        facts = views.show_facts(show, own)
        content: Content = (
            ShowStarted(timestamp=at, data=facts)
            if event is EventType.SHOW_STARTED
            else ShowEnded(timestamp=at, data=facts)
        )
        await _add(session, merchant_id, show.slug, content)


async def note_payout(
    session: Session, *, payout_id: UUID, merchant_id: UUID, amount: Money, at: datetime
) -> None:
    """To the seller whose money is on its way to the bank."""
    wanted = (await queries.wanted(session, [merchant_id])).get(merchant_id, set())
    if EventType.PAYOUT_SENT in wanted:
        content = views.payout_sent(payout_id, amount, at)
        await _add(session, merchant_id, content.data.payout_id, content)


async def _add(session: Session, merchant_id: UUID, about: str, content: Content) -> None:
    """In the transaction of the event: the message and all its deliveries, or none."""
    message = new_message(merchant_id, about, content)
    endpoints = await queries.endpoints_for(session, message)
    if endpoints:
        await queries.add_message(session, message, {each: ids.new() for each in endpoints})
        wake(session, WEBHOOKS)


def new_message(merchant_id: UUID, about: str, content: Content) -> Message:
    return Message(
        id=ids.new(),
        merchant_id=merchant_id,
        type=EventType(content.type),
        about=about,
        body=content.model_dump_json(),
        made_at=clock.now(),
    )
