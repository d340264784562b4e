"""A viewer watches and buys: on our page, on a brand's page, by keyboard alone. The video never stops."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.journeys.conftest import Installation, until

pytestmark = [pytest.mark.serial]
VIDEO = "document.querySelector('video')"


def watch(page: Page, address: str) -> None:
    page.goto(address)
    until(page, f"{VIDEO}?.currentTime > 0 && !{VIDEO}.paused && {VIDEO}.videoWidth > 0")


def position(page: Page) -> float:
    value: float = page.evaluate(f"{VIDEO}.currentTime")
    return value


def fill_details(root: Page | FrameLocator, email: str) -> None:
    root.get_by_label("Email").fill(email)
    root.get_by_label("Full name").fill("Sofia Marin")
    root.get_by_label("Street and number").fill("48 Alder Street")
    root.get_by_label("City").fill("Bristol")
    root.get_by_label(re.compile("Postcode|ZIP|Postal", re.I)).fill("BS1 4DJ")
    root.get_by_label(re.compile("18|adult", re.I)).check()


def fill_card(root: Page | FrameLocator, number: str = "4242 4242 4242 4242") -> None:
    root.get_by_label("Card number").fill(number)


def open_product(root: Page | FrameLocator, name: str) -> None:
    row: Locator = root.get_by_role("listitem").filter(has_text=name)
    row.get_by_role("button").or_(row.get_by_role("link")).first.click()


def orders_of_merchant(demo: Installation) -> list[dict[str, Any]]:
    with demo.api("merchant") as api:
        found: list[dict[str, Any]] = api.get("/orders").json()["items"]
    return found


def test_viewer_buys_without_leaving_the_video(demo: Installation, page: Page) -> None:
    before = len(orders_of_merchant(demo))
    watch(page, f"{demo.show_page}?lang=en")
    page.evaluate(f"window.theVideo = {VIDEO}; window.pauses = 0; theVideo.addEventListener('pause', () => window.pauses++)")

    open_product(page, "Olive Grove Vase")
    page.get_by_role("button", name=re.compile("Hold and check out")).click()
    expect(page.get_by_text(re.compile("Held for you")).first).to_be_visible()
    fill_details(page, "sofia@example.com")
    fill_card(page)
    seen_at = position(page)
    page.get_by_role("button", name=re.compile(r"Order and pay.*£52\.00")).click()
    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()

    assert position(page) > seen_at
    assert page.evaluate(f"window.theVideo === {VIDEO} && window.pauses === 0")
    after = orders_of_merchant(demo)
    assert len(after) == before + 1
    assert after[0]["total"] == {"amount": 5200, "currency": "GBP"} or after[-1]["total"] == {"amount": 5200, "currency": "GBP"}
