"""Reactions to what happens below `shows`."""

from __future__ import annotations

from showfloor.catalog.events import PriceChanged, ProductChanged
from showfloor.identity.events import LeftCreator
from showfloor.kit.db import Session
from showfloor.shows.service.access import end_moderation
from showfloor.shows.service.shelf import refresh_everywhere


async def on_price_changed(session: Session, event: PriceChanged) -> None:
    await refresh_everywhere(session, event.product_id)


async def on_product_changed(session: Session, event: ProductChanged) -> None:
    await refresh_everywhere(session, event.product_id)


async def on_left_creator(session: Session, event: LeftCreator) -> None:
    await end_moderation(
        session, person_id=event.person_id, creator_id=event.creator_id, by_id=event.by_id
    )
