"""The statement of a month as a file for the bookkeeper."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import httpx2
import pytest
from pypdf import PdfReader

from showfloor.identity.http import get_caller
from showfloor.identity.types import Person
from showfloor.kit import clock, ids, messages
from showfloor.kit.minutes import PerMinute
from showfloor.ledger import http as ledger_http
from tests.integration.checkout.shop import add_seller
from tests.integration.ledger.conftest import Shop


@pytest.fixture(autouse=True)
def own_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers are counted in the process, and all tests come from one address."""
    monkeypatch.setattr(ledger_http, "_papers", PerMinute(3))


async def ask(shop: Shop, somebody: Person, period: str = "", query: str = "") -> httpx2.Response:
    shop.counter.app.dependency_overrides[get_caller] = lambda: somebody
    month = period or f"{clock.now():%Y-%m}"
    return await shop.counter.client.get(f"/statements/{month}/paper{query}")


def amounts_of(content: bytes) -> list[int]:
    """Every sum of money in the file, in the order in which it stands there, in pence."""
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return [int(each.replace(".", "")) for each in re.findall(r"(?<!\d)\d+\.\d\d(?!\d)", text)]


@pytest.mark.parametrize("lang", messages.LANGUAGES)
async def test_paper_has_the_sums_of_the_books(shop: Shop, lang: str) -> None:
    desk = await shop.buy(2)
    await desk.refund(("SALT", 1, 0))
    await shop.hear()
    month = f"{clock.now():%Y-%m}"
    (statement,) = (await shop.get(f"/statements?period={month}"))["statements"]
    entries = (await shop.get("/ledger/entries"))["items"]

    answer = await ask(shop, shop.seller.person, query=f"?lang={lang}")

    assert answer.headers["content-type"] == "application/pdf"
    assert f"statement-{month}.pdf" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-store"
    moved = [each["amount"]["amount"] for each in statement["movements"]]
    opening, closing = statement["opening"]["amount"], statement["closing"]["amount"]
    assert amounts_of(answer.content) == [abs(each) for each in (opening, *moved, closing)]
    assert min(moved) < 0 < closing == opening + sum(moved)
    assert closing == sum(each["amount"]["amount"] for each in entries)
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert messages.translate(lang, "money.kind.refund") in " ".join(text.split())


@pytest.mark.parametrize("months", [1, 3])
async def test_month_after_the_last_sale_begins_and_ends_with_the_same_sum(
    shop: Shop, months: int
) -> None:
    await shop.buy(2)
    await shop.hear()
    later = clock.now() + timedelta(days=31 * months)

    with clock.use(lambda: later):
        answer = await ask(shop, shop.seller.person)

    opening, closing = amounts_of(answer.content)
    assert opening == closing > 0


async def test_nobody_prints_the_books_of_others(shop: Shop) -> None:
    await shop.buy(2)
    await shop.hear()
    other = await add_seller(shop.database, "zafralune", "ZL")
    theirs = ids.encode("mer", shop.seller.merchant.id)

    foreign = await ask(shop, other.person, query=f"?account={theirs}")
    own = await ask(shop, other.person)

    assert (foreign.status_code, foreign.json()["code"]) == (404, "account_not_found")
    text = PdfReader(BytesIO(own.content)).pages[0].extract_text()
    assert "Nothing moved in this month" in text and "Paid by buyers" not in text


async def test_what_is_no_month_and_too_many_papers_are_refused(shop: Shop) -> None:
    months = ["2026-13", "november", f"{clock.now() + timedelta(days=32):%Y-%m}", "2026-11"]

    answers = [await ask(shop, shop.seller.person, month) for month in months]

    codes = [each.json()["code"] for each in answers]
    assert codes == ["period_invalid"] * 3 + ["rate_limited"]
