"""The pages at the sizes at which they broke: a phone turned, a low window, a tablet held upright,
400 % of zoom. What a person needs there is asserted, not how it looks.

Each page is opened once a language, then the window takes one shape after the other: loading a
video costs seconds of a core, a shape costs a layout. The pictures go to `.build/shapes/`; people
look at them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from showfloor.app.demo.camera import WIDE_FILM
from tests.journeys.conftest import IN_TURN, Installation, new_visitor, settled, until
from tests.journeys.on_air import LiveShow, on_air
from tests.journeys.test_buy import VIDEO, open_product
from tests.journeys.test_look import (
    checkout,
    control_room,
    home,
    product,
    scheduled,
    show,
    studio,
)
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN, pytest.mark.long]
DESK = {"width": 1280, "height": 800}
PICTURES = Path(__file__).parents[2] / ".build" / "shapes"


class Shape(NamedTuple):
    """A window in CSS pixels, and how much of a sheet's content has to be visible in it."""

    width: int
    height: int
    readable: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


SHAPES = [
    Shape(667, 375, 160),
    Shape(740, 320, 160),
    # 1280 x 1024 at 400 %, the size of WCAG 2.2's 1.4.10 Reflow
    Shape(320, 256, 90),
    Shape(320, 568, 160),
    Shape(360, 740, 160),
    Shape(720, 900, 160),
    Shape(800, 1000, 160),
    Shape(960, 700, 160),
]
TURNED = SHAPES[:2]

LOOK = """
([readable, needed]) => {
  const wrong = [];
  const shown = node => node.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
  const name = node => `${node.className} "${(node.ariaLabel || node.innerText).trim()}"`;
  if (document.documentElement.scrollWidth > innerWidth)
    wrong.push(`scrolls sideways: ${document.documentElement.scrollWidth} of ${innerWidth}`);

  // What a person needs is whole in the window, and nothing lies over it.
  for (const selector of needed) {
    const nodes = [...document.querySelectorAll(selector)].filter(shown);
    if (!nodes.length) wrong.push(`is not there: ${selector}`);
    for (const node of nodes) {
      const { left, top, right, bottom } = node.getBoundingClientRect();
      if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1)
        wrong.push(`is not whole in the window: ${name(node)} ${[left, top, right, bottom]}`);
      if (!node.matches("a, button")) continue;
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (!over || !(node.contains(over) || over.contains(node)))
        wrong.push(`lies under something: ${name(node)}`);
    }
  }

  // No words of a button are cut: not by its own edge, not by a container that does not scroll.
  for (const node of document.querySelectorAll("button, a.btn, a.v-btn, .btn")) {
    if (!shown(node) || !node.innerText?.trim() || node.closest(".vh")) continue;
    const box = node.getBoundingClientRect();
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      // For screen readers alone, or the count on the corner of its button.
      const around = texts.currentNode.parentElement;
      if (around.matches(".count, .vh") || getComputedStyle(around).clipPath !== "none") continue;
      const words = document.createRange();
      words.selectNodeContents(texts.currentNode);
      const cut = [...words.getClientRects()].some(line =>
        line.left < box.left - 1 || line.right > box.right + 1 || line.top < box.top - 1
        || line.bottom > box.bottom + 1);
      if (cut) wrong.push(`cut words: ${name(node)}`);
    }
    for (let around = node.parentElement; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.overflowX === "auto" || style.overflowX === "scroll") break;
      const outer = around.getBoundingClientRect();
      if (style.overflowX !== "visible" && outer.width > 1
          && (box.left < outer.left - 1 || box.right > outer.right + 1)) {
        wrong.push(`cut by ${around.className}: ${name(node)}`);
        break;
      }
    }
  }

  // What of a sheet can be read at once; the rest of it scrolls.
  const sheet = document.querySelector(".sheet");
  if (sheet && readable) {
    const body = sheet.querySelector(".sheet__body").getBoundingClientRect();
    const rect = part => sheet.querySelector(part)?.getBoundingClientRect();
    const top = Math.max(body.top, rect(".sheet__head")?.bottom ?? 0, 0);
    const bottom = Math.min(body.bottom, rect(".sheet__bar")?.top ?? Infinity, innerHeight);
    if (bottom - top < readable) wrong.push(`${Math.round(bottom - top)} px of the sheet to read`);
  }
  return wrong;
}
"""


