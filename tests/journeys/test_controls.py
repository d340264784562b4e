"""The controls below the picture on a phone, with as many of them as there can be."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from showfloor.kit import messages
from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_chat import visitor
from tests.journeys.test_look import look

pytestmark = [IN_TURN]
BEHIND = """(tools, words) => {
  tools.querySelector(".go-live")?.remove();
  tools.querySelector(".stage__first").insertAdjacentHTML("afterend",
    `<button class="v-btn v-btn-text go-live"><span class="dot dot-live"></span>${words}</button>`);
}"""
"""As for who is behind the show; the player itself catches up within seconds."""
OUTSIDE = """(tools) => [...tools.querySelectorAll("button")]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < 0 || right > innerWidth;
  }).map((one) => one.className)"""


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_controls_are_whole_while_catching_up_is_offered(
    demo: Installation, browser: Browser, lang: str
) -> None:
    page = visitor(browser, demo, lang, {"width": 360, "height": 740})
    tools = page.locator(".stage__tools")
    expect(tools.locator(".stage__first")).to_be_visible()
    tools.evaluate(BEHIND, messages.translate(lang, "player.go_live"))
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 740})
        assert tools.evaluate(OUTSIDE) == []
        expect(tools.locator(".stage__bag")).to_be_visible()
        assert look(page, f"controls-{lang}-{width}") == []
    page.context.close()
