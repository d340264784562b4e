"""What a show sells right now and for how much, kept for up to a second.

A thousand buyers of one drop ask for the same few rows. The price that is charged is the one that
is answered, so a price that is up to a second old harms nobody; a show that ended is closed to
buyers within that second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.shows import service as shows

SECONDS = 1.0
_MOST_SHOWS = 500


@dataclass(frozen=True, slots=True)
class Offers:
    """`by_sku` has every variant on the shelf that has a price in the show's currency."""

    on_air: bool
    by_sku: Mapping[str, tuple[UUID, Money]]


class Shelf:
    """One for each process."""

    def __init__(self, database: Database, seconds: float = SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._loading: dict[UUID, tuple[float, asyncio.Task[Offers]]] = {}

    async def offers(self, show_id: UUID) -> Offers:
        """Raises ShowNotFound. Buyers who ask at once wait for one answer."""
        found = self._loading.get(show_id)
        if found is None or clock.monotonic() - found[0] > self._seconds:
            if len(self._loading) >= _MOST_SHOWS:
                self._loading.clear()
            found = clock.monotonic(), asyncio.create_task(self._load(show_id))
            self._loading[show_id] = found
        try:
            # Shielded: a buyer who hangs up must not take the answer from the others.
            return await asyncio.shield(found[1])
        except Exception:
            self._loading.pop(show_id, None)
            raise

    async def _load(self, show_id: UUID) -> Offers:
        async with self._database.session() as session:
            show = await shows.get_show(session, show_id)
            products = await catalog.get_products(session, show.product_ids)
            variants = [variant for product in products for variant in product.variants]
            prices = await catalog.prices(
                session, [variant.id for variant in variants], show.currency
            )
        offers = {
            variant.sku: (variant.id, prices[variant.id])
            for variant in variants
            if variant.id in prices
        }
        return Offers(show.state.on_air, offers)
