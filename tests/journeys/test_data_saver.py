"""A viewer whose browser asks to save data: nothing is loaded before a tap, and the sound alone
carries the show.
"""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.conftest import IN_TURN, Installation, until

pytestmark = [IN_TURN]
VIDEO = "document.querySelector('showfloor-show video')"
GOODS = ".stage__instead img"


def test_sound_alone_shows_the_goods_and_gives_way_to_the_picture(
    page: Page, demo: Installation
) -> None:
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/live/" in request.url else None
    )
    page.set_extra_http_headers({"Save-Data": "on"})

    page.goto(f"{demo.show_page}?lang=en")
    listen = page.get_by_role("button", name="Sound only, saves data")
    listen.wait_for()
    assert asked == []

    listen.click()
    until(page, f"{VIDEO}.currentTime > 0 && !{VIDEO}.paused && !{VIDEO}.muted")
    page.locator(GOODS).wait_for()
    pinned = page.locator(GOODS).get_attribute("alt")
    assert pinned and pinned in page.locator(".shelf, .show-layout").first.inner_text()
    assert {"audio.m3u8" in url or "/audio-" in url for url in asked} == {True}, asked

    page.get_by_role("button", name="Show the picture").click()
    until(page, f"{VIDEO}.videoWidth > 0")
    page.locator(GOODS).wait_for(state="detached")
