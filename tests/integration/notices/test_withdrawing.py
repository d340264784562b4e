"""The buyer's page asks from which goods; page and mail name them. All without scripts."""

from __future__ import annotations

import re

import pytest

from tests.integration.checkout.shop import scalar
from tests.integration.notices.test_mails import Shop, own_guesses, shop
from tests.integration.notices.test_parcels import bought, posted, said
from tests.integration.notices.test_returns import plain

__all__ = ["own_guesses", "shop"]


async def choose(shop: Shop, page: str, **more: str) -> str:
    """Where the page sends who chose two of the first line's pieces, or as `more` says."""
    form = {"choice": "pieces", "after": "0"} | {
        name.replace("_", "-"): value for name, value in more.items()
    }
    answer = await shop.client.post(f"{page}/withdrawal", data=form)
    assert answer.status_code == 303
    return str(answer.headers["location"])


@pytest.mark.parametrize(
    ("language", "keep", "wrote"),
    [
        ("en", "What you keep stays paid", "I withdraw from the contract for the goods below"),
        ("ar", "ويبقى ما تحتفظ به مدفوعًا", "أرجع عن العقد في السلع المذكورة أدناه"),
    ],
)
async def test_buyer_chooses_goods_and_later_more(
    shop: Shop, language: str, keep: str, wrote: str
) -> None:
    desk, page = await bought(shop, language)
    asked = (await shop.client.get(f"{page}/withdrawal")).text
    await posted(shop)

    await choose(shop, page, line_0="1")
    shown = (await shop.client.get(page)).text
    first = (await posted(shop))[-1]
    again = (await shop.client.get(f"{page}/withdrawal")).text
    await choose(shop, page, after="1", line_0="1", line_1="1")
    second = (await posted(shop))[-1]

    # All of it is what the form says unless somebody changes it.
    assert re.search(r'<select[^>]*name="line-0">\s*<option value="2">', asked)
    assert re.search(r'<input type="checkbox" name="line-1" value="1" checked>', asked)
    assert f"{page}/withdrawal" in shown and keep in plain(shown)
    # A notice is a grid of two columns: whatever it says stands beside its icon.
    assert re.search(r'class="notice notice-accent" role="status">\s*<svg.*?</svg>\s*<div', shown)
    assert 'name="after" value="1"' in again and "<select" not in again.split("<form")[1]
    for kind in ("plain", "html"):
        text = plain(said(first, kind))
        assert wrote in text and keep in text and "22.00" in text and "66.00" not in text
        assert keep not in plain(said(second, kind))
        assert "66.00" in plain(said(second, kind))
    assert first["Message-ID"] != second["Message-ID"]
    assert (await desk.look())["owed"]["now"]["amount"] == 6600
    assert f"{page}/withdrawal" not in (await shop.client.get(page)).text


@pytest.mark.parametrize("line", [{}, {"line_0": "3"}, {"line_0": "many"}, {"after": "7"}])
async def test_choice_that_cannot_be_is_asked_for_again(shop: Shop, line: dict[str, str]) -> None:
    _, page = await bought(shop)

    where = await choose(shop, page, **line)

    assert where == f"{page}/withdrawal?choose=again"
    assert 'role="alert"' in (await shop.client.get(where)).text
    assert await scalar(shop.database, "select withdrawn_at from orders") is None


async def test_choice_sent_twice_withdraws_once_and_sends_one_mail(shop: Shop) -> None:
    desk, page = await bought(shop)
    await posted(shop)

    for _ in range(2):
        assert await choose(shop, page, line_0="1") == page
    mails = await posted(shop)

    assert (await desk.look())["items"][0]["withdrawn"] == 1
    assert sum("withdrawal_received" in str(mail["Message-ID"]) for mail in mails) == 1
