"""Sellers, hosts, who sells for whom, and which websites may carry a show."""

from __future__ import annotations

from uuid import UUID

import pytest

from showfloor.identity.errors import Forbidden
from showfloor.identity.service import operator
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.merchants import service
from showfloor.merchants.errors import (
    CreatorNotFound,
    MerchantNotFound,
    MerchantTaken,
    OriginInvalid,
)
from showfloor.merchants.types import Creator, Merchant
from tests.integration.checkout.shop import person


async def add_merchant(database: Database, slug: str) -> Merchant:
    async with database.session() as session:
        return await service.add_merchant(
            session,
            slug=slug,
            name={"en": slug.title(), "ar": "متجر"},
            about={"en": "Sells", "ar": "يبيع"},
            avatar_url="/m.webp",
            order_prefix="LW",
        )


async def add_creator(database: Database) -> Creator:
    async with database.session() as session:
        return await service.add_creator(
            session, name={"en": "Lina", "ar": "لينا"}, avatar_url="/lina.webp"
        )


async def allow(database: Database, who: Person, merchant: UUID, origin: str) -> str:
    async with database.session() as session:
        return await service.allow_origin(session, person=who, merchant_id=merchant, origin=origin)


async def origins(database: Database, *merchants: UUID) -> list[str]:
    async with database.session() as session:
        return await service.allowed_origins(session, merchants)


async def test_merchant_is_found_by_its_short_name_and_id(database: Database) -> None:
    merchant = await add_merchant(database, "loamwick")

    async with database.session() as session:
        assert await service.find_merchant(session, "loamwick") == merchant
        found = await service.get_merchants(session, [merchant.id, ids.new()])
    assert found == {merchant.id: merchant}


async def test_short_name_is_given_once(database: Database) -> None:
    first = await add_merchant(database, "loamwick")

    with pytest.raises(MerchantTaken):
        await add_merchant(database, "loamwick")

    async with database.session() as session:
        assert await service.find_merchant(session, "loamwick") == first


async def test_unknown_merchant_and_creator_are_not_found(database: Database) -> None:
    async with database.session() as session:
        with pytest.raises(MerchantNotFound):
            await service.find_merchant(session, "nobody")
        with pytest.raises(CreatorNotFound):
            await service.get_creator(session, ids.new())
        assert await service.get_creators(session, [ids.new()]) == {}


async def test_creator_is_found(database: Database) -> None:
    creator = await add_creator(database)

    async with database.session() as session:
        assert await service.get_creator(session, creator.id) == creator


async def test_origin_is_stored_as_browsers_compare_it_and_once(database: Database) -> None:
    merchant = (await add_merchant(database, "loamwick")).id
    seller = person(merchant)

    assert await allow(database, seller, merchant, "HTTPS://Brand.Example:443/") == (
        "https://brand.example"
    )
    await allow(database, seller, merchant, "https://brand.example")

    assert await origins(database, merchant) == ["https://brand.example"]


async def test_origins_of_several_merchants_are_all_allowed(database: Database) -> None:
    loam, zafra, other = [
        (await add_merchant(database, slug)).id for slug in ("loam", "zafra", "other")
    ]
    for merchant, origin in (
        (loam, "https://loam.example"),
        (zafra, "https://zafra.example"),
        (zafra, "https://loam.example"),
        (other, "https://other.example"),
    ):
        await allow(database, person(merchant), merchant, origin)

    assert sorted(set(await origins(database, loam, zafra))) == [
        "https://loam.example",
        "https://zafra.example",
    ]
    assert await origins(database) == []


async def test_forbidden_origin_is_gone_for_this_merchant_alone(database: Database) -> None:
    loam, zafra = [(await add_merchant(database, slug)).id for slug in ("loam", "zafra")]
    for merchant in (loam, zafra):
        await allow(database, person(merchant), merchant, "https://brand.example")

    for _ in range(2):  # twice is as good as once
        async with database.session() as session:
            await service.forbid_origin(
                session, person=person(loam), merchant_id=loam, origin="https://Brand.example/"
            )

    assert await origins(database, loam) == []
    assert await origins(database, zafra) == ["https://brand.example"]


async def test_operator_allows_nothing_for_a_merchant_that_is_none(database: Database) -> None:
    with pytest.raises(MerchantNotFound):
        await allow(database, operator(), ids.new(), "https://brand.example")


async def test_what_is_no_origin_changes_nothing(database: Database) -> None:
    merchant = (await add_merchant(database, "loamwick")).id

    with pytest.raises(OriginInvalid):
        await allow(database, person(merchant), merchant, "https://a.example; script-src *")

    assert await origins(database, merchant) == []


@pytest.mark.parametrize("use", ["allow", "list", "forbid", "partner"])
async def test_stranger_may_do_nothing_and_changes_nothing(database: Database, use: str) -> None:
    merchant, creator = (await add_merchant(database, "loamwick")).id, await add_creator(database)
    await allow(database, person(merchant), merchant, "https://brand.example")
    stranger = person((await add_merchant(database, "zafralune")).id, creator_id=creator.id)
    calls = {
        "allow": (service.allow_origin, {"origin": "https://evil.example"}),
        "list": (service.list_origins, {}),
        "forbid": (service.forbid_origin, {"origin": "https://brand.example"}),
        "partner": (service.allow_creator, {"creator_id": creator.id}),
    }
    call, arguments = calls[use]

    with pytest.raises(Forbidden):
        async with database.session() as session:
            await call(session, person=stranger, merchant_id=merchant, **arguments)  # type: ignore[operator]

    assert await origins(database, merchant) == ["https://brand.example"]
    async with database.session() as session:
        assert merchant not in await service.sellable_by(session, stranger)


async def test_own_people_list_their_origins(database: Database) -> None:
    merchant = (await add_merchant(database, "loamwick")).id
    await allow(database, person(merchant), merchant, "https://brand.example")

    async with database.session() as session:
        listed = await service.list_origins(session, person=person(merchant), merchant_id=merchant)

    assert listed == ["https://brand.example"]


async def test_host_sells_for_the_merchants_that_allowed_it(database: Database) -> None:
    loam, zafra = [(await add_merchant(database, slug)).id for slug in ("loam", "zafra")]
    lina, other = await add_creator(database), await add_creator(database)
    async with database.session() as session:
        for _ in range(2):  # twice is as good as once
            await service.allow_creator(
                session, person=person(loam), merchant_id=loam, creator_id=lina.id
            )

    async with database.session() as session:
        sellable = [
            await service.sellable_by(session, who)
            for who in (
                person(creator_id=lina.id),
                person(creator_id=other.id),
                person(zafra, creator_id=lina.id),
                person(zafra),
            )
        ]

    assert sellable == [{loam}, frozenset(), {loam, zafra}, {zafra}]
