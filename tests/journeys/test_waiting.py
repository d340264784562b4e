"""A viewer waits in line for what is sold out: signs in on the way, sees their number, and buys the
piece that is held for them out of the mail; or gives it to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from showfloor.app.demo.mailbox import Mailbox
from showfloor.offers.service import verify_waiting
from showfloor.offers.types.waiting import WaitingProof
from tests.journeys.conftest import IN_TURN, Installation, settled
from tests.journeys.mails import code_in_mail
from tests.journeys.test_buy import say_born, watch
from tests.journeys.test_chat import DESK, PHONE, visitor
from tests.journeys.test_coupons import pay
from tests.journeys.test_look import look
from tests.journeys.test_moderators import page_of
from tests.journeys.test_shapes import SOLD_OUT, made_without_stock
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "ask": "Tell me when one is available",
        "number": "You are number 1 for",
        "leave": "Leave the line",
        "held": "is held for you until",
        "buy": "Buy it now",
        "decline": "No, thank you",
        "gave_up": "Done. You wait for it no more.",
        "sold_out": "is sold out",
        "gone": "This place in line is over.",
    },
    "ar": {
        "ask": "إعلامي عند توفّر قطعة",
        "number": "رقمك",
        "leave": "ترك الانتظار",
        "held": "حُجزت لك قطعة",
        "buy": "الشراء الآن",
        "decline": "لا، شكرًا",
        "gave_up": "تم. لم تعد تنتظرها.",
        "sold_out": "نفدت قطع",
        "gone": "انتهى هذا الدور.",
    },
}


@dataclass
class SoldOut:
    """A product of the demo's show of which there is not a piece."""

    demo: Installation
    product: str
    sku: str

    def arrive(self) -> None:
        """One comes in."""
        change = {"sku": self.sku, "reason": "arrived", "pieces": 1}
        with self.demo.api("merchant") as api:
            api.post(
                f"/products/{self.product}/stock",
                json=change,
                headers={"Idempotency-Key": uuid4().hex},
            ).raise_for_status()

    def mail_to(self, address: str, what: str) -> str:
        """The link in the mail about what is held."""
        mailbox, found = Mailbox(self.demo.data), re.compile(rf"https?://\S+#{what}=\S+")

        def links() -> list[str]:
            mails = [mail.text for mail in mailbox.newest() if mail.to == address]
            return [match[0] for text in mails if (match := found.search(text))]

        until_blocking(
            lambda: bool(links()), within=BOUND, otherwise=lambda: f"no mail came to {address}"
        )
        return links()[0]


@contextmanager
def sold_out(demo: Installation) -> Iterator[SoldOut]:
    product = made_without_stock(demo)
    shelf = f"/shows/{demo.facts['show_id']}/products"
    with demo.api("host") as host, demo.api("merchant") as merchant:
        host.post(shelf, json={"product_id": product}).raise_for_status()
        found = merchant.get(f"/products/{product}").json()
        try:
            yield SoldOut(demo, product, found["variants"][0]["sku"])
        finally:
            host.delete(f"{shelf}/{product}")


def open_sheet(page: Page, goods: SoldOut) -> None:
    """On a phone the shelf is opened first, unless something else has opened it."""
    row = page.locator(f"[data-product='{goods.product}'] .shelf__open")
    bag = page.get_by_role("button", name=re.compile("shelf|الرفّ")).first
    expect(row.or_(bag).filter(visible=True).first).to_be_visible()
    if not row.is_visible():  # waits: the page is there, and one of the two is on the screen
        bag.click()
    row.click()
    expect(page.locator(".sheet")).to_be_visible()


def sign_in(page: Page, demo: Installation, address: str) -> None:
    page.wait_for_url(lambda url: "/account" in url and "#" not in url)
    say_born(page)
    page.locator("#vw-email").fill(address)
    page.locator("#vw-email").press("Enter")
    page.locator("#vw-code").fill(code_in_mail(demo, address))
    page.locator("#vw-code").press("Enter")


def join(page: Page, goods: SoldOut, lang: str, address: str, name: str) -> None:
    """From the sheet through the sign-in to the account, and back to the sheet."""
    said, demo = WORDS[lang], goods.demo
    open_sheet(page, goods)
    ask = page.locator(".sheet").get_by_role("link", name=said["ask"])
    expect(ask).to_be_visible()
    sold_out = page.locator(".sheet .notice").filter(has_text=said["sold_out"])
    expect(sold_out).to_be_visible()
    settled(page)
    assert look(page, f"{name}-sold-out") == []
    ask.click()
    sign_in(page, demo, address)
    page.get_by_role("button", name=said["ask"]).click()
    expect(page.get_by_text(said["number"])).to_be_visible()
    settled(page)
    assert look(page, f"{name}-account") == []
    watch(page, f"{demo.show_page}?lang={lang}")
    expect(page.locator(".shop").get_by_text(said["number"]).first).to_be_attached()
    open_sheet(page, goods)
    expect(page.locator(".sheet").get_by_text(said["number"])).to_be_visible()
    # They know: what they are told is where they stand.
    expect(sold_out).to_have_count(0)
    settled(page)
    assert look(page, f"{name}-in-line") == []


