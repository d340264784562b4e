"""A phone as remote control, in the language that it speaks: live, by keys, and ended."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor, settled
from tests.journeys.on_air import on_air
from tests.journeys.test_look import look, turn
from tests.waiting import BOUND

pytestmark = [IN_TURN]
LINES = """button => {
    const words = document.createRange();
    words.selectNodeContents(button);
    return new Set([...words.getClientRects()].map(({ top }) => Math.round(top))).size;
}"""
TITLE = {
    "en": "Loamwick and Zafralune: an evening of lamps, mugs and scarves",
    "ar": "لوم ويك وزفرالون: أمسية من المصابيح والأكواب والأوشحة",
}


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "en-GB",
            {
                "live": "Live",
                "next": "Pin next",
                "unpin": "Unpin",
                "on": "On screen now",
                "ended": "This remote has ended",
            },
        ),
        (
            "ar-AE",
            {
                "live": "مباشر",
                "next": "تثبيت التالي",
                "unpin": "إلغاء التثبيت",
                "on": "على الشاشة الآن",
                "ended": "انتهى هذا التحكم",
            },
        ),
    ],
)
def test_remote_speaks_the_language_of_its_phone(
    demo: Installation, browser: Browser, locale: str, words: dict[str, str]
) -> None:
    lang = locale[:2]
    context = new_visitor(browser, viewport={"width": 360, "height": 740}, locale=locale)
    context.set_default_timeout(BOUND * 1000)
    phone = context.new_page()
    with demo.api("host") as api:
        live = api.get("/shows", params={"state": "live"}).json()["items"][0]
    with on_air(demo, TITLE, [each["id"] for each in live["products"][:6]]) as show:
        invited = show.api.post(f"/shows/{show.id}/remotes").json()
        phone.goto(invited["url"])
        expect(phone.locator("html")).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
        expect(phone.get_by_role("status")).to_have_text(words["live"])

        phone.get_by_role("button", name=words["next"]).click()
        expect(phone.locator(".remote__product.on")).to_contain_text(words["on"])
        see(phone, f"remote-live-{lang}")
        button = phone.get_by_role("button", name=words["unpin"])
        assert button.evaluate(LINES) == 1

        # By keys: the focus stays where the person put it.
        second = phone.locator(".remote__product").nth(1)
        second.focus()
        phone.keyboard.press("Enter")
        expect(second).to_have_attribute("aria-pressed", "true")
        expect(second).to_be_focused()
        button.press("Enter")
        expect(phone.locator(".remote__product.on")).to_have_count(0)

        remote = invited["remote"]["id"]
        show.api.delete(f"/shows/{show.id}/remotes/{remote}").raise_for_status()
        expect(phone.get_by_role("heading", name=words["ended"])).to_be_visible()
        see(phone, f"remote-ended-{lang}")
    context.close()


def see(phone: Page, name: str) -> None:
    for width in (1280, 360):
        turn(phone, width)
        settled(phone)
        assert look(phone, f"{name}-{width}") == []
