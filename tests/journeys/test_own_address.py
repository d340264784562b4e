"""Whoever is signed in buys a second time without typing who they are, where they live and when
they were born.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_buy import open_product, say_born, watch
from tests.journeys.test_chat import DESK, PHONE
from tests.journeys.test_look import look
from tests.journeys.test_moderators import page_of
from tests.journeys.test_reminders import code_in_mail

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "product": "Dune Stripe Scarf",
        "hold": "Hold and check out",
        "pay": "Order and pay",
        "yours": "It is yours",
        "keep": "Keep this address in my account",
        "back": "Back to the show",
        "other": "Another address",
        "remove": "Remove: ",
    },
    "ar": {
        "product": "وشاح الكثبان",
        "hold": "حجز ومتابعة الدفع",
        "pay": "تأكيد الطلب ودفع",
        "yours": "تمّ طلبك",
        "keep": "احفظ هذا العنوان في حسابي",
        "back": "العودة إلى العرض",
        "other": "عنوان آخر",
        "remove": "حذف: ",
    },
}


def hold(page: Page, said: dict[str, str]) -> None:
    """On a phone the shelf is opened first."""
    if page.viewport_size == PHONE:
        page.get_by_role("button", name="Open the shelf").first.click()
    open_product(page, said["product"])
    page.get_by_role("button", name=re.compile(said["hold"])).click()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_second_purchase_needs_nothing_but_the_card(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said, address = WORDS[lang], f"again-{lang}@example.com"
    page = page_of(browser, lang, PHONE if lang == "en" else DESK)
    page.goto(f"{demo.base}/account?lang={lang}")
    say_born(page)
    page.locator("#vw-email").fill(address)
    page.locator("#vw-email").press("Enter")
    page.locator("#vw-code").fill(code_in_mail(demo, address))
    page.locator("#vw-code").press("Enter")
    expect(page.locator("#adr-add")).to_be_visible()

    watch(page, f"{demo.show_page}?lang={lang}")
    hold(page, said)
    # The account knows how old they are.
    expect(page.locator("#co-email")).to_have_value(address)
    for name, text in {
        "name": "Sofia Marin",
        "line1": "48 Alder Street",
        "city": "Bristol",
        "postal_code": "BS1 4DJ",
    }.items():
        page.locator(f"#co-{name}").fill(text)
    page.get_by_label(said["keep"]).check()
    page.locator("#co-number").fill("4242 4242 4242 4242")
    kept = page.expect_response(lambda answer: answer.url.endswith("/viewer/addresses"))
    with kept as answer:
        page.get_by_role("button", name=re.compile(said["pay"])).click()
    assert answer.value.status == 201
    expect(page.get_by_role("heading", name=re.compile(said["yours"]))).to_be_visible()
    page.get_by_role("button", name=said["back"]).last.click()

    hold(page, said)
    expect(page.get_by_role("radio", name=re.compile("48 Alder Street"))).to_be_checked()
    expect(page.locator("#co-line1")).to_have_count(0)
    assert look(page, f"own-address-{lang}") == []
    page.get_by_role("radio", name=said["other"]).check()
    expect(page.locator("#co-line1")).to_have_value("")
    expect(page.locator("#co-name")).to_have_value("Sofia Marin")
    page.get_by_role("radio", name=re.compile("48 Alder Street")).check()
    page.locator("#co-number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile(said["pay"])).click()
    expect(page.get_by_role("heading", name=re.compile(said["yours"]))).to_be_visible()

    page.goto(f"{demo.base}/account?lang={lang}")
    remove = page.get_by_role("button", name=re.compile(said["remove"]))
    expect(remove).to_have_count(1)
    assert look(page, f"own-addresses-{lang}") == []
    remove.click()
    expect(remove).to_have_count(0)
    expect(page.locator("#adr-add")).to_be_focused()
