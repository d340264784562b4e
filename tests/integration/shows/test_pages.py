"""What a page of a show costs: everything is read once, however much the shelf holds."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.shows import service as shows
from showfloor.shows.schemas import ShowChange
from tests.people import add_floor, add_product
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
        with noted(app.state.database) as statements:
            answer = await client.get(f"{path}{floor.show.slug}")
        assert answer.status_code == 200
        assert len([text for text in statements if "FROM product " in text]) == 1
        assert len(statements) == most
