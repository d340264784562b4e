"""Counts with their reasons, counts of the merchant's own shop, and pieces that are missing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from showfloor.catalog.errors import VariantNotFound
from showfloor.catalog.types import Product
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.errors import IdempotencyConflict
from showfloor.stock import service
from showfloor.stock.errors import LeaseTooLarge, ReferenceUsed, SoldOut, StockVersionOld
from showfloor.stock.service import Told, counting
from showfloor.stock.types import ChangeReason, ProductFilter, Shelf, Stock
from tests.integration.checkout.shop import (
    Seller,
    add_product,
    add_seller,
    execute,
    let_expire,
    line,
    person,
    scalar,
    stock_now,
    take,
)


def told(
    reason: ChangeReason,
    pieces: int,
    *,
    version: int | None = None,
    key: str = "",
    request: bytes = b"same",
) -> Told:
    return Told(reason, pieces, "note", version, key or ids.secret(), request)


async def change(database: Database, seller: Seller, product: Product, what: Told) -> None:
    async with database.session() as session:
        await service.change_stock(
            session, person=seller.person, variant_id=product.variants[0].id, told=what
        )


async def say(
    database: Database, seller: Seller, product: Product, count: int, version: int
) -> bool:
    async with database.session() as session:
        return await service.report_count(
            session,
            person=seller.person,
            variant_id=product.variants[0].id,
            in_stock=count,
            version=version,
        )


async def sell_elsewhere(
    database: Database, seller: Seller, product: Product, quantity: int, reference: str
) -> None:
    async with database.session() as session:
        await service.report_sale(
            session,
            person=seller.person,
            variant_id=product.variants[0].id,
            quantity=quantity,
            reference=reference,
        )


async def shelf(database: Database, product: Product) -> Shelf:
    variant_id = product.variants[0].id
    async with database.session() as session:
        return (await service.shelf_of(session, [variant_id]))[variant_id]


async def buy(database: Database, product: Product, quantity: int) -> None:
    held = await take(database, line(product, quantity), scope=ids.new())
    async with database.transaction() as connection:
        hold = await service.lock_hold(connection, held.id)
        assert hold is not None
        await service.settle(connection, hold)


async def test_each_reason_changes_the_count_and_is_a_row(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    version = (await shelf(database, product)).stock.version

    for what in (
        told(ChangeReason.COUNTED, 8, version=version),
        told(ChangeReason.ARRIVED, 4),
        told(ChangeReason.DAMAGED, 1),
        told(ChangeReason.SOLD_ELSEWHERE, 2),
    ):
        await change(database, seller, product, what)

    async with database.session() as session:
        changes = await service.changes_of(session, [product.variants[0].id])
    assert [(each.reason, each.before, each.after) for each in changes] == [
        (ChangeReason.SOLD_ELSEWHERE, 11, 9),
        (ChangeReason.DAMAGED, 12, 11),
        (ChangeReason.ARRIVED, 8, 12),
        (ChangeReason.COUNTED, 10, 8),
        (ChangeReason.COUNTED, 0, 10),
    ]
    assert {each.person_id for each in changes} == {seller.person.id}
    assert (await shelf(database, product)).stock.in_stock == 9


async def test_same_key_changes_stock_once(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    gone = told(ChangeReason.DAMAGED, 3, key="k" * 16)

    for _ in range(2):
        await change(database, seller, product, gone)
    with pytest.raises(IdempotencyConflict):
        other = told(ChangeReason.DAMAGED, 4, key="k" * 16, request=b"other")
        await change(database, seller, product, other)

    assert (await stock_now(database, product)).in_stock == 7


async def test_foreign_stock_is_not_found_and_stays(database: Database) -> None:
    seller, stranger = await add_seller(database), person(ids.new())
    product = await add_product(database, seller, on_hand=10)
    variant_id = product.variants[0].id

    async with database.session() as session:
        with pytest.raises(VariantNotFound):
            await service.change_stock(
                session,
                person=stranger,
                variant_id=variant_id,
                told=told(ChangeReason.DAMAGED, 1),
            )
        with pytest.raises(VariantNotFound):
            await service.find_variant(session, person=stranger, sku="MUG")
    assert (await stock_now(database, product)).in_stock == 10


async def old_message(database: Database) -> tuple[bool, int]:
    """A count that the own shop made before three pieces were sold here; whether it was taken, and
    what is left to be sold.
    """
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=5)
    version = (await shelf(database, product)).stock.version
    await buy(database, product, 3)

    taken = await say(database, seller, product, 5, version)

    return taken, (await stock_now(database, product)).available


async def test_old_message_never_raises_sold_stock(database: Database) -> None:
    assert await old_message(database) == (False, 2)


async def test_without_versions_an_old_message_sells_what_is_sold_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: five pieces, three sold, and five for sale again."""
    monkeypatch.setattr(counting.rules, "is_current", lambda stock, version: True)

    assert await old_message(database) == (True, 5)


