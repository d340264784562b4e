"""What a page of a show costs: everything is read once, however much the shelf holds."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import text

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.kit.recent import Recent
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow, ShowChange
from showfloor.stock import service as stock
from tests.people import add_floor, add_host, add_key, add_product
from tests.statements import noted

EMBED_STATEMENTS = 9
"""Show, shelf, host, products, variants, prices, merchants, stock, origins."""


@pytest.mark.parametrize(
    ("path", "most"), [("/s/", EMBED_STATEMENTS - 1), ("/embed/", EMBED_STATEMENTS)]
)
async def test_page_reads_its_products_once_for_two_and_for_four(
    app: FastAPI, client: httpx2.AsyncClient, database: Database, path: str, most: int
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        await shows.change_show(
            session,
            person=floor.host,
            show_id=floor.show.id,
            change=ShowChange(starts_at=clock.now() + timedelta(hours=1)),
        )

    for extra in ((), ("vase", "lamp")):
        async with database.session() as session:
            for slug in extra:
                product = await add_product(session, floor.sellers[0], slug)
                await shows.add_product(
                    session, person=floor.host, show_id=floor.show.id, product_id=product.id
                )
        # A page is kept for a second; this one is asked for anew.
        app.state.pages = app.state.frames = Recent(seconds=0, most=1)
        with noted(app.state.database) as statements:
            answer = await client.get(f"{path}{floor.show.slug}")
        assert answer.status_code == 200
        assert len([text for text in statements if "FROM product " in text]) == 1
        assert len(statements) == most


@pytest.mark.parametrize(
    ("title", "languages"),
    [({"ar": "صباح هادئ"}, ["ar"]), ({"en": "Slow morning", "ar": " \u200b"}, ["en"])],
)
async def test_title_in_one_language_is_shown_to_readers_of_both(
    client: httpx2.AsyncClient, database: Database, title: dict[str, str], languages: list[str]
) -> None:
    async with database.session() as session:
        host = await add_host(session)
        show = await shows.create_show(
            session,
            person=host,
            new=NewShow(title=title, market="gb", starts_at=clock.now() + timedelta(hours=1)),
        )

    answer = (await client.get(f"/api/v1/shows/{ids.encode('show', show.id)}")).json()
    pages = [(await client.get(f"/s/{show.slug}?lang={lang}")).text for lang in ("en", "ar")]

    written = title[languages[0]]
    assert answer["title"] == {"en": written, "ar": written}
    assert answer["languages"] == languages
    assert all(written in page for page in pages)


async def test_description_is_stored_shown_and_taken_away(
    client: httpx2.AsyncClient, database: Database
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        host, stranger = (
            await add_key(session, floor.host),
            await add_key(session, await add_host(session)),
        )
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"
    words = {"en": "Cups and bowls.\n\nAll thrown by hand."}

    given = await client.patch(path, headers=host, json={"description": words})
    refused = await client.patch(path, headers=stranger, json={"description": {"en": "Mine"}})
    other = await client.patch(path, headers=host, json={"cue_offset_ms": 100})
    gone = await client.patch(path, headers=host, json={"description": None})

    assert given.json()["description"] == {"en": words["en"], "ar": words["en"]}
    assert refused.status_code == 404
    assert other.json()["description"] == given.json()["description"]
    assert gone.json()["description"] is None


async def test_next_is_the_host_s_own_show_or_else_the_soonest(
    client: httpx2.AsyncClient, database: Database
) -> None:
    async def plan(session: Session, host: Person, hours: int) -> str:
        starts_at = clock.now() + timedelta(hours=hours)
        new = NewShow(title={"en": f"In {hours}"}, market="gb", starts_at=starts_at)
        show = await shows.create_show(session, person=host, new=new)
        return ids.encode("show", show.id)

    async def next_after(show: str) -> str | None:
        answer = (await client.get(f"/api/v1/shows/{show}/next")).json()["show"]
        return answer["id"] if answer else None

    async with database.session() as session:
        host, other = await add_host(session), await add_host(session)
        now = await plan(session, host, 0)
    assert await next_after(now) is None

    async with database.session() as session:
        soonest = await plan(session, other, 1)
    assert await next_after(now) == soonest

    async with database.session() as session:
        own = [await plan(session, host, hours) for hours in (48, 24)]
    assert await next_after(now) == own[1]


@pytest.mark.parametrize("title", [{}, {"en": " "}, {"en": "\u200b", "ar": ""}, {"fr": "Matin"}])
def test_title_that_nobody_sees_is_refused(title: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        NewShow(title=title, market="gb")


async def test_product_that_nobody_counted_is_sold_out_on_the_page(
    app: FastAPI, client: httpx2.AsyncClient, database: Database
) -> None:
    """Nobody can buy it; a count puts it on sale."""
    async with database.session() as session:
        floor = await add_floor(session)
        await shows.change_show(
            session,
            person=floor.host,
            show_id=floor.show.id,
            change=ShowChange(starts_at=clock.now() + timedelta(hours=1)),
        )
        new = await add_product(session, floor.sellers[0], "vase")
        await session.execute(text("delete from stock_item"))
        await shows.add_product(
            session, person=floor.host, show_id=floor.show.id, product_id=new.id
        )
    app.state.pages = Recent(seconds=0, most=1)

    uncounted = (await client.get(f"/s/{floor.show.slug}?lang=en")).text
    async with database.session() as session:
        await stock.set_on_hand(
            session, person=floor.sellers[0], variant_id=new.variants[0].id, on_hand=7
        )
    counted = (await client.get(f"/s/{floor.show.slug}?lang=en")).text

    left = [set(stock_of(page).values()) for page in (uncounted, counted)]
    assert left == [{0}, {0, 7}]
    of_shelf = [page.count('<p class="price-line">Sold out') for page in (uncounted, counted)]
    assert of_shelf[0] - of_shelf[1] == 1


def stock_of(page: str) -> dict[str, int]:
    found = re.search(r'id="page-data">(.*?)</script>', page, re.S)
    assert found
    counts: dict[str, int] = json.loads(found[1])["stock"]
    return counts
