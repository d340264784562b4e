"""A seller is asked for a coupon at the desk: agrees, takes it back, agrees again, closes it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_chat import DESK, PHONE
from tests.journeys.test_drop import newcomer
from tests.journeys.test_look import enter, look

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "waits": "Waiting for your yes: 1 coupon",
        "look": "Look and decide",
        "floor": "50",
        "wrong": "A whole percentage from 0 to 99, or nothing.",
        "agree": "Agree to this coupon: Quiet hour",
        "agreed": "You agreed to this coupon.",
        "back": "Take back your yes to the coupon Quiet hour",
        "taken": "The coupon cannot be opened without another yes of yours.",
        "close": "Close the coupon Quiet hour",
        "closed": "The coupon is closed. What was claimed stays good.",
    },
    "ar": {
        "waits": "في انتظار موافقتك: قسيمة واحدة",
        "look": "اطّلع وقرّر",
        "floor": "٥٠",
        "wrong": "نسبة مئوية بلا كسور من 0 إلى 99، أو لا شيء.",
        "agree": "أوافق على هذه القسيمة: ساعة هدوء",
        "agreed": "وافقت على هذه القسيمة.",
        "back": "اسحب موافقتك على القسيمة ساعة هدوء",
        "taken": "لا تُفتح القسيمة إلا بموافقة جديدة منك.",
        "close": "أغلِق القسيمة ساعة هدوء",
        "closed": "أُغلقت القسيمة. ما أُخذ يبقى صالحًا.",
    },
}


@pytest.mark.parametrize(("lang", "size"), [("en", PHONE), ("ar", DESK)], ids=["en", "ar"])
def test_seller_agrees_takes_it_back_and_closes_what_is_open(
    demo: Installation, browser: Browser, lang: str, size: Any
) -> None:
    said, show = WORDS[lang], f"/shows/{demo.facts['show_id']}"
    mug = demo.facts["product_ids"]["mug"]
    page = newcomer(browser, lang, size)
    with demo.api("host") as host:
        found = host.get(show).json()["products"]
        terms = {
            "merchant_id": next(each for each in found if each["id"] == mug)["merchant"]["id"],
            "name": {"en": "Quiet hour", "ar": "ساعة هدوء"},
            "kind": "amount",
            "value": 400,
            "quota": 100,
            "valid_s": 86_400,
        }
        coupon = host.post(f"{show}/coupons", json=terms).json()["id"]
        enter(demo, page, lang, "loamwick")
        # Where a seller ends up, so that nothing else comes in place of the next page.
        page.wait_for_url("**/desk**")
        page.goto(f"{demo.base}/desk?lang={lang}")
        mark = page.locator(".topbar a[href='/desk/products'] .badge")
        expect(page.locator("main .notice").first).to_contain_text(said["waits"])
        expect(mark).to_have_text("1")
        assert look(page, f"asked-first-{lang}") == []
        page.get_by_role("link", name=said["look"]).click()
        expect(page.locator(f"[data-asked='{coupon}']")).to_be_visible()
        assert look(page, f"asked-products-{lang}") == []
        page.goto(f"{demo.base}/desk/products/{mug}?lang={lang}")
        expect(mark).to_have_text("1")
        card = page.locator("section[aria-labelledby=coupons-asked]")
        done = page.locator("#coupons-asked-done")
        row = card.locator(f"[data-asked='{coupon}']")

        # What is no floor is not agreed to; what is one is read in the digits of either script.
        floor = row.get_by_role("textbox")
        floor.fill("١٠٠")
        row.get_by_role("button", name=said["agree"]).press("Enter")
        expect(row).to_contain_text(said["wrong"])
        expect(floor).to_be_focused()
        expect(mark).to_have_text("1")
        floor.fill(said["floor"])
        for button, answer in (("agree", "agreed"), ("back", "taken"), ("agree", "agreed")):
            row.get_by_role("button", name=said[button]).press("Enter")
            expect(done).to_have_text(said[answer])
            expect(done).to_be_focused()
            expect(mark).to_have_count(1 if button == "back" else 0)
        assert look(page, f"asked-{lang}") == []
        listed = host.get(f"{show}/coupons").json()["coupons"]
        terms = next(each["terms"]["en"] for each in listed if each["id"] == coupon)
        assert "No item goes below 50% of its price." in terms
        opened = host.post(f"/coupons/{coupon}/open")
        assert opened.is_success, opened.text
        page.reload()
        row.get_by_role("button", name=said["close"]).press("Enter")
        expect(done).to_have_text(said["closed"])

        expect(row).to_have_count(0)
        state = [
            each["state"]
            for each in host.get(f"{show}/coupons").json()["coupons"]
            if each["id"] == coupon
        ]
        assert state == ["closed"]
