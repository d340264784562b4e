"""The websites that may carry a show are few enough for a header field."""

from __future__ import annotations

import re
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
from tests.architecture.sources import ROOT
from tests.people import add_floor

NGINX_BUFFER = 1024 * int(
    re.findall(r"proxy_buffer_size (\d+)k;", (ROOT / "deploy" / "nginx.conf").read_text("utf-8"))[0]
)
"""Bytes in which nginx wants the whole head of an answer."""
LONGEST = 253


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
        names = [
            f"https://shop-{number:02}.{'x' * (LONGEST - 24)}.example"
            for number in range(MOST_ORIGINS)
        ]
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
    assert MOST_ORIGINS * LONGEST < head < NGINX_BUFFER / 4, "there is room for several sellers"
