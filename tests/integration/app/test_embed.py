"""Why a frame stays empty, asked by the loader from a page of any origin."""

from __future__ import annotations

import httpx2
import pytest

from showfloor.kit.db import Database
from showfloor.merchants import service as merchants
from tests.people import add_floor, put_on_air

BRAND = "https://www.brand.example"


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        (BRAND, None),
        ("https://brand.example", "origin_not_allowed"),
        ("http://www.brand.example", "origin_not_allowed"),
        (None, "origin_not_allowed"),
    ],
)
async def test_check_names_an_origin_that_is_not_registered(
    client: httpx2.AsyncClient, database: Database, origin: str | None, code: str | None
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        seller = floor.sellers[0]
        await merchants.allow_origin(
            session, person=seller, merchant_id=next(iter(seller.merchant_ids)), origin=BRAND
        )
        await put_on_air(session, floor)

    answer = await client.get(
        f"/embed/{floor.show.slug}/check", headers={"Origin": origin} if origin else {}
    )

    assert answer.json() == {"code": code}
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_check_names_a_show_that_does_not_exist_or_is_a_draft(
    client: httpx2.AsyncClient, database: Database
) -> None:
    async with database.session() as session:
        draft = (await add_floor(session)).show

    for slug in ("nothing-here", draft.slug):
        answer = await client.get(f"/embed/{slug}/check", headers={"Origin": BRAND})
        assert answer.json() == {"code": "show_not_found"}
