"""The receipt of an order is a file on the buyer's page and on the desk."""

from __future__ import annotations

import asyncio
import re
import threading
from io import BytesIO
from typing import Literal

import pytest
from pypdf import PdfReader
from sqlalchemy.pool import QueuePool

from showfloor.identity.types import GrantKind
from showfloor.kit import drawing as drawing_aside
from showfloor.kit import pdf
from showfloor.kit.minutes import PerMinute
from showfloor.kit.paper import Paper
from showfloor.orders import http as orders_http
from tests.integration.notices.test_mails import Shop, own_guesses, shop
from tests.integration.notices.test_parcels import bought
from tests.people import add_key, add_person, add_seller
from tests.waiting import BOUND, until

__all__ = ["own_guesses", "shop"]


@pytest.mark.parametrize(("language", "word"), [("en", "Receipt"), ("ar", "إيصال")])
async def test_page_leads_to_the_receipt_in_its_language(
    shop: Shop, language: str, word: str
) -> None:
    desk, page = await bought(shop, language)
    html = (await shop.client.get(page)).text

    (link,) = re.findall(rf'href="({page}/receipt.pdf[^"]*)"', html)
    answer = await shop.client.get(link)

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert word in text and "SALT" in text and "CLAY" in text
    assert (await desk.look())["number"] in text


async def test_desk_has_the_receipt_for_its_own_orders(shop: Shop) -> None:
    desk, _ = await bought(shop)
    async with shop.database.session() as session:
        stranger = await add_seller(session, "zafralune")
        other = await add_key(session, stranger)
    own = await own_key(shop)
    path = f"{desk.path}/receipt"

    good, foreign, nobody = [
        await shop.counter.client.get(path, headers=headers) for headers in (own, other, {})
    ]

    assert good.status_code == 200 and good.content.startswith(b"%PDF")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "order_not_found")
    assert nobody.status_code == 401


async def test_receipt_is_drawn_without_a_connection(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, page = await bought(shop)
    held: list[int] = []

    def draw(_receipt: Paper) -> bytes:
        pool = shop.database.engine.pool
        assert isinstance(pool, QueuePool)
        held.append(pool.checkedout())
        return b"%PDF"

    monkeypatch.setattr(pdf, "draw", draw)
    await shop.client.get(f"{page}/receipt.pdf")
    await shop.counter.client.get(f"{desk.path}/receipt", headers=await own_key(shop))

    assert held == [0, 0]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_receipts_are_drawn_one_at_a_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Two that are asked for at once; the turns are the guard."""
    _, page = await bought(shop)
    turns, go_on = Turns(1 if guard else 2), threading.Event()
    drawing: list[int] = []
    most: list[int] = []

    def draw(_receipt: Paper) -> bytes:
        drawing.append(1)
        most.append(len(drawing))
        go_on.wait(BOUND)
        drawing.pop()
        return b"%PDF"

    monkeypatch.setattr(drawing_aside, "_drawing", turns)
    monkeypatch.setattr(pdf, "draw", draw)
    asked = [asyncio.create_task(shop.client.get(f"{page}/receipt.pdf")) for _ in range(2)]
    await until(lambda: turns.asked == 2 and len(drawing) == (1 if guard else 2))
    go_on.set()
    answers = await asyncio.gather(*asked)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert max(most) == (1 if guard else 2)


class Turns(asyncio.Semaphore):
    """Counts who asked."""

    asked = 0

    async def acquire(self) -> Literal[True]:
        self.asked += 1
        return await super().acquire()


async def test_network_that_asks_for_many_receipts_waits(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, page = await bought(shop)
    own = await own_key(shop)
    monkeypatch.setattr(orders_http, "_receipts", PerMinute(1))

    first = await shop.client.get(f"{page}/receipt.pdf")
    second = await shop.client.get(f"{page}/receipt.pdf")
    third = await shop.counter.client.get(f"{desk.path}/receipt", headers=own)

    assert (first.status_code, second.status_code) == (200, 429)
    assert (third.status_code, third.json()["code"]) == (429, "rate_limited")


async def own_key(shop: Shop) -> dict[str, str]:
    async with shop.database.session() as session:
        person = await add_person(session, "Ida", (GrantKind.MERCHANT, shop.merchant))
        return await add_key(session, person)


async def test_guessed_receipt_is_none(shop: Shop) -> None:
    await bought(shop)

    answer = await shop.client.get(f"/o/{'x' * 43}/receipt.pdf")

    assert answer.status_code == 404
