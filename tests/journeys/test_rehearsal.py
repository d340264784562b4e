"""A rehearsal as its team sees it: from the control room, on the page of its viewers, and gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys.conftest import (
    IN_TURN,
    Installation,
    new_visitor,
    settled,
    tomorrow,
    until,
)
from tests.journeys.on_air import publisher
from tests.journeys.test_buy import VIDEO
from tests.journeys.test_look import look, studio, turn
from tests.journeys.test_replay import wait_for
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]
BANNER = {
    "en": "Rehearsal: only your team sees this, and nothing is sold.",
    "ar": "تدريب: لا يراه إلا فريقك، ولا يُباع فيه شيء.",
}


@pytest.fixture
def show(demo: Installation) -> Iterator[dict[str, Any]]:
    """One product, and nobody has been told of it."""
    with demo.api("host") as api:
        made: dict[str, Any] = api.post(
            "/shows",
            json={
                "title": {"en": "Rehearsed", "ar": "بعد تدريب"},
                "market": "gb",
                "starts_at": tomorrow(),
                "disclosures": ["paid_partnership"],
            },
        ).json()
        mug = {"product_id": demo.facts["product_ids"]["mug"]}
        api.post(f"/shows/{made['id']}/products", json=mug).raise_for_status()
        yield made
        api.delete(f"/shows/{made['id']}/rehearsal")


def left(row: Locator) -> int:
    return int(row.get_attribute("data-left") or -1)


def test_team_watches_a_rehearsal_in_which_stock_falls_and_nothing_is_left_of_it(
    demo: Installation, page: Page, context: BrowserContext, browser: Browser, show: dict[str, Any]
) -> None:
    studio(demo, page, "en")
    page.goto(f"{demo.base}/studio/shows/{show['id']}?lang=en")
    page.get_by_role("button", name="Rehearse first").click()
    expect(page.get_by_role("heading", name="What the rehearsal shows")).to_be_visible()
    rehearsed = page.url.split("?")[0].rsplit("/", 1)[1]
    assert rehearsed != show["id"]

    with context.expect_page() as opened:
        page.get_by_role("link", name="Open as a viewer").click()
    viewer = opened.value
    expect(viewer.get_by_text(BANNER["en"])).to_be_visible()
    assert viewer.url == f"{demo.base}/rehearsals/{show['id']}"
    shelf = viewer.locator(".shelf [data-product]")
    until(viewer, "document.querySelector('.shelf [data-left]')?.dataset.left > 0")

    with demo.api("host") as api:
        whole = real_stock(demo)
        key = api.post(f"/shows/{rehearsed}/stream-key").json()["stream_key"]
        with publisher(f"{demo.facts['rtmp_url']}/{key}"):
            wait_for(api, f"/shows/{rehearsed}/studio", "publishing", "ingest", "state")
            until(viewer, f"{VIDEO}?.currentTime > 0")
            expect(viewer.get_by_text("Paid partnership")).to_be_visible()
            page.get_by_role("button", name="Pin next").click()
            expect(viewer.get_by_text("On screen now").first).to_be_visible()

            # What test buyers buy is gone from every screen of the rehearsal.
            until_blocking(
                lambda: left(shelf) < whole,
                # waits: Playwright hands events to the test only while it waits itself
                pause=lambda: viewer.wait_for_timeout(50),
                otherwise=lambda: f"{left(shelf)} of {whole}",
            )
            until(
                page,
                "[...document.querySelectorAll('.console .num')]"
                ".some((each) => each.closest('dl')?.innerText.includes('Test purchases paid'))",
            )
            viewer.get_by_role("button", name="View: Dawn Mug").last.click()
            expect(viewer.get_by_text("Nothing is sold in a rehearsal")).to_be_visible()
            viewer.go_back()

            for lang in ("en", "ar"):
                viewer.goto(f"{demo.base}/rehearsals/{show['id']}?lang={lang}")
                expect(viewer.get_by_text(BANNER[lang])).to_be_visible()
                until(viewer, f"{VIDEO}?.currentTime > 0")
                for width in (1280, 360):
                    turn(viewer, width)
                    settled(viewer)
                    assert look(viewer, f"rehearsal-{lang}-{width}") == []
                page.goto(f"{demo.base}/studio/shows/{rehearsed}?lang={lang}")
                expect(page.locator("#rehearsal-title")).to_be_visible()
                for width in (1280, 360):
                    turn(page, width)
                    settled(page)
                    page.locator("#rehearsal-title").scroll_into_view_if_needed()
                    assert look(page, f"rehearsal-room-{lang}-{width}") == []

    nobody_else_sees_it(demo, browser, show)

    page.get_by_role("button", name="إنهاء التدريب").click()
    expect(viewer.get_by_text("لا يجري أي تدريب الآن")).to_be_visible()
    assert real_stock(demo) == whole


def real_stock(demo: Installation) -> int:
    """Of the goods themselves, as their seller counts them."""
    with demo.api("merchant") as api:
        product = api.get(f"/catalog/{demo.facts['product_ids']['mug']}").json()
    return sum(variant["in_stock"] for variant in product["variants"])


def nobody_else_sees_it(demo: Installation, browser: Browser, show: dict[str, Any]) -> None:
    context = new_visitor(browser, locale="en-GB")
    context.set_default_timeout(BOUND * 1000)
    stranger = context.new_page()
    stranger.goto(f"{demo.base}/rehearsals/{show['id']}?lang=en")
    expect(stranger.get_by_text("This rehearsal is for its team alone")).to_be_visible()
    expect(stranger.locator("video")).to_have_count(0)
    settled(stranger)
    assert look(stranger, "rehearsal-stranger-en") == []
    context.close()
