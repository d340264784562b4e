"""Everybody who is synthetic in one rehearsal: viewers in the room and before the picture, and
buyers of what is pinned, one after the other.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from pydantic import SecretStr

from showfloor.app.asgi import create_app
from showfloor.app.rehearsing.buyer import Bought, buy
from showfloor.app.rehearsing.scratch import stock_left
from showfloor.app.rehearsing.viewer import AGAIN, follow_room, watch
from showfloor.app.settings import Settings
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.checkout.deps import CheckoutDeps
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.kit.network import tls_context
from showfloor.markets.service import get_market
from showfloor.media import service as media
from showfloor.shows.types import RehearsalFigures, Show

VIEWERS = 5
PAUSE = 4.0
"""Seconds between two purchases."""


class Crowd:
    """Of one rehearsal. `figures` is what was found so far."""

    def __init__(self, settings: Settings, show: Show) -> None:
        self._settings = settings
        self._show = show
        self._viewers = self._pieces = self._purchases = 0
        self._taken = Money(0, show.currency)
        self._refused: Counter[str] = Counter()
        self._pins: dict[str, str] = {}
        self.stock: dict[str, int] = {}
        """What is left for its buyers, by SKU; empty before the first of them came."""

    @property
    def figures(self) -> RehearsalFigures:
        return RehearsalFigures(
            self._viewers, self._pieces, self._purchases, self._taken, dict(self._refused)
        )

    async def run(self, schema: str) -> None:
        """Until cancelled. `schema` is what `scratch` made."""
        async with (
            httpx2.AsyncClient(verify=tls_context(), trust_env=False) as client,
            public_api(self._settings, schema) as shop,
            asyncio.TaskGroup() as group,
        ):
            for number in range(VIEWERS):
                group.create_task(self._be_in_room(client, first=number == 0))
                group.create_task(self._see(client))
            group.create_task(self._buy_for_ever(shop, schema))

    async def _be_in_room(self, client: httpx2.AsyncClient, *, first: bool) -> None:
        shown = ids.encode("show", self._show.id)
        url = f"{self._settings.internal_rooms}/rooms/{shown}/events"
        while True:
            here = False
            try:
                async for event in follow_room(client, url):
                    self._viewers += not here
                    here = True
                    if first:
                        self._hear(event)
            except httpx2.HTTPError:
                pass  # the room server was restarted: the viewer comes back, as a page does
            finally:
                self._viewers -= here
            await asyncio.sleep(AGAIN)

    def _hear(self, event: dict[str, object]) -> None:
        """Which products are pinned."""
        entries = event.get("entries")
        if isinstance(entries, dict):
            self._pins.clear()
        else:
            entries = {event.get("key"): event.get("value")}
        for key, value in entries.items():
            if not str(key).startswith("cue/"):
                continue
            self._pins.pop(str(key), None)
            if isinstance(value, dict) and value["kind"] == "pin" and value["end"] is None:
                self._pins[str(key)] = value["payload"]["product_id"]

    async def _see(self, client: httpx2.AsyncClient) -> None:
        token, _ = media.get_preview_tokens(self._settings.secret, self._show.id)
        shown = ids.encode("show", self._show.id)
        url = f"{self._settings.internal_media}/live/{shown}/index.m3u8?preview={token}"
        async for _piece in watch(client, url):
            self._pieces += 1

    async def _buy_for_ever(self, shop: httpx2.AsyncClient, schema: str) -> None:
        while True:
            await self.buy_once(shop)
            self.stock = await stock_left(self._settings.database_url, schema)
            await asyncio.sleep(PAUSE)

    async def buy_once(self, shop: httpx2.AsyncClient) -> None:
        """One guest buys something that is pinned, or else anything on the shelf."""
        answer = await shop.get(f"/shows/{ids.encode('show', self._show.id)}")
        products = answer.raise_for_status().json()["products"]
        pinned = [each for each in products if each["id"] in self._pins.values()]
        skus = [variant["sku"] for each in pinned or products for variant in each["variants"]]
        if skus:
            country = get_market(self._show.market).country
            shown = ids.encode("show", self._show.id)
            self._count(await buy(shop, shown, secrets.choice(skus), country))

    def _count(self, bought: Bought) -> None:
        if bought.paid is None:
            self._refused[bought.refused] += 1
            return
        self._purchases += 1
        self._taken = Money(self._taken.amount + bought.paid.amount, bought.paid.currency)


@asynccontextmanager
async def public_api(settings: Settings, schema: str) -> AsyncIterator[httpx2.AsyncClient]:
    """The public API as it is served to everybody, on the scratch schema and with play money alone,
    in this process: nobody else reaches it. What it signs is worth nothing elsewhere.
    """
    database = Database(settings.database_url, size=2, pool_size=2, schema=schema)
    with tempfile.TemporaryDirectory(prefix="showfloor-rehearsal-") as folder:
        secret = ids.secret(48)
        own = settings.model_copy(
            update={
                "mode": "test",
                "data": Path(folder),
                "secret": secret,
                "stripe_secret_key": SecretStr(""),
                "stripe_publishable_key": "",
                "smtp_url": SecretStr(""),
                "storage_url": "",
            }
        )
        app = create_app(own, database)
        for replaced in app.state.checkout.providers.values():
            await replaced.close()
        provider = TestProvider(mode="test", folder=own.test_payments, secret=secret)
        app.state.checkout = CheckoutDeps(
            database, secret=secret, hold_seconds=own.hold_seconds, providers={"test": provider}
        )
        await database.open()
        transport = httpx2.ASGITransport(app=app)
        try:
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://localhost/api/v1", trust_env=False
            ) as client:
                yield client
        finally:
            await provider.close()
            await app.state.streaming.close()
            await app.state.readiness.close()
            await database.close()
