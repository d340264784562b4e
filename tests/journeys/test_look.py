"""Every page in both languages, on a phone and on a desk: axe finds nothing, nothing scrolls
sideways, targets are large enough.

English is opened on a desk and Arabic on a phone; then the window takes the other size, as when a
tablet is turned, so that each page is loaded once a language and seen at both sizes. What is
reached from another page is seen in the same walk: loading a video costs seconds of a core.

The pictures go to `.build/screenshots/`; people look at them too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor, settled, until
from tests.journeys.test_buy import VIDEO, open_product, say_born
from tests.waiting import BOUND

pytestmark = [IN_TURN]
ROOT = Path(__file__).parents[2]
AXE = (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
PICTURES = ROOT / ".build" / "screenshots"
# axe cannot judge text over a moving picture; chips and scrims are computed to hold 5.2:1 over
# white.
RUN = """
async () => {
  const found = await axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    rules: { 'target-size': { enabled: true } },
  });
  return found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0,
    3).join(', '));
}
"""


def home(demo: Installation, page: Page, lang: str) -> None:
    page.goto(f"{demo.base}/?lang={lang}")


def show(demo: Installation, page: Page, lang: str) -> None:
    page.goto(f"{demo.show_page}?lang={lang}")
    until(page, f"{VIDEO}?.currentTime > 0")


def scheduled(demo: Installation, page: Page, lang: str) -> None:
    page.goto(f"{demo.base}/s/{demo.facts['scheduled_slug']}?lang={lang}")


def product(_demo: Installation, page: Page, lang: str) -> None:
    """From the show."""
    if page.viewport_size and page.viewport_size["width"] < 960:
        page.get_by_role("button", name=re.compile("shelf|الرفّ")).first.click()
    open_product(page, {"en": "Harbour Tote", "ar": "حقيبة المرفأ"}[lang])
    expect(page.get_by_role("dialog").get_by_role("radio").first).to_be_attached()


def checkout(_demo: Installation, page: Page, _lang: str) -> None:
    """From the product."""
    page.get_by_role("button", name=re.compile("Hold and check out|حجز ومتابعة الدفع")).click()
    say_born(page)
    expect(page.locator("#co-email")).to_be_visible()


def sign_in(demo: Installation, page: Page, lang: str) -> None:
    page.goto(f"{demo.base}/studio?lang={lang}")
    say_born(page)
    expect(page.locator("input[type=password]")).to_be_visible()


_signed_in: dict[str, list[Any]] = {}
"""The cookies of whom a page of this run signed in."""


def enter(demo: Installation, page: Page, lang: str, who: str) -> None:
    """The studio as `who` sees it; the first page of a run types the password."""
    if who in _signed_in:
        page.context.add_cookies(_signed_in[who])
        page.goto(f"{demo.base}/studio?lang={lang}")
        return
    sign_in(demo, page, lang)
    page.locator("input[type=email]").fill(f"{who}@demo.showfloor.example")
    page.locator("input[type=password]").fill("showfloor-demo")
    page.locator("input[type=password]").press("Enter")
    expect(page.locator("input[type=password]")).to_have_count(0)
    _signed_in[who] = page.context.cookies(demo.base)


def studio(demo: Installation, page: Page, lang: str) -> None:
    enter(demo, page, lang, "host")
    expect(page.locator(f"a[href*='{demo.facts['show_id']}']").first).to_be_visible()


def shelf_of_host(demo: Installation, page: Page, _lang: str) -> None:
    """From the studio."""
    page.goto(f"{demo.base}/studio/shows/{demo.facts['scheduled_show_id']}/products")
    expect(page.locator("tr[data-row]").first).to_be_visible()


def orders(demo: Installation, page: Page, lang: str) -> None:
    enter(demo, page, lang, "loamwick")
    page.wait_for_url("**/desk")
    expect(page.locator(".order-rows, .empty")).to_be_visible()


def money(demo: Installation, page: Page, _lang: str) -> None:
    """From the orders."""
    page.goto(f"{demo.base}/desk/money")
    expect(page.locator("main .card, main .empty").first).to_be_visible()


def own_mails(demo: Installation, page: Page, _lang: str) -> None:
    """From the orders."""
    page.goto(f"{demo.base}/desk/mails")
    expect(page.locator("main input[type=radio]:checked")).to_be_attached()


def chat_words(demo: Installation, page: Page, _lang: str) -> None:
    """From the orders."""
    page.goto(f"{demo.base}/desk/chat-words")
    expect(page.locator("main textarea")).to_be_visible()


def set_up(demo: Installation, page: Page, _lang: str) -> None:
    """From the studio."""
    page.goto(f"{demo.base}/studio/shows/{demo.facts['scheduled_show_id']}/setup")
    expect(page.locator(".cover")).to_be_visible()


def account(demo: Installation, page: Page, lang: str) -> None:
    enter(demo, page, lang, "operator")
    page.goto(f"{demo.base}/studio/account")
    expect(page.locator(".account__log")).to_be_visible()


def control_room(demo: Installation, page: Page, _lang: str) -> None:
    """From the studio."""
    page.locator(f"a[href*='{demo.facts['show_id']}']").first.click()
    until(page, f"{VIDEO}?.currentTime > 0")


def brand(demo: Installation, page: Page, lang: str) -> None:
    page.goto(f"{demo.brand}/?lang={lang}")
    expect(page.frame_locator("showfloor-live iframe").locator("video")).to_be_visible()
    inner = next(frame for frame in page.frames if "/embed/" in frame.url)
    until(inner, f"{VIDEO}?.currentTime > 0")


def missing(demo: Installation, page: Page, lang: str) -> None:
    page.goto(f"{demo.base}/s/nothing-here?lang={lang}")


WALKS: list[list[Callable[[Installation, Page, str], None]]] = [
    [home],
    [show, product, checkout],
    [scheduled],
    [sign_in],
    [studio, control_room, shelf_of_host, set_up],
    [account],
    [orders, money, own_mails, chat_words],
    [brand],
    [missing],
]
"""Each begins as a stranger in a new tab, and each page of it where the page before ended."""


def look(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found


def leave(page: Page) -> None:
    """The next page is a stranger's."""
    page.evaluate("localStorage.clear()")
    page.context.clear_cookies()
    page.close()