async def test_count_races_a_purchase_and_never_undoes_it(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=5)
    version = (await shelf(database, product)).stock.version

    _, taken = await asyncio.gather(
        buy(database, product, 3), say(database, seller, product, 5, version)
    )

    stock = await stock_now(database, product)
    # Said before the purchase it holds 5 that were there then; after it, it is refused.
    assert (stock.sold, stock.in_stock) == (3, 2), taken


async def test_current_count_is_taken_over_and_noted(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=5)
    await buy(database, product, 3)
    version = (await shelf(database, product)).stock.version

    assert await say(database, seller, product, 7, version)

    now = await shelf(database, product)
    assert (now.stock.in_stock, now.stock.sold) == (7, 3)
    assert now.report is not None
    assert (now.report.said, now.report.ours, now.report.accepted) == (7, 2, True)
    assert not await say(database, seller, product, 9, version)
    late = (await shelf(database, product)).report
    assert late is not None and (late.said, late.accepted) == (9, False)


async def twice_reported(database: Database) -> int:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    for _ in range(2):
        await sell_elsewhere(database, seller, product, 3, "shop-1001")
    return (await stock_now(database, product)).available


async def test_sale_of_the_own_shop_counts_once(database: Database) -> None:
    assert await twice_reported(database) == 7


async def test_without_references_a_repeated_sale_counts_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: neither looked up nor unique."""
    await execute(
        database, "alter table stock_change drop constraint uq_stock_change_variant_id_reference"
    )

    async def unknown(*_: object) -> None:
        return None

    monkeypatch.setattr(counting.queries, "change_of_reference", unknown)

    try:
        assert await twice_reported(database) == 4
    finally:
        await execute(database, "truncate stock_change")
        await execute(
            database,
            "alter table stock_change add constraint uq_stock_change_variant_id_reference"
            " unique (variant_id, reference)",
        )


async def test_reference_with_another_quantity_is_refused(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    await sell_elsewhere(database, seller, product, 3, "shop-1001")

    with pytest.raises(ReferenceUsed):
        await sell_elsewhere(database, seller, product, 4, "shop-1001")
    assert (await stock_now(database, product)).available == 7


async def cut_below_what_is_held(database: Database) -> tuple[Seller, Product]:
    """Ten pieces: three sold, four held; then the own shop sells eight."""
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    await buy(database, product, 3)
    held = await take(database, line(product, 4), scope=ids.new())
    await sell_elsewhere(database, seller, product, 8, "shop-1")
    assert (await stock_now(database, product)).short == 5
    await let_expire(database, held.id)
    return seller, product


async def test_missing_pieces_are_not_sold_when_holds_end(database: Database) -> None:
    seller, product = await cut_below_what_is_held(database)

    # The hold ran out; its pieces are not there.
    with pytest.raises(SoldOut) as refused:
        await take(database, line(product, 1), scope=ids.new())
    assert refused.value.extra == {"lines": [{"sku": "MUG", "available": 0}]}
    async with database.transaction() as connection:
        await service.release_expired(connection)
    assert (await stock_now(database, product)).short == 1
    with pytest.raises(SoldOut):
        await take(database, line(product, 1), scope=ids.new())
    async with database.session() as session:
        page = await service.list_product_ids(
            session, person=seller.person, which=ProductFilter.SHORT
        )
    assert page.product_ids == (product.id,)


async def test_without_counting_the_missing_they_are_sold(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what is committed stays, and nobody remembers that it is not there."""
    honest = counting.rules.counted

    def forgetful(stock: Stock, in_stock: int) -> Stock:
        return replace(honest(stock, in_stock), missing=0)

    monkeypatch.setattr(counting.rules, "counted", forgetful)
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    held = await take(database, line(product, 4), scope=ids.new())
    await sell_elsewhere(database, seller, product, 10, "shop-1")
    await let_expire(database, held.id)

    # Nothing is left, and somebody gets four.
    await take(database, line(product, 4), scope=ids.new())


async def test_arrived_pieces_make_up_for_the_missing(database: Database) -> None:
    seller, product = await cut_below_what_is_held(database)
    async with database.transaction() as connection:
        await service.release_expired(connection)

    await change(database, seller, product, told(ChangeReason.ARRIVED, 3))

    stock = await stock_now(database, product)
    assert (stock.short, stock.available) == (0, 2)
    await take(database, line(product, 2), scope=ids.new())
    with pytest.raises(SoldOut):
        await take(database, line(product, 1), scope=ids.new())


