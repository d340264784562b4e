"""What a product is called in one show: given once, kept wherever it stands, and never twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy.exc import IntegrityError

from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.db import Database, Session
from showfloor.realtime import service as realtime
from showfloor.shows import queries
from showfloor.shows import service as shows
from showfloor.shows.types import Show
from tests.integration.checkout.shop import execute
from tests.people import FakeStreaming, Floor, add_floor, add_host, add_key, add_product
from tests.waiting import until_somebody_waits


@dataclass
class Shelf:
    """A show with a mug and a scarf; `host` and `stranger` are headers of keys."""

    client: httpx2.AsyncClient
    database: Database
    floor: Floor
    host: dict[str, str]
    stranger: dict[str, str]

    @property
    def show(self) -> str:
        return f"/api/v1/shows/{ids.encode('show', self.floor.show.id)}"

    async def make(self, slug: str) -> Product:
        async with self.database.session() as session:
            return await add_product(session, self.floor.sellers[0], slug)

    async def add(self, slug: str) -> Product:
        product = await self.make(slug)
        await self.put_back(product)
        return product

    async def put_back(self, product: Product) -> None:
        async with self.database.session() as session:
            await self.put(session, product)

    async def put(self, session: Session, product: Product) -> None:
        await shows.add_product(
            session, person=self.floor.host, show_id=self.floor.show.id, product_id=product.id
        )

    async def remove(self, product: Product) -> None:
        async with self.database.session() as session:
            await shows.remove_product(
                session,
                moment=FakeStreaming().now,
                person=self.floor.host,
                show_id=self.floor.show.id,
                product_id=product.id,
            )

    async def number(
        self, product: Product, number: object, who: dict[str, str] | None = None
    ) -> tuple[int, str]:
        answer = await self.client.put(
            f"{self.show}/products/{ids.encode('prod', product.id)}/number",
            json={"item_number": number},
            headers=who or self.host,
        )
        return answer.status_code, answer.json().get("code", "")

    async def numbers(self) -> dict[str, int]:
        """By slug, in the order of the shelf; the room says the same."""
        answer = await self.client.get(self.show, headers=self.host)
        shown: dict[str, Any] = answer.json()
        async with self.database.session() as session:
            room = (await realtime.snapshot(session, self.floor.show.id)).entries["show"]
        assert (room["product_ids"], room["item_numbers"]) == (
            shown["product_ids"],
            shown["item_numbers"],
        )
        slugs = [product["slug"] for product in shown["products"]]
        return dict(zip(slugs, shown["item_numbers"], strict=True))


@pytest.fixture
async def shelf(client: httpx2.AsyncClient, database: Database) -> Shelf:
    async with database.session() as session:
        floor = await add_floor(session)
        host = await add_key(session, floor.host)
        stranger = await add_key(session, await add_host(session))
    return Shelf(client, database, floor, host, stranger)


async def test_numbers_follow_the_order_of_adding_and_stay_when_the_shelf_is_sorted(
    shelf: Shelf,
) -> None:
    await shelf.add("vase")
    assert list((await shelf.numbers()).items()) == [("mug", 1), ("scarf", 2), ("vase", 3)]

    async with shelf.database.session() as session:
        ordered = (await shows.get_show(session, shelf.floor.show.id)).product_ids[::-1]
        await shows.arrange_products(
            session, person=shelf.floor.host, show_id=shelf.floor.show.id, product_ids=ordered
        )

    assert list((await shelf.numbers()).items()) == [("vase", 3), ("scarf", 2), ("mug", 1)]


async def test_number_of_a_product_that_left_is_given_to_no_other(shelf: Shelf) -> None:
    """People still type what they heard a minute ago."""
    vase = await shelf.add("vase")
    await shelf.remove(vase)

    await shelf.add("lamp")
    assert await shelf.numbers() == {"mug": 1, "scarf": 2, "lamp": 4}

    await shelf.put_back(vase)
    await shelf.put_back(vase)
    assert await shelf.numbers() == {"mug": 1, "scarf": 2, "lamp": 4, "vase": 5}


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_products_that_are_added_at_one_moment_get_two_numbers(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Who comes second waits for the show's lock. Without it both take the same number, which the
    table has once.
    """
    locked = queries.show

    async def read(session: Session, show_id: UUID, *, lock: bool = False) -> Show | None:
        return await locked(session, show_id, lock=lock and guard)

    monkeypatch.setattr(queries, "show", read)
    vase, lamp = [await shelf.make(slug) for slug in ("vase", "lamp")]

    async with shelf.database.session() as session:
        await shelf.put(session, vase)
        second = asyncio.create_task(shelf.put_back(lamp))
        await until_somebody_waits(shelf.database)

    if guard:
        await second
        assert await shelf.numbers() == {"mug": 1, "scarf": 2, "vase": 3, "lamp": 4}
    else:
        with pytest.raises(IntegrityError, match="uq_show_product_show_id_item_number"):
            await second
        assert await shelf.numbers() == {"mug": 1, "scarf": 2, "vase": 3}


