"""Reactions to what happens below `shows`."""

from __future__ import annotations

from showfloor.catalog.events import PriceChanged, ProductChanged
from showfloor.kit.db import Session
from showfloor.shows.service.shelf import refresh_everywhere


async def on_price_changed(session: Session, event: PriceChanged) -> None:
    await refresh_everywhere(session, event.product_id)


async def on_product_changed(session: Session, event: ProductChanged) -> None:
    await refresh_everywhere(session, event.product_id)