async def test_piece_that_comes_back_is_the_one_that_was_missing(database: Database) -> None:
    _, product = await cut_below_what_is_held(database)
    async with database.transaction() as connection:
        await service.release_expired(connection)
    variant_id = product.variants[0].id

    async with database.session() as session:
        await service.put_back(session, {variant_id: 1})

    assert (await stock_now(database, product)).short == 0
    with pytest.raises(SoldOut):
        await take(database, line(product, 1), scope=ids.new())


async def test_lease_leaves_the_rest_to_the_own_shop(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    variant_id, moment = product.variants[0].id, clock.now()

    async def keep(quantity: int, version: int | None) -> None:
        async with database.session() as session:
            await service.keep_for_show(
                session,
                person=seller.person,
                variant_id=variant_id,
                quantity=quantity,
                seconds=3600,
                version=version,
            )

    version = (await shelf(database, product)).stock.version
    with clock.use(lambda: moment):
        with pytest.raises(LeaseTooLarge):
            await keep(11, version)
        await keep(6, version)
        assert (await shelf(database, product)).for_own_shop == 4
        await buy(database, product, 2)
        kept = await shelf(database, product)
        assert kept.lease is not None
        assert (kept.lease.left(kept.stock), kept.for_own_shop) == (4, 4)
        with pytest.raises(StockVersionOld):
            await keep(6, version)
        await keep(8, kept.stock.version)
        assert (await shelf(database, product)).for_own_shop == 0
        await sell_elsewhere(database, seller, product, 1, "shop-1")
        broken = await shelf(database, product)
        assert broken.lease is not None
        assert broken.lease.left(broken.stock) > broken.stock.available
    with clock.use(lambda: moment + timedelta(hours=1, seconds=1)):
        assert (await shelf(database, product)).lease is None
        assert (await shelf(database, product)).for_own_shop == 7
    await keep(5, None)
    await keep(0, None)
    assert (await shelf(database, product)).lease is None


async def test_lease_ends_also_when_pieces_are_missing(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=10)
    variant_id = product.variants[0].id

    async def keep(quantity: int) -> None:
        async with database.session() as session:
            await service.keep_for_show(
                session,
                person=seller.person,
                variant_id=variant_id,
                quantity=quantity,
                seconds=3600,
                version=None,
            )

    await keep(6)
    await buy(database, product, 3)
    await sell_elsewhere(database, seller, product, 8, "shop-1")
    assert (await shelf(database, product)).stock.available == -1
    with pytest.raises(LeaseTooLarge):
        await keep(1)
    await keep(0)

    assert (await shelf(database, product)).lease is None


async def test_products_are_found_by_what_is_wrong_with_them(database: Database) -> None:
    seller = await add_seller(database)
    empty = await add_product(database, seller, ("EMPTY",), on_hand=0)
    full = await add_product(database, seller, ("FULL",), on_hand=3)
    other = await add_product(database, await add_seller(database, "zafralune", "ZL"), ("MINE",))
    await say(database, seller, full, 4, 99)

    async def found(which: ProductFilter, words: str = "") -> tuple[object, ...]:
        async with database.session() as session:
            page = await service.list_product_ids(
                session, person=seller.person, which=which, words=words
            )
        return page.product_ids

    assert await found(ProductFilter.ALL) == (full.id, empty.id)
    assert await found(ProductFilter.SOLD_OUT) == (empty.id,)
    assert await found(ProductFilter.NO_PICTURE) == (full.id, empty.id)
    assert await found(ProductFilter.DIFFERS) == (full.id,)
    assert await found(ProductFilter.ALL, "thing ful") == (full.id,)
    assert await found(ProductFilter.ALL, "100%") == ()
    assert other.id not in await found(ProductFilter.ALL)
    async with database.session() as session:
        counts = await service.count_products(session, person=seller.person)
    assert counts == {
        ProductFilter.ALL: 2,
        ProductFilter.SOLD_OUT: 1,
        ProductFilter.NO_PICTURE: 2,
        ProductFilter.SHORT: 0,
        ProductFilter.DIFFERS: 1,
    }


async def test_changes_are_announced(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=5)
    before = await scalar(
        database, "select count(*) from outbox_event where kind = 'stock.changed.v1'"
    )
    assert isinstance(before, int)

    await sell_elsewhere(database, seller, product, 1, "shop-1")

    assert (
        await scalar(database, "select count(*) from outbox_event where kind = 'stock.changed.v1'")
        == before + 1
    )