@contextmanager
def visitor(browser: Browser, lang: str) -> Iterator[Page]:
    context = new_visitor(browser, viewport={"width": 360, "height": 740}, locale=lang)
    context.set_default_timeout(BOUND * 1000)
    yield context.new_page()
    context.close()


class Walk:
    """One page after the other, and what was wrong with each at each shape."""

    def __init__(self, page: Page, lang: str) -> None:
        self.page = page
        self.lang = lang
        self.wrong: dict[str, list[str]] = {}
        PICTURES.mkdir(parents=True, exist_ok=True)

    def look(
        self, name: str, *needed: str, shapes: list[Shape] = SHAPES, sheet: bool = False
    ) -> None:
        for shape in shapes:
            self.page.set_viewport_size({"width": shape.width, "height": shape.height})
            # A picture that falters takes its controls with it until it runs again.
            for each in needed:
                expect(self.page.locator(each).first).to_be_visible()
            settled(self.page)
            where = f"{name}-{self.lang}-{shape}"
            self.page.screenshot(path=PICTURES / f"{where}.png")
            found = self.page.evaluate(LOOK, [shape.readable if sheet else 0, list(needed)])
            if found:
                self.wrong[where] = found
        self.page.set_viewport_size({"width": 360, "height": 740})


FLAT = 480
"""Pixels (styles/breakpoints.css): a lower window has no room for it."""
CLOSE = ".sheet__head .btn-icon"
MAIN = ".sheet__bar .btn"
LANGUAGES = ["en", "ar"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_viewer_can_buy_at_every_shape(demo: Installation, browser: Browser, lang: str) -> None:
    with visitor(browser, lang) as page:
        walk = Walk(page, lang)
        home(demo, page, lang)
        walk.look("home")
        show(demo, page, lang)
        walk.look("show", ".stage")
        product(demo, page, lang)
        walk.look("product", CLOSE, MAIN, sheet=True)
        checkout(demo, page, lang)
        # What is bought stands beside the button that orders it, wherever the sheet is scrolled to.
        tall = [shape for shape in SHAPES if shape.height > FLAT]
        walk.look("checkout", CLOSE, "[data-recap]", shapes=tall, sheet=True)
        walk.look(
            "checkout", CLOSE, shapes=[each for each in SHAPES if each not in tall], sheet=True
        )

    assert walk.wrong == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_before_and_after_a_show_are_not_dead(
    demo: Installation, browser: Browser, lang: str
) -> None:
    with visitor(browser, lang) as page:
        walk = Walk(page, lang)
        scheduled(demo, page, lang)
        # Its poster, when it begins, how long that is, and a way to tell others.
        expect(page.locator(".stage__state .v-btn-share")).to_be_visible()
        until(page, "document.querySelector('.stage img.stage__video')?.naturalWidth > 0")
        walk.look("scheduled", ".stage__state .v-btn-share", ".stage__state h2")
        page.goto(f"{demo.base}/s/{demo.await_past_show()}?lang={lang}")
        expect(page.locator(".stage__state .btn-spot").first).to_be_visible()
        walk.look("ended", ".stage__state .btn-spot")

    assert walk.wrong == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_control_room_works_at_every_shape(demo: Installation, browser: Browser, lang: str) -> None:
    demo.await_past_show()
    with demo.api() as api:
        title = api.get(f"/shows/{demo.facts['show_id']}").json()["title"][lang]
    with visitor(browser, lang) as page:
        walk = Walk(page, lang)
        studio(demo, page, lang)
        # A show that is over says when it was on the air, not when it had been announced for.
        over = page.locator("li", has=page.locator(f"a[href*='{demo.facts['past_show_id']}']"))
        expect(over).to_contain_text(re.compile(r"\d{2}:\d{2}.*\d{2}:\d{2}"))
        walk.look("studio")
        control_room(demo, page, lang)
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        # Nobody has its keys on a phone.
        expect(page.locator(".deckbar .kbd").first).to_be_hidden()
        page.set_viewport_size(DESK)
        expect(page.locator(".deckbar .kbd").first).to_be_visible()
        walk.look("room")

    assert walk.wrong == {}


SOLD_OUT = {"en": "Last of the kiln", "ar": "آخر ما في الفرن"}


def made_without_stock(demo: Installation) -> str:
    """The id of a product of which there is not a piece."""
    sku = f"LAST-{uuid4().hex[:8]}"
    variant = {"sku": sku, "options": {}, "prices": [{"amount": 900, "currency": "GBP"}]}
    body = {"name": SOLD_OUT, "summary": SOLD_OUT, "description": SOLD_OUT, "axes": {}}
    with demo.api("merchant") as api:
        answer = api.post("/products", json={**body, "variants": [variant]})
        product_id = str(answer.json()["id"])
        # What was never counted is not called sold out.
        for reason in ("arrived", "damaged"):
            change = {"sku": sku, "reason": reason, "pieces": 1}
            key = {"Idempotency-Key": uuid4().hex}
            path = f"/products/{product_id}/stock"
            api.post(path, json=change, headers=key).raise_for_status()
        return product_id


@pytest.fixture(scope="module")
def landscape(demo: Installation) -> Iterator[LiveShow]:
    """A live show whose camera lies across, announced by a picture of that shape, and whose last
    product is sold out.
    """
    with demo.api("host") as api:
        live = api.get("/shows", params={"state": "live"}).json()["items"][0]
    products = [each["id"] for each in live["products"][:3]]
    title = {"en": "Across", "ar": "بالعرض"}
    with on_air(demo, title, [*products, made_without_stock(demo)], WIDE_FILM) as across:
        pin = {"kind": "pin", "product_id": products[0]}
        across.api.post(f"/shows/{across.id}/cues", json=pin).raise_for_status()
        cover = BytesIO()
        Image.new("RGB", (1280, 720), "teal").save(cover, "jpeg")
        kind = {"Content-Type": "image/jpeg"}
        across.api.put(
            f"/shows/{across.id}/cover", content=cover.getvalue(), headers=kind
        ).raise_for_status()
        yield across


@pytest.mark.parametrize("lang", LANGUAGES)
def test_landscape_show_is_watched_and_bought_from_on_a_turned_phone(
    demo: Installation, browser: Browser, landscape: LiveShow, lang: str
) -> None:
    with visitor(browser, lang) as page:
        walk = Walk(page, lang)
        page.goto(f"{demo.base}/s/{landscape.slug}?lang={lang}")
        until(page, f"{VIDEO}?.currentTime > 0")
        walk.look("wide", ".stage__tools .v-btn")
        page.set_viewport_size({"width": 740, "height": 320})
        # The picture has the height: it is cut off nowhere.
        box = page.locator("video").bounding_box()
        page.locator(".stage__bag").click()
        walk.look("wide-shelf", ".shop__close", shapes=TURNED)
        page.locator(".shelf__open").first.click()
        expect(page.locator(MAIN)).to_be_visible()
        walk.look("wide-product", CLOSE, MAIN, sheet=True)
        page.locator(CLOSE).click()
        open_product(page, SOLD_OUT[lang])
        # No dead end: what is the matter, a way back to everything else, and a place in line.
        sheet = page.get_by_role("dialog")
        expect(sheet.locator(".notice .btn")).to_be_visible()
        expect(sheet.locator(MAIN)).to_have_attribute("href", re.compile("#wait=show_"))
        walk.look("gone", CLOSE, MAIN, sheet=True)

    assert walk.wrong == {}
    assert box is not None
    assert box["height"] >= 300


def test_chosen_variant_and_swatches_are_told_in_forced_colours(
    demo: Installation, browser: Browser
) -> None:
    with visitor(browser, "en") as page:
        walk = Walk(page, "forced")
        page.emulate_media(forced_colors="active")
        show(demo, page, "en")
        walk.look("show", shapes=[SHAPES[4]])
        product(demo, page, "en")
        walk.look("product", CLOSE, MAIN, shapes=[SHAPES[0], SHAPES[4]], sheet=True)

        outlines = (
            page.locator(".axis")
            .first.locator("label.opt")
            .evaluate_all(
                "all => all.map(one => [one.querySelector('input').checked,"
                " getComputedStyle(one.querySelector('span')).outlineStyle])"
            )
        )
        swatches = page.locator(".opt i").evaluate_all(
            "all => all.map(one => [getComputedStyle(one).backgroundColor,"
            " getComputedStyle(one).forcedColorAdjust])"
        )

    assert walk.wrong == {}
    assert [style for chosen, style in outlines if chosen] == ["solid"]
    assert {style for chosen, style in outlines if not chosen} == {"none"}
    assert swatches
    assert len({colour for colour, _ in swatches}) == len(swatches)
    assert {adjust for _, adjust in swatches} == {"none"}


SEEN = """
node => {
  const { width, height } = node.getBoundingClientRect();
  const own = (node.videoWidth || node.naturalWidth) / (node.videoHeight || node.naturalHeight);
  if (!width || !own) return 0;
  const shape = width / height;
  return getComputedStyle(node).objectFit === "cover" ? Math.min(own / shape, shape / own) : 1;
}
"""
"""How much of a picture is seen, 0 to 1: the rest of it lies outside of its box (CSS Images 3,
section 5.5).
"""
WINDOWS = [(1280, 800), (960, 700), (800, 1000), (740, 320), (360, 740)]


def first_on_home(demo: Installation, page: Page, show: LiveShow) -> None:
    """A show whose picture falters at that moment stands behind others."""

    def is_first() -> bool:
        home(demo, page, "en")
        return page.locator(".live-hero").get_attribute("href") == f"/s/{show.slug}"

    until_blocking(is_first, otherwise=lambda: str(show.read()["state"]))


def test_landscape_show_is_seen_whole_wherever_it_is_shown(
    demo: Installation, browser: Browser, landscape: LiveShow
) -> None:
    seen: dict[str, float] = {}

    def look(page: Page, name: str, picture: str) -> None:
        expect(page.locator(picture)).to_be_visible()
        for width, height in WINDOWS:
            page.set_viewport_size({"width": width, "height": height})
            settled(page)
            page.screenshot(path=PICTURES / f"whole-{name}-{width}.png")
            seen[f"{name} {width}"] = page.locator(picture).evaluate(SEEN)

    PICTURES.mkdir(parents=True, exist_ok=True)
    with visitor(browser, "en") as page:
        first_on_home(demo, page, landscape)
        # All that stands on the page of a shop with one show.
        page.evaluate(
            "document.querySelectorAll('main > section + section').forEach(x => x.remove())"
        )
        look(page, "home", ".live-hero__pic > img")
        walk = Walk(page, "en")
        walk.look("home-one")
        page.goto(f"{demo.base}/s/{landscape.slug}?lang=en")
        until(page, f"{VIDEO}?.currentTime > 0")
        look(page, "show", ".stage video")
        page.set_viewport_size(DESK)
        page.get_by_role("button", name="Full screen").click()
        until(page, "document.fullscreenElement?.matches('.show-layout')")
        page.get_by_role("button", name="Leave full screen").click()
        until(page, "document.fullscreenElement === null")
        page.goto(f"{demo.base}/embed/{landscape.slug}?lang=en")
        until(page, f"{VIDEO}?.currentTime > 0")
        look(page, "frame", ".stage video")
        studio(demo, page, "en")
        page.goto(f"{demo.base}/studio/shows/{landscape.id}?lang=en")
        until(page, f"{VIDEO}?.currentTime > 0")
        look(page, "preview", ".a-preview video")
    context = new_visitor(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.base}/s/{landscape.slug}?lang=en")
    look(page, "poster", ".stage img.stage__video")
    context.close()

    assert walk.wrong == {}
    assert {name: share for name, share in seen.items() if share < 0.97} == {}
