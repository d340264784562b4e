"""A viewer claims a coupon in the show, buys with it, and reads it on the page of the order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_buy import fill_card, fill_details
from tests.journeys.test_chat import DESK, PHONE, visitor
from tests.journeys.test_look import look

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "claim": "Claim it",
        "terms": "All terms",
        "its_terms": "Terms of the coupon",
        "once": "Once for each person.",
        "choose": "Choose something",
        "later": "Not now",
        "by_itself": "It takes itself off at checkout",
        "less": "−£4.00",
        "remove": "Remove the coupon Slow morning",
        "removed": "Coupon removed. You still have it.",
        "use": "Use the coupon",
        "line": "Show coupon Slow morning",
    },
    "ar": {
        "claim": "أخذ القسيمة",
        "terms": "الشروط كلها",
        "its_terms": "شروط القسيمة",
        "once": "مرة واحدة لكل شخص.",
        "choose": "اختيار منتج",
        "later": "ليس الآن",
        "by_itself": "تُطبَّق وحدها عند الدفع",
        "less": "4.00",
        "remove": "إزالة القسيمة صباح هادئ",
        "removed": "أُزيلت القسيمة، وما زالت لك.",
        "use": "استعمال القسيمة",
        "line": "قسيمة العرض صباح هادئ",
    },
}


@contextmanager
def open_coupon(demo: Installation) -> Iterator[dict[str, Any]]:
    """The host plans it, the seller agrees, the host opens it; other journeys find none."""
    show = f"/shows/{demo.facts['show_id']}"
    with demo.api("host") as host, demo.api("merchant") as merchant:
        found = host.get(show).json()["products"]
        mug = next(each for each in found if each["id"] == demo.facts["product_ids"]["mug"])
        terms = {
            "merchant_id": mug["merchant"]["id"],
            "name": {"en": "Slow morning", "ar": "صباح هادئ"},
            "kind": "amount",
            "value": 400,
            "quota": 100,
            "valid_s": 86_400,
        }
        coupon = host.post(f"{show}/coupons", json=terms).json()
        assert merchant.post(f"/coupons/{coupon['id']}/agree", json={}).is_success
        opened = host.post(f"/coupons/{coupon['id']}/open")
        assert opened.is_success, opened.text
        try:
            yield {"mug": mug["id"], **opened.json()}
        finally:
            host.post(f"/coupons/{coupon['id']}/close")


def claim(page: Page, said: dict[str, str], name: str) -> None:
    card = page.locator("article[data-coupon]:visible")
    expect(card.get_by_role("button", name=said["claim"])).to_be_visible()
    card.get_by_text(said["terms"]).click()
    expect(card.get_by_text(said["once"])).to_be_visible()
    assert look(page, f"{name}-card") == []
    card.get_by_text(said["terms"]).click()
    card.get_by_role("button", name=said["claim"]).focus()
    page.keyboard.press("Enter")
    expect(card.get_by_text(said["by_itself"]).first).to_be_visible()
    card.get_by_role("button", name=said["choose"]).click()


@pytest.mark.parametrize(
    ("lang", "size", "kind"), [("en", PHONE, "phone"), ("ar", DESK, "desk")], ids=["en", "ar"]
)
def test_viewer_claims_buys_and_reads_it_on_the_order(
    demo: Installation, browser: Browser, lang: str, size: Any, kind: str
) -> None:
    said, name = WORDS[lang], f"coupon-{lang}-{kind}"
    with open_coupon(demo) as coupon:
        page = visitor(browser, demo, lang, size)
        claim(page, said, name)
        page.locator(f"[data-product='{coupon['mug']}'] .shelf__open").click()
        page.locator(".sheet__foot .btn-primary, .sheet .btn-primary").last.click()
        if lang == "en":
            fill_details(page, "coupon@example.com")
        else:
            fill_in_arabic(page)
        summary = page.locator(".summary")
        expect(summary.locator(".lines .off")).to_contain_text(said["less"])
        summary.locator(".coupon").scroll_into_view_if_needed()
        assert look(page, f"{name}-sum") == []
        summary.get_by_role("button", name=said["remove"]).click()
        expect(summary.get_by_text(said["removed"])).to_be_visible()
        expect(summary.locator(".lines .off")).to_have_count(0)
        summary.get_by_role("button", name=said["use"]).click()
        expect(summary.locator(".lines .off")).to_be_visible()
        pay(page, lang)

        link = page.locator("a[href*='/o/']").first.get_attribute("href")
        page.goto(f"{demo.base}{link}?lang={lang}")
        expect(page.get_by_text(said["line"], exact=False).first).to_be_visible()
        page.locator("details summary", has_text=said["its_terms"]).click()
        expect(page.get_by_text(said["once"])).to_be_visible()
        assert look(page, f"{name}-order") == []
        with demo.api("host") as host:
            counted = host.get(f"/shows/{demo.facts['show_id']}/coupons").json()["coupons"]
        mine = next(each for each in counted if each["id"] == coupon["id"])
        assert (mine["claimed"], mine["used"]) == (1, 1)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_coupon_that_was_put_away_is_claimed_in_its_line_by_mouse(
    demo: Installation, browser: Browser, lang: str, size: Any
) -> None:
    """The line and the first product each take their own clicks."""
    said, name = WORDS[lang], f"coupon-line-{lang}-{size['width']}"
    with open_coupon(demo):
        page = visitor(browser, demo, lang, size)
        page.locator("article[data-coupon]:visible").get_by_role(
            "button", name=said["later"]
        ).click()
        if size == PHONE:
            page.get_by_role("button", name=re.compile("shelf|الرفّ")).first.click()
        line = page.locator(".shop .coupon")
        line.get_by_text(said["terms"]).click()
        expect(line.get_by_text(said["once"])).to_be_visible()
        assert look(page, f"{name}-terms") == []
        line.get_by_role("button", name=said["claim"]).click()
        expect(line.get_by_role("status")).to_contain_text(said["by_itself"])
        expect(line.get_by_role("button")).to_have_count(0)
        assert page.evaluate("document.activeElement.matches('.shop .coupon h3')")
        assert look(page, f"{name}-claimed") == []
        page.locator(".shop .shelf__open").first.click()
        expect(page.locator(".sheet")).to_be_visible()
        page.context.close()


def fill_in_arabic(page: Page) -> None:
    page.locator("#age-day").fill("7")
    page.locator("#age-month").select_option("3")
    page.locator("#age-year").fill("1986")
    page.locator("#age-year").press("Enter")
    for field, value in {
        "email": "qasima@example.com",
        "name": "مها",
        "line1": "48 Alder Street",
        "city": "Bristol",
        "postal_code": "BS1 4DJ",
    }.items():
        page.locator(f"#co-{field}").fill(value)


def pay(page: Page, lang: str) -> None:
    if lang == "en":
        fill_card(page)
        page.get_by_role("button", name=re.compile("Order and pay")).click()
    else:
        page.locator("#co-number").fill("4242 4242 4242 4242")
        page.locator("button[form='checkout'], #checkout button.btn-primary").last.click()