SIZES = {360: (360, 740), 1280: (1280, 800)}


def turn(page: Page, width: int) -> None:
    page.set_viewport_size({"width": SIZES[width][0], "height": SIZES[width][1]})


@pytest.mark.parametrize(("lang", "widths"), [("en", (1280, 360)), ("ar", (360, 1280))])
def test_pages_are_sound(
    demo: Installation, browser: Browser, lang: str, widths: tuple[int, int]
) -> None:
    context = new_visitor(browser, color_scheme="light")
    context.set_default_timeout(BOUND * 1000)
    wrong: dict[str, Any] = {}
    for walk in WALKS:
        page = context.new_page()
        for visit in walk:
            turn(page, widths[0])
            visit(demo, page, lang)
            for width in widths:
                turn(page, width)
                settled(page)
                if found := look(page, f"{visit.__name__}-{lang}-{width}"):
                    wrong[f"{visit.__name__}-{width}"] = found
        leave(page)
    context.close()

    assert wrong == {}


def test_dark_pages_are_sound(demo: Installation, browser: Browser) -> None:
    context = new_visitor(browser, viewport={"width": 1280, "height": 800}, color_scheme="dark")
    wrong: dict[str, Any] = {}
    for walk in ([home], [show, product, checkout], [studio, control_room]):
        page = context.new_page()
        for visit in walk:
            visit(demo, page, "en")
            if visit in (product, studio):
                continue
            settled(page)
            if found := look(page, f"{visit.__name__}-en-1280-dark"):
                wrong[visit.__name__] = found
        leave(page)
    context.close()

    assert wrong == {}


def test_show_page_says_everything_without_script(demo: Installation, browser: Browser) -> None:
    context = new_visitor(
        browser, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(f"{demo.show_page}?lang=en")

    text = page.locator("main").inner_text()

    for expected in (
        "The slow morning edit",
        "Loamwick",
        "Zafralune",
        "Dawn Mug",
        "£22.00",
        "Meridian Watch",
    ):
        assert expected in text
    context.close()
