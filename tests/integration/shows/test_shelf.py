"""The shelf, changed by its host and by what happens to products at the same time."""

from __future__ import annotations

import asyncio

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.shows.service.shelf import refresh_everywhere
from tests.people import FakeStreaming, add_floor, put_on_air
from tests.waiting import until_somebody_waits


async def test_new_price_does_not_bring_back_a_product_that_left(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
    mug, scarf = floor.products

    async def refresh() -> None:
        async with database.session() as session:
            await refresh_everywhere(session, mug.id)

    async with database.session() as session:
        await shows.remove_product(
            session, FakeStreaming(), person=floor.host, show_id=floor.show.id, product_id=mug.id
        )
        waiting = asyncio.create_task(refresh())
        await until_somebody_waits(database)
    await waiting

    async with database.session() as session:
        entries = (await realtime.snapshot(session, floor.show.id)).entries
    assert {key for key in entries if key.startswith("product/")} == {
        f"product/{ids.encode('prod', scarf.id)}"
    }


async def test_product_that_leaves_the_shelf_leaves_the_screen(database: Database) -> None:
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
        gone, stays = [
            await shows.pin(
                session, streaming, person=floor.host, show_id=floor.show.id, product_id=product.id
            )
            for product in floor.products
        ]
        streaming.advance(2)

        await shows.remove_product(
            session,
            streaming,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[0].id,
        )
        on_screen = await shows.list_timeline(
            session, show_id=floor.show.id, at=streaming.media_time
        )

    assert on_screen == [stays]
    assert streaming.calls[2:] == [("end", ids.encode("cue", gone.id))]
