"""The products of a show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import PricedProduct
from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.media.types import MediaMoment
from showfloor.merchants import service as merchants
from showfloor.shows import queries
from showfloor.shows.errors import (
    ItemNumberTaken,
    NotAllowedInState,
    ProductNotInShow,
    ProductNotSellable,
    ShelfChanged,
    SkuConflict,
)
from showfloor.shows.service.access import get_own_show
from showfloor.shows.service.cues import end_cues_of_product
from showfloor.shows.service.room import publish_product, publish_show, withdraw_product
from showfloor.shows.types import Show, ShowWithShelf


async def add_product(session: Session, *, person: Person, show_id: UUID, product_id: UUID) -> Show:
    """Put a product on the shelf.

    Raises ShowNotFound, ProductNotSellable, SkuConflict, NotAllowedInState.
    """
    show = await _open_show(session, person, show_id)
    products = {
        product.id: product
        for product in await catalog.get_products(session, [*show.product_ids, product_id])
    }
    product = products.get(product_id)
    if product is None or product.merchant_id not in await merchants.sellable_by(session, person):
        raise ProductNotSellable
    others = {
        variant.sku
        for other in products.values()
        if other.id != product_id
        for variant in other.variants
    }
    if others & {variant.sku for variant in product.variants}:
        raise SkuConflict
    prices = await catalog.prices(
        session, [variant.id for variant in product.variants], show.currency
    )
    if len(prices) < len(product.variants):
        raise ProductNotSellable
    await queries.add_product(session, show_id, product_id)
    await refresh_product(session, show_id=show_id, product_id=product_id, currency=show.currency)
    return await _publish_order(session, show)


async def remove_product(
    session: Session, *, person: Person, show_id: UUID, product_id: UUID, moment: MediaMoment
) -> None:
    """Take a product off the shelf and its cues off the screen at `moment`; what is held stays
    held.

    Raises ShowNotFound, NotAllowedInState, ProductInDrop, StreamingUnavailable.
    """
    show = await _open_show(session, person, show_id)
    await end_cues_of_product(session, show_id=show_id, product_id=product_id, moment=moment)
    await queries.remove_product(session, show_id, product_id)
    await withdraw_product(session, show_id, product_id)
    await _publish_order(session, show)


async def arrange_products(
    session: Session, *, person: Person, show_id: UUID, product_ids: Sequence[UUID]
) -> Show:
    """The whole shelf in its new order; the same order again changes nothing.

    Raises ShowNotFound, NotAllowedInState, ShelfChanged (the shelf holds other products by now).
    """
    show = await _open_show(session, person, show_id)
    if sorted(product_ids) != sorted(show.product_ids):
        raise ShelfChanged
    await queries.arrange_products(session, show_id, product_ids)
    return await _publish_order(session, show)


async def number_product(
    session: Session, *, person: Person, show_id: UUID, product_id: UUID, item_number: int
) -> Show:
    """What people say and type for a product in this show from now on; the same number again
    changes nothing.

    Raises ShowNotFound, NotAllowedInState, ProductNotInShow, ItemNumberTaken.
    """
    show = await _open_show(session, person, show_id)
    if product_id not in show.product_ids:
        raise ProductNotInShow
    has_it = show.product_of(item_number)
    if has_it == product_id:
        return show
    if has_it is not None:
        raise ItemNumberTaken
    await queries.number_product(session, show_id, product_id, item_number)
    return await _publish_order(session, show)


async def refresh_product(
    session: Session, *, show_id: UUID, product_id: UUID, currency: str
) -> None:
    """Tell the room what the product and its prices are now."""
    priced = await catalog.get_priced_products(session, [product_id], currency)
    await publish_product(session, show_id, priced[product_id])


async def refresh_everywhere(session: Session, product_id: UUID) -> None:
    """A price changed: every room that carries the product hears of it.

    Prices are read under the show's lock, so that no older one is told later; shows are locked by
    id, so that no two wait in a ring.
    """
    for show_id in await queries.open_shows_with_product(session, product_id):
        show = await queries.show(session, show_id, lock=True)
        if show is not None and product_id in show.product_ids:
            await refresh_product(
                session, show_id=show_id, product_id=product_id, currency=show.currency
            )


async def with_shelf(session: Session, show: Show) -> ShowWithShelf:
    """The show with its host and what it sells."""
    return (await with_shelves(session, [show]))[0]


async def with_shelves(session: Session, shows: Sequence[Show]) -> list[ShowWithShelf]:
    """Several at a time; the number of statements does not grow with the number of shows, only with
    that of currencies.
    """
    hosts = await merchants.get_creators(session, {show.host_creator_id for show in shows})
    priced: dict[str, dict[UUID, PricedProduct]] = {}
    for currency in {show.currency for show in shows}:
        wanted = {
            product_id
            for show in shows
            if show.currency == currency
            for product_id in show.product_ids
        }
        priced[currency] = await catalog.get_priced_products(session, sorted(wanted), currency)
    return [
        ShowWithShelf(
            show,
            hosts[show.host_creator_id],
            tuple(priced[show.currency][product_id] for product_id in show.product_ids),
        )
        for show in shows
    ]


async def _publish_order(session: Session, show: Show) -> Show:
    shelf = await queries.shelf(session, show.id)
    arranged = replace(
        show,
        product_ids=tuple(product_id for product_id, _ in shelf),
        item_numbers=tuple(number for _, number in shelf),
    )
    await publish_show(session, arranged)
    return arranged


async def _open_show(session: Session, person: Person, show_id: UUID) -> Show:
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    if show.state.over:
        raise NotAllowedInState(state=show.state.value, step="change")
    return show
