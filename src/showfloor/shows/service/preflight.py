"""Before going live: everything that can be known is looked at in one go."""

from __future__ import annotations

from showfloor.catalog import service as catalog
from showfloor.catalog.types import PricedProduct
from showfloor.kit.contract import Health, SoundMeasure
from showfloor.kit.db import Session
from showfloor.media import service as media
from showfloor.media.types import IngestState
from showfloor.merchants import service as merchants
from showfloor.shows.rules import preflight as rules
from showfloor.shows.service.destinations import get_broadcast
from showfloor.shows.service.recording_copy import get_signal
from showfloor.shows.types import Check, Preflight, Show
from showfloor.stock import service as stock


async def check_preflight(
    session: Session, show: Show, *, sound: SoundMeasure | None, secret: str
) -> Preflight:
    """`sound` is what `streaming` measured; None when it could not be asked."""
    shelf = await _shelf(session, show)
    health = await _health(session, show)
    sellers = {priced.merchant.id for priced in shelf}
    return Preflight(
        (
            *rules.camera_checks(health),
            *rules.sound_checks(health, sound),
            *await _shelf_checks(session, shelf),
            rules.frame_check(await merchants.allowed_origins(session, sellers)),
            rules.disclosure_check(show.disclosures),
            *await _destination_checks(session, show, secret),
        )
    )


async def _health(session: Session, show: Show) -> Health | None:
    ingest = await get_signal(session, show.id)
    return ingest.health if ingest.state is IngestState.PUBLISHING else None


async def _shelf(session: Session, show: Show) -> list[PricedProduct]:
    priced = await catalog.get_priced_products(session, show.product_ids, show.currency)
    return [priced[product] for product in show.product_ids if product in priced]


async def _shelf_checks(session: Session, shelf: list[PricedProduct]) -> list[Check]:
    variants = [variant.id for priced in shelf for variant in priced.product.variants]
    found = await stock.stock_of(session, variants)
    return rules.shelf_checks(shelf, {id: stock.for_sale for id, stock in found.items()})


async def _destination_checks(session: Session, show: Show, secret: str) -> list[Check]:
    views = await media.list_destinations(
        session, show_id=show.id, broadcast=await get_broadcast(session, show), secret=secret
    )
    return rules.destination_checks(
        [view.broken_rules for view in views if view.destination.wanted]
    )