@pytest.mark.parametrize(
    ("lang", "size", "kind"), [("en", PHONE, "phone"), ("ar", DESK, "desk")], ids=["en", "ar"]
)
def test_viewer_waits_and_buys_what_is_held_out_of_the_mail(
    demo: Installation, browser: Browser, lang: str, size: Any, kind: str
) -> None:
    said, name = WORDS[lang], f"wait-{lang}-{kind}"
    address = f"{name}@example.com"
    with sold_out(demo) as goods:
        page = visitor(browser, demo, lang, size)
        join(page, goods, lang, address, name)
        place = page.evaluate("fetch('/api/v1/viewer/waits').then((answer) => answer.json())")

        goods.arrive()
        link = goods.mail_to(address, "wait")
        # The open page says it, too, within the seconds in which it asks again.
        expect(page.locator(".sheet").get_by_text(said["held"])).to_be_visible(timeout=BOUND * 1000)
        settled(page)
        assert look(page, f"{name}-held") == []
        # On a phone the shelf lies over the picture, and opens for it.
        watch(page, f"{demo.show_page}?lang={lang}")
        strip = page.locator(".shop").get_by_text(said["held"]).first
        expect(strip).to_be_visible(timeout=BOUND * 1000)
        settled(page)
        assert look(page, f"{name}-strip") == []
        page.context.close()
        page = page_of(browser, lang, size)
        page.goto(link)
        say_born(page)
        expect(page.locator(".summary")).to_contain_text(SOLD_OUT[lang])
        assert "#" not in page.url
        settled(page)
        assert look(page, f"{name}-checkout") == []
        fill(page, address)
        pay(page, lang)
        expect(page.locator("a[href*='/o/']").first).to_be_attached()

        page.context.close()
        checked = complete_log(demo, place["waits"][0]["log_url"])
        assert (checked.problems, checked.bought) == ((), 1)


def complete_log(demo: Installation, address: str) -> WaitingProof:
    """Once the worker has seen what became of what was held."""
    read: list[WaitingProof] = []

    def is_complete() -> bool:
        with demo.api() as api:
            log = api.get(address.removeprefix("/api/v1")).content
        read[:] = [verify_waiting(log.splitlines(keepends=True))]
        return read[0].ended

    until_blocking(is_complete, within=BOUND, otherwise=lambda: repr(read))
    return read[0]


def fill(page: Page, address: str) -> None:
    for field, value in {
        "email": address,
        "name": "Maha",
        "line1": "48 Alder Street",
        "city": "Bristol",
        "postal_code": "BS1 4DJ",
    }.items():
        page.locator(f"#co-{field}").fill(value)


@pytest.mark.parametrize(
    ("lang", "size", "kind"), [("en", DESK, "desk"), ("ar", PHONE, "phone")], ids=["en", "ar"]
)
def test_viewer_leaves_the_line_and_gives_what_is_held_to_the_next(
    demo: Installation, browser: Browser, lang: str, size: Any, kind: str
) -> None:
    """By keyboard in the sheet, and out of the mail without signing in."""
    said, name = WORDS[lang], f"leave-{lang}-{kind}"
    address = f"{name}@example.com"
    with sold_out(demo) as goods:
        page = visitor(browser, demo, lang, size)
        join(page, goods, lang, address, name)
        page.locator("#wait-leave").focus()
        page.keyboard.press("Enter")
        ask = page.locator("#wait-ask")
        expect(ask).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#wait-leave")).to_be_focused()

        goods.arrive()
        link = goods.mail_to(address, "leave")
        opened = goods.mail_to(address, "wait")
        page.context.close()
        page = page_of(browser, lang, size)
        page.goto(opened)
        say_born(page)
        expect(page.locator(".summary")).to_contain_text(SOLD_OUT[lang])
        page.goto(link)
        expect(page.get_by_text(SOLD_OUT[lang])).to_be_visible()
        settled(page)
        assert look(page, f"{name}-mail") == []
        page.get_by_role("button", name=said["leave"]).click()
        expect(page.get_by_text(said["gave_up"])).to_be_visible()
        page.goto(opened)
        expect(page.locator(".shop").get_by_text(said["gone"])).to_be_visible()
        # What this browser began to buy is no longer held in it.
        expect(page.get_by_role("timer")).to_have_count(0)
        settled(page)
        assert look(page, f"{name}-over") == []
        page.context.close()
