"""The buyer's page asks from which goods; page and mail name them. All without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from showfloor.kit import clock, messages
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


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"after": "0", "line-0": "1"},
        {"choice": "some", "line-0": "1"},
        {"choice": "pieces", "line-0": "1", "more": "x" * 5000},
    ],
)
async def test_form_that_cannot_be_read_is_not_for_everything(
    shop: Shop, form: dict[str, str]
) -> None:
    _, page = await bought(shop)

    answer = await shop.client.post(f"{page}/withdrawal", data=form)
    parts = await shop.client.post(f"{page}/withdrawal", files={"choice": "all"})

    where = f"{page}/withdrawal?choose=again"
    assert [each.headers["location"] for each in (answer, parts)] == [where, where]
    assert await scalar(shop.database, "select withdrawn_at from orders") is None


async def test_mail_about_goods_that_were_not_sent_asks_for_none(shop: Shop) -> None:
    """Although others are to come back."""
    desk, page = await bought(shop)
    await desk.ship(("SALT", 1))
    await choose(shop, page, line_0="2")
    first = said((await posted(shop))[-1], "plain")
    await choose(shop, page, after="1", line_1="1")
    second = said((await posted(shop))[-1], "plain")

    send = messages.translate("en", "mail.way_back.proof")
    assert (send in first, send in second) == (True, False)


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_page_says_what_stays_only_where_something_stays(shop: Shop, lang: str) -> None:
    """Whether money is due or went back."""

    def word(key: str) -> str:
        """Without the sum."""
        text = messages.translate(lang, f"order.{key}", total="")
        return text if key.endswith("paid_back") else text[-60:]

    everything = messages.translate(lang, "order.withdraw_all", total="")[:44]
    desk, page = await bought(shop, lang)
    await choose(shop, page, line_0="1")
    some = plain((await shop.client.get(page)).text)
    await desk.refund(("SALT", 1, 1))
    paid_back = plain((await shop.client.get(page)).text)
    await choose(shop, page, after="1", line_0="1")
    asked = plain((await shop.client.get(f"{page}/withdrawal")).text)
    await shop.client.post(f"{page}/withdrawal", data={"choice": "all", "after": "2"})
    rest = plain((await shop.client.get(page)).text)
    await desk.post("cancel")
    settled = plain((await shop.client.get(page)).text)

    assert word("withdrawn_some") in some and word("withdrawn_some_paid_back") in paid_back
    assert word("withdraw_rest") in asked and everything not in asked
    for text in (rest, settled):
        assert word("withdrawn_some") not in text and word("withdrawn_part_paid_back") not in text
    assert word("withdrawn_rest") in rest and word("withdrawn_rest_paid_back") in settled


async def test_each_proof_has_a_form_of_its_own(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.ship()
    sent = {"carrier": "Royal Mail", "tracking": "RM 1 GB"}
    await choose(shop, page, line_0="1")
    await shop.client.post(f"{page}/return-proof", data=sent)
    await choose(shop, page, after="1", line_1="1")
    before = (await shop.client.get(page)).text

    await shop.client.post(f"{page}/return-proof", data=sent | {"tracking": "RM 2", "covers": "1"})
    missing = await shop.client.post(f"{page}/return-proof", data={"covers": "1"})
    await shop.client.post(f"{page}/return-proof", data=sent | {"tracking": "RM 3"})
    after = (await shop.client.get(page)).text

    assert re.findall(r'id="carrier-(\w+)"', before) == ["1", "new"]
    assert re.findall(r'id="carrier-(\w+)"', after) == ["1", "2"]
    assert "RM 2" in after and "RM 3" in after and "RM 1 GB" not in after
    assert missing.headers["location"] == f"{page}?proof=1#way-back"
    asked = (await shop.client.get(f"{page}?proof=1")).text
    assert len(re.findall("<details[^>]* open", asked)) == 1 and 'role="alert"' in asked


async def test_page_without_its_question_says_what_is_due_and_not_what_would_be(
    shop: Shop,
) -> None:
    """Once the days for more are over."""
    desk, page = await bought(shop)
    await desk.ship()
    await desk.post(f"shipments/{desk.order['shipments'][0]['id']}/delivered")
    await choose(shop, page, line_0="1")
    later = clock.now() + timedelta(days=18)

    with clock.use(lambda: later):
        text = plain((await shop.client.get(f"{page}/withdrawal")).text)

    assert "Confirm withdrawal" not in text
    assert re.search(r"You get back \W?£22\.00", text)
    assert not re.search(r"You get back \W?£66\.00", text)


async def test_choice_sent_twice_withdraws_once_and_sends_one_mail(shop: Shop) -> None:
    desk, page = await bought(shop)
    await posted(shop)

    for _ in range(2):
        assert await choose(shop, page, line_0="1") == page
    mails = await posted(shop)

    assert (await desk.look())["items"][0]["withdrawn"] == 1
    assert sum("withdrawal_received" in str(mail["Message-ID"]) for mail in mails) == 1
