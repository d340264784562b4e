"""A viewer is to be reminded of a show: from the list of shows to the account, by the code of a
mail, and what comes of it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Installation
from tests.journeys.mails import code_in_mail
from tests.journeys.test_buy import say_born
from tests.journeys.test_chat import DESK, PHONE
from tests.journeys.test_look import look
from tests.journeys.test_moderators import page_of

WORDS = {
    "en": {
        "remind": "Remind me of",
        "email": "Email",
        "send": "Send the mail",
        "code": "Code",
        "enter": "Sign in",
        "show": "Remind me of this show",
        "done": "You get a mail an hour before it starts.",
        "forget": "Do not remind me of",
    },
    "ar": {
        "remind": "ذكّرني بعرض",
        "show": "ذكّرني بهذا العرض",
        "done": "تصلك رسالة قبل بدئه بساعة.",
        "forget": "لا تذكّرني بعرض",
    },
}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_viewer_asks_to_be_reminded_of_a_show_and_signs_in_on_the_way(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said, address = WORDS[lang], f"reminded-{lang}@example.com"
    page = page_of(browser, lang, PHONE if lang == "en" else DESK)
    page.goto(f"{demo.base}/?lang={lang}")
    page.get_by_role("link", name=said["remind"]).first.click()
    page.wait_for_url(lambda url: "/account" in url and "#" not in url)

    say_born(page)
    page.locator("#vw-email").fill(address)
    page.locator("#vw-email").press("Enter")
    page.locator("#vw-code").fill(code_in_mail(demo, address))
    page.locator("#vw-code").press("Enter")
    page.get_by_role("button", name=said["show"]).click()

    expect(page.get_by_text(said["done"])).to_be_visible()
    forget = page.get_by_role("button", name=said["forget"])
    expect(forget).to_have_count(1)
    assert look(page, f"reminded-{lang}") == []
    forget.click()
    expect(forget).to_have_count(0)