async def test_host_chooses_another_number_and_the_next_one_is_above_it(shelf: Shelf) -> None:
    mug, _ = shelf.floor.products

    assert await shelf.number(mug, 120) == (200, "")
    assert await shelf.number(mug, 120) == (200, "")
    await shelf.add("vase")

    assert await shelf.numbers() == {"mug": 120, "scarf": 2, "vase": 121}


async def test_after_the_last_number_the_lowest_free_one_is_given(shelf: Shelf) -> None:
    mug, _ = shelf.floor.products
    assert await shelf.number(mug, 9999) == (200, "")

    await shelf.add("vase")
    await shelf.add("lamp")

    assert await shelf.numbers() == {"mug": 9999, "scarf": 2, "vase": 1, "lamp": 3}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_number_of_another_product_is_refused_and_nothing_changes(
    shelf: Shelf, language: str
) -> None:
    mug, _ = shelf.floor.products

    answer = await shelf.client.put(
        f"{shelf.show}/products/{ids.encode('prod', mug.id)}/number",
        json={"item_number": 2},
        headers={**shelf.host, "Accept-Language": language},
    )

    said = {"en": "Another product of this show has this number.", "ar": "منتج آخر في هذا العرض"}
    assert (answer.status_code, answer.json()["code"]) == (409, "item_number_taken")
    assert answer.json()["detail"].startswith(said[language])
    assert await shelf.numbers() == {"mug": 1, "scarf": 2}


@pytest.mark.parametrize("number", [0, 10_000, -1, "12", 1.5])
async def test_what_is_no_number_of_four_digits_is_refused(shelf: Shelf, number: object) -> None:
    mug, _ = shelf.floor.products

    assert (await shelf.number(mug, number))[0] == (200 if number == "12" else 422)
    if number != "12":
        assert await shelf.numbers() == {"mug": 1, "scarf": 2}


async def test_who_does_not_run_the_show_numbers_nothing(shelf: Shelf) -> None:
    mug, _ = shelf.floor.products

    assert await shelf.number(mug, 7, shelf.stranger) == (404, "show_not_found")
    assert await shelf.numbers() == {"mug": 1, "scarf": 2}


async def test_product_that_is_not_in_the_show_gets_no_number(shelf: Shelf) -> None:
    async with shelf.database.session() as session:
        vase = await add_product(session, shelf.floor.sellers[0], "vase")

    assert await shelf.number(vase, 7) == (409, "product_not_in_show")
    assert await shelf.numbers() == {"mug": 1, "scarf": 2}


async def test_show_that_is_over_keeps_its_numbers(shelf: Shelf) -> None:
    mug, _ = shelf.floor.products
    await execute(shelf.database, "update show set state = 'ended', published_at = now()")

    assert await shelf.number(mug, 7) == (409, "show_state_conflict")
    assert await shelf.numbers() == {"mug": 1, "scarf": 2}


async def test_rehearsal_has_the_numbers_of_its_show(shelf: Shelf) -> None:
    _, scarf = shelf.floor.products
    await shelf.number(scarf, 40)

    started = await shelf.client.post(f"{shelf.show}/rehearsal", headers=shelf.host)

    assert started.status_code == 201
    assert started.json()["item_numbers"] == [1, 40]


async def test_page_without_script_says_the_numbers(shelf: Shelf) -> None:
    _, scarf = shelf.floor.products
    await shelf.number(scarf, 1234)
    await execute(shelf.database, "update show set state = 'live', published_at = now()")

    page = (await shelf.client.get(f"/s/{shelf.floor.show.slug}?lang=ar")).text

    assert '<span class="no num">1</span>' in page
    assert '<span class="no num">1234</span>' in page
