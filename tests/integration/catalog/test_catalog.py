"""Products and their prices on a real PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from showfloor.catalog import service
from showfloor.catalog.errors import ProductInvalid, ProductNotFound, SkuTaken, VariantNotFound
from showfloor.catalog.types import NewProduct, PricedProduct, PriorPrice
from showfloor.catalog.views import product_view
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from tests.integration.checkout.shop import add_product, add_seller, person, scalar, words


async def test_product_comes_back_as_it_was_added(database: Database) -> None:
    seller = await add_seller(database)
    added = await add_product(database, seller, ("SALT", "CLAY"))

    async with database.session() as session:
        assert await service.get_products(session, [ids.new(), added.id]) == [added]


async def test_products_cost_two_queries_for_one_and_for_three(database: Database) -> None:
    seller = await add_seller(database)
    products = [(await add_product(database, seller, (sku,))).id for sku in ("A", "B", "C")]
    counted: list[str] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda *args: counted.append(args[2])
    )

    for asked in (products[:1], products):
        counted.clear()
        async with database.session() as session:
            assert [found.id for found in await service.get_products(session, asked)] == asked
        assert len(counted) == 2


async def test_sku_is_taken_for_one_merchant_only(database: Database) -> None:
    first, second = await add_seller(database), await add_seller(database, "zafralune", "ZL")
    await add_product(database, first, ("SAME",))
    await add_product(database, second, ("SAME",))

    with pytest.raises(SkuTaken):
        await add_product(database, first, ("SAME",))
    assert await scalar(database, "select count(*) from product") == 2


async def test_product_that_is_not_whole_leaves_nothing(database: Database) -> None:
    seller = await add_seller(database)
    empty = NewProduct(seller.merchant.id, "empty", words("Empty"), words("E"), words("E"), ())

    with pytest.raises(ProductInvalid) as refused:
        async with database.session() as session:
            await service.add_product(session, person=seller.person, product=empty)
    assert refused.value.params == {"problem": "a product needs a variant"}
    assert await scalar(database, "select count(*) from product") == 0


async def test_foreign_merchant_cannot_add_price_or_read(database: Database) -> None:
    seller, stranger = await add_seller(database), person(ids.new())
    product = await add_product(database, seller)
    variant = product.variants[0].id

    async with database.session() as session:
        with pytest.raises(ProductNotFound):
            await service.get_own_product(session, person=stranger, product_id=product.id)
        with pytest.raises(VariantNotFound):
            await service.set_price(
                session, person=stranger, variant_id=variant, price=Money(1, "GBP")
            )
        foreign = await service.list_sellable_products(
            session, person=stranger, merchant_id=seller.merchant.id
        )
        assert foreign.products == ()
        assert await service.prices(session, [variant], "GBP") == {variant: Money(2200, "GBP")}


async def test_price_is_the_newest_that_has_begun(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller)
    variant, now = product.variants[0].id, clock.now()
    async with database.session() as session:
        with clock.use(lambda: now + timedelta(hours=1)):
            await service.set_price(
                session, person=seller.person, variant_id=variant, price=Money(1900, "GBP")
            )
            await service.set_price(
                session, person=seller.person, variant_id=variant, price=Money(1800, "GBP")
            )

    async with database.session() as session:
        assert await service.prices(session, [variant, ids.new()], "GBP") == {
            variant: Money(2200, "GBP")
        }
        with clock.use(lambda: now + timedelta(hours=2)):
            assert await service.prices(session, [variant], "GBP") == {variant: Money(1800, "GBP")}
            assert await service.prices(session, [variant], "EUR") == {}
    assert (
        await scalar(
            database, "select count(*) from outbox_event where kind = 'catalog.price_changed.v1'"
        )
        == 2
    )


@pytest.mark.parametrize(
    "change", ["update price set amount = 1", "delete from price", "truncate price"]
)
async def test_price_history_cannot_be_changed(database: Database, change: str) -> None:
    await add_product(database, await add_seller(database))

    with pytest.raises(IntegrityError, match="prices are history"):
        async with database.session() as session:
            await session.execute(text(change))
    assert await scalar(database, "select amount from price where currency = 'GBP'") == 2200


async def test_pages_follow_each_other_without_gap(database: Database) -> None:
    seller = await add_seller(database)
    products = [(await add_product(database, seller, (sku,))).id for sku in ("A", "B", "C")]

    seen, cursor = [], None
    async with database.session() as session:
        while page := await service.list_sellable_products(
            session, person=seller.person, limit=2, cursor=cursor
        ):
            seen += [product.id for product in page.products]
            if (cursor := page.next_cursor) is None:
                break
    assert seen == products


async def test_card_leaves_out_what_has_no_price(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, ("SALT", "CLAY"))
    salt = product.variants[0]

    priced = PricedProduct(product, {salt.id: Money(2200, "GBP")}, seller.merchant)

    card = product_view(priced).model_dump(mode="json")

    assert card["id"] == ids.encode("prod", product.id)
    assert card["merchant"] == {
        "id": ids.encode("mer", seller.merchant.id),
        "slug": "loamwick",
        "name": words("loamwick"),
        "avatar_url": "/loamwick.webp",
    }
    assert card["options"][0]["values"][0] == {
        "code": "salt",
        "name": words("Salt"),
        "swatch": None,
    }
    assert card["variants"] == [
        {
            "sku": "SALT",
            "options": {"model": "salt"},
            "price": {"amount": 2200, "currency": "GBP"},
            "prior_price": None,
            "pictures": [],
        }
    ]


async def test_reduction_is_read_from_the_history(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, ("SALT", "CLAY"))
    salt, clay = (variant.id for variant in product.variants)
    cut, at = clock.now() + timedelta(days=40), timedelta()

    async def priors(currency: str = "GBP") -> dict[UUID, PriorPrice]:
        async with database.session() as session:
            with clock.use(lambda: cut + at):
                found = await service.get_priced_products(session, [product.id], currency)
        assert found[product.id].prices.keys() == {salt, clay}
        return dict(found[product.id].prior_prices)

    async with database.session() as session:
        with clock.use(lambda: cut):
            for variant, amount in ((salt, 1800), (clay, 2300)):
                await service.set_price(
                    session, person=seller.person, variant_id=variant, price=Money(amount, "GBP")
                )

    assert await priors() == {salt: PriorPrice(Money(2200, "GBP"), cut + timedelta(days=30))}
    assert await priors("USD") == {}
    at = timedelta(days=30)
    assert await priors() == {}


async def test_price_set_high_to_be_cut_shows_no_reduction_but_the_newest_price_would(
    database: Database,
) -> None:
    """The twin: compared with the price just before, as shops do, it would claim 30 off."""
    seller = await add_seller(database)
    product = await add_product(database, seller)
    variant, start = product.variants[0].id, clock.now() + timedelta(days=40)
    async with database.session() as session:
        for days, amount in ((0, 5000), (1, 2100)):
            moment = start + timedelta(days=days)
            with clock.use(lambda moment=moment: moment):
                await service.set_price(
                    session, person=seller.person, variant_id=variant, price=Money(amount, "GBP")
                )
        with clock.use(lambda: start + timedelta(days=2)):
            priced = (await service.get_priced_products(session, [product.id], "GBP"))[product.id]
        with clock.use(lambda: start + timedelta(hours=1)):
            before = (await service.prices(session, [variant], "GBP"))[variant]

    assert priced.prior_prices[variant].price == Money(2200, "GBP")
    assert before == Money(5000, "GBP")
