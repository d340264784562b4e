"""The receipt of an order is a file on the buyer's page and on the desk."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from showfloor.identity.types import GrantKind
from tests.integration.notices.test_mails import Shop, own_guesses, shop
from tests.integration.notices.test_parcels import bought
from tests.people import add_key, add_person, add_seller

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
        person = await add_person(session, "Ida", (GrantKind.MERCHANT, shop.merchant))
        own = await add_key(session, person)
    path = f"{desk.path}/receipt"

    good, foreign, nobody = [
        await shop.counter.client.get(path, headers=headers) for headers in (own, other, {})
    ]

    assert good.status_code == 200 and good.content.startswith(b"%PDF")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "order_not_found")
    assert nobody.status_code == 401


async def test_guessed_receipt_is_none(shop: Shop) -> None:
    await bought(shop)

    answer = await shop.client.get(f"/o/{'x' * 43}/receipt.pdf")

    assert answer.status_code == 404
