"""The websites that may carry a show are few enough for a header field."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.merchants import service as merchants
from showfloor.merchants.errors import TooManyOrigins
from showfloor.merchants.rules import MOST_ORIGINS
from showfloor.shows import service as shows
from showfloor.shows.schemas import ShowChange
from tests.people import add_floor

NGINX_BUFFER = 8192
"""Bytes in which nginx wants the whole head of an answer (proxy_buffer_size, deploy/nginx.conf has
the default of a 64-bit machine or more)."""


async def test_origins_of_a_merchant_are_limited_and_those_known_stay_welcome(
    client: httpx2.AsyncClient, database: Database
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        seller = floor.sellers[0]
        merchant = next(iter(seller.merchant_ids))
        await shows.change_show(
            session,
            person=floor.host,
            show_id=floor.show.id,
            change=ShowChange(starts_at=clock.now() + timedelta(hours=1)),
        )
        names = [f"https://{'x' * 50}.shop-{number}.example" for number in range(MOST_ORIGINS)]
        for name in [*names, names[0]]:
            await merchants.allow_origin(session, person=seller, merchant_id=merchant, origin=name)

    with pytest.raises(TooManyOrigins):
        async with database.session() as session:
            await merchants.allow_origin(
                session, person=seller, merchant_id=merchant, origin="https://more.example"
            )

    async with database.session() as session:
        known = await merchants.list_origins(session, person=seller, merchant_id=merchant)
    assert known == sorted(names)
    frame = await client.get(f"/embed/{floor.show.slug}")
    head = sum(len(name) + len(value) + 4 for name, value in frame.headers.raw)
    assert all(name in frame.headers["content-security-policy"] for name in names)
    assert head < NGINX_BUFFER
