"""The shelf, changed by its host and by what happens to products at the same time."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.shows.errors import ShelfChanged, ShowNotFound
from showfloor.shows.service.shelf import refresh_everywhere
from showfloor.shows.types import ReplayFacts, ReplayState
from tests.people import FakeStreaming, add_floor, add_floor_on_air, add_host
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
            session,
            moment=FakeStreaming().now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=mug.id,
        )
        waiting = asyncio.create_task(refresh())
        await until_somebody_waits(database)
    await waiting

    async with database.session() as session:
        entries = (await realtime.snapshot(session, floor.show.id)).entries
    assert {key for key in entries if key.startswith("product/")} == {
        f"product/{ids.encode('prod', scarf.id)}"
    }


async def test_new_price_is_in_the_room_of_a_show_that_is_watched_again(
    database: Database,
) -> None:
    """Its goods are bought from there, so viewers have to see what they pay."""
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        mug = floor.products[0]
        await shows.end_show(session, person=floor.host, show_id=floor.show.id)
        await shows.set_replay(session, floor.show.id, ReplayFacts(ReplayState.READY, clock.now()))
    async with database.session() as session:
        await catalog.set_price(
            session,
            person=floor.sellers[0],
            variant_id=mug.variants[0].id,
            price=Money(100, "GBP"),
        )

    async with database.session() as session:
        await refresh_everywhere(session, mug.id)

    async with database.session() as session:
        entries = (await realtime.snapshot(session, floor.show.id)).entries
    price = entries[product_key(mug)]["variants"][0]["price"]
    assert price == {"amount": 100, "currency": "GBP"}


def product_key(product: Product) -> str:
    return f"product/{ids.encode('prod', product.id)}"


async def _order(database: Database, show_id: UUID) -> tuple[object, object]:
    """What the show and its room say."""
    async with database.session() as session:
        show = await shows.get_show(session, show_id)
        entries = (await realtime.snapshot(session, show_id)).entries
    return [ids.encode("prod", each) for each in show.product_ids], entries["show"]["product_ids"]


async def test_shelf_stands_in_the_order_of_its_host_in_the_room_too(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
    mug, scarf = (product.id for product in floor.products)

    for _ in range(2):
        async with database.session() as session:
            await shows.arrange_products(
                session, person=floor.host, show_id=floor.show.id, product_ids=[scarf, mug]
            )
        told = [ids.encode("prod", each) for each in (scarf, mug)]
        assert await _order(database, floor.show.id) == (told, told)


@pytest.mark.parametrize("wrong", [[], [0], [0, 0], [0, 0, 1], [0, 1, 2]])
async def test_order_of_other_products_is_refused_and_nothing_changes(
    database: Database, wrong: list[int]
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
    before = await _order(database, floor.show.id)
    products = [*(product.id for product in floor.products), ids.new()]

    with pytest.raises(ShelfChanged):
        async with database.session() as session:
            await shows.arrange_products(
                session,
                person=floor.host,
                show_id=floor.show.id,
                product_ids=[products[index] for index in reversed(wrong)],
            )

    assert await _order(database, floor.show.id) == before


async def test_stranger_does_not_arrange_the_shelf(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        stranger = await add_host(session)
    before = await _order(database, floor.show.id)

    with pytest.raises(ShowNotFound):
        async with database.session() as session:
            await shows.arrange_products(
                session,
                person=stranger,
                show_id=floor.show.id,
                product_ids=list(reversed(floor.show.product_ids)),
            )

    assert await _order(database, floor.show.id) == before


async def test_product_that_leaves_the_shelf_leaves_the_screen(database: Database) -> None:
    streaming = FakeStreaming()
    streaming.media_time = clock.now()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        gone, stays = [
            await shows.pin(
                session,
                moment=streaming.now,
                person=floor.host,
                show_id=floor.show.id,
                product_id=product.id,
            )
            for product in floor.products
        ]
        streaming.advance(2)

        await shows.remove_product(
            session,
            moment=streaming.now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[0].id,
        )
        on_screen = await shows.list_timeline(
            session, show_id=floor.show.id, at=streaming.media_time
        )

    assert on_screen == [stays]
    async with database.session() as session:
        carried = await shows.list_carried_cues(session, floor.show.id)
    ended = {cue.id for cue in carried if cue.end is not None}
    assert ended == {ids.encode("cue", gone.id)}
