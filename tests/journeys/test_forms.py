"""What is filled in by a browser, pasted from a chat, taken back or changed at the last moment."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_buy import fill_card, fill_details, open_product, say_born, watch
from tests.journeys.test_look import sign_in, studio

pytestmark = [IN_TURN]

# As some browsers fill a form in: the value alone, without a word to the page.
FILL = """([id, value]) => {
  const field = document.getElementById(id);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, value);
}"""
CHANGED = "(id) => document.getElementById(id).dispatchEvent(new Event('change', {bubbles: true}))"


def hold(page: Page, demo: Installation, *names: str) -> None:
    watch(page, f"{demo.show_page}?lang=en")
    for index, name in enumerate(names):
        if index:
            page.keyboard.press("Escape")
        open_product(page, name)
        page.get_by_role("button", name=re.compile("Hold and check out")).click()
        expect(page.get_by_role("dialog", name="Check out")).to_be_visible()


@pytest.mark.parametrize("told", [True, False], ids=["change alone", "no event"])
def test_form_that_the_browser_filled_in_buys(demo: Installation, page: Page, told: bool) -> None:
    hold(page, demo, "Olive Grove Vase")
    say_born(page)
    expect(page.get_by_label("Email")).to_be_visible()
    filled = {
        "co-email": "\u202aauto@example.com\u202c",
        "co-name": "Sofia Marin",
        "co-line1": "48 Alder Street",
        "co-city": "Bristol",
        "co-postal_code": "BS1\u00a0 4DJ",
        "co-number": "\u200e4242 4242 4242 4242",
    }
    for field, value in filled.items():
        page.evaluate(FILL, [field, value])
        if told:
            page.evaluate(CHANGED, field)

    page.get_by_role("button", name=re.compile("Order and pay")).click()

    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()
    expect(page.get_by_text("auto@example.com")).to_be_visible()


def test_sign_in_that_the_browser_filled_in_signs_in(demo: Installation, page: Page) -> None:
    sign_in(demo, page, "en")
    page.evaluate(FILL, ["si-email", "host@demo.showfloor.example"])
    page.evaluate(FILL, ["si-password", "showfloor-demo"])
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Your shows")).to_be_visible()


def test_empty_form_on_a_phone_shows_what_is_missing_first(demo: Installation, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    watch(page, f"{demo.show_page}?lang=en")
    page.get_by_role("button", name="Open the shelf").click()
    open_product(page, "Olive Grove Vase")
    page.get_by_role("button", name=re.compile("Hold and check out")).click()
    say_born(page)
    page.get_by_role("button", name=re.compile("Order and pay")).click()

    expect(page.get_by_label("Email")).to_be_focused()
    expect(page.get_by_text("Enter an email address")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Put it back on the shelf").click()

    studio(demo, page, "en")
    page.get_by_role("button", name="New show").click()
    page.get_by_role("button", name="Schedule the show").click()

    expect(page.get_by_label("Title in English")).to_be_focused()
    expect(page.get_by_text("Enter a title in one language")).to_be_in_viewport(ratio=1)


def test_what_is_held_can_be_changed_in_the_checkout(demo: Installation, page: Page) -> None:
    hold(page, demo, "Olive Grove Vase", "Dune Stripe Scarf")
    say_born(page)
    checkout = page.get_by_role("dialog", name="Check out")
    expect(checkout.get_by_text("2 pieces")).to_be_visible()

    vases = checkout.get_by_role("group", name="Quantity: Olive Grove Vase")
    vases.get_by_role("button").last.click()
    expect(checkout.get_by_text("3 pieces")).to_be_visible()
    expect(
        checkout.get_by_role("button", name=re.compile(r"Order and pay.*£150\.00"))
    ).to_be_visible()

    checkout.get_by_role("button", name="Take off the order: Dune Stripe Scarf").click()
    expect(checkout.get_by_text("2 pieces")).to_be_visible()
    expect(
        checkout.get_by_role("button", name=re.compile(r"Order and pay.*£104\.00"))
    ).to_be_visible()
    checkout.get_by_role("button", name="Put it back on the shelf").click()
    expect(page.get_by_role("timer")).to_have_count(0)


def test_merchant_sends_and_refunds_and_takes_its_orders_along(
    demo: Installation, page: Page
) -> None:
    hold(page, demo, "Olive Grove Vase", "Dawn Mug")
    fill_details(page, "=cmd@example.com")
    fill_card(page)
    page.get_by_role("button", name=re.compile("Order and pay")).click()
    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()
    number = page.locator("[data-order]").first.inner_text()

    sign_in(demo, page, "en")
    page.get_by_label("Email").fill("loamwick@demo.showfloor.example")
    page.get_by_label("Password").fill("showfloor-demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export").click()
    text = waiting.value.path().read_text("utf-8-sig")
    assert number in text and "'=cmd@example.com" in text

    page.get_by_role("searchbox").fill(number)
    expect(page.get_by_role("link", name=re.compile("LW-"))).to_have_count(1)
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    expect(page.get_by_text("48 Alder Street")).to_be_visible()
    send_the_mug(page)
    refund_the_vase(page)


def send_the_mug(page: Page) -> None:
    """A parcel with a part of the order, by keyboard."""
    page.get_by_role("button", name="Send 2 pieces").press("Enter")
    expect(page.get_by_role("heading", name="Send a parcel")).to_be_focused()
    page.get_by_role("checkbox", name="Olive Grove Vase").press("Space")
    page.get_by_role("button", name="Mark 1 piece as sent").press("Enter")
    expect(page.get_by_label("Carrier")).to_be_focused()
    expect(page.get_by_text("Say who carries it.")).to_be_visible()
    page.get_by_label("Carrier").fill("Royal Mail")
    page.get_by_label("Tracking number").fill("RM 1")
    page.get_by_label("Tracking number").press("Enter")
    expect(page.get_by_role("status").filter(has_text="The parcel is noted")).to_be_focused()
    page.get_by_role("button", name="It arrived").click()
    expect(page.get_by_text("Arrived on")).to_be_visible()


def refund_the_vase(page: Page) -> None:
    """Three clicks, and the order has nothing left to send."""
    page.get_by_role("button", name="Refund").click()
    page.get_by_role("checkbox", name="Olive Grove Vase").click()
    page.get_by_role("button", name=re.compile("Refund £")).click()
    expect(page.get_by_text("Refunded on")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Send"))).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def test_host_orders_the_shelf_by_key_and_by_drag(demo: Installation, page: Page) -> None:
    studio(demo, page, "en")
    page.goto(f"{demo.base}/studio/shows/{demo.facts['scheduled_show_id']}/products")
    handles = page.get_by_role("button", name=re.compile("^Move: "))
    expect(handles.first).to_be_visible()

    def order() -> list[str]:
        return [
            name.removeprefix("Move: ").split(".")[0]
            for name in handles.evaluate_all(
                "all => all.map(each => each.getAttribute('aria-label'))"
            )
        ]

    before = order()
    handles.first.press("ArrowDown")
    expect(page.get_by_text(f"{before[0]} is now 2 of {len(before)}.")).to_be_attached()
    assert order() == [before[1], before[0], *before[2:]]

    source, target = handles.nth(1).bounding_box(), handles.nth(0).bounding_box()
    assert source and target
    page.mouse.move(source["x"] + 20, source["y"] + 20)
    page.mouse.down()
    page.mouse.move(target["x"] + 20, target["y"] + 12, steps=8)
    page.mouse.move(target["x"] + 20, target["y"] + 2, steps=3)
    page.mouse.up()
    expect(page.get_by_text(f"{before[0]} is now 1 of {len(before)}.")).to_be_attached()
    assert order() == before
