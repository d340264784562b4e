"""A drop from its plan to sold out: the host plans it, its seller agrees, one viewer buys the only
piece while another one watches, and the log holds.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from showfloor.offers.service import verify_drop
from tests.journeys.conftest import IN_TURN, Installation, new_visitor, until
from tests.journeys.on_air import LiveShow, on_air
from tests.journeys.test_buy import fill_card, fill_details, say_born, watch
from tests.journeys.test_chat import DESK, PHONE
from tests.journeys.test_look import enter, look
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]
SMALL = [(320, 256), (360, 640)]
LOW = 400
"""Pixels; where there are fewer, a drop goes before words about a picture that is not there."""
HIDDEN = """(() => {
  const card = [...document.querySelectorAll(".offer")].find((one) => one.checkVisibility());
  if (!card) return ["card"];
  const parts = card.querySelectorAll("h2, .price-now, .offer__state b, .offer__go .btn");
  return [...parts].filter((part) => {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    const whole = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    const ends = [left + 4, right - 4].map((x) =>
      card.contains(document.elementFromPoint(x, (top + bottom) / 2)));
    return !whole || ends.includes(false);
  }).map((part) => part.textContent);
})()"""
WORDS = {
    "en": {
        "plan": "Plan a drop",
        "units": "Pieces",
        "one": "1",
        "price": re.compile(r"^Price"),
        "save": "Add to the plan",
        "waits": "Waits for the seller",
        "start": re.compile(r"^Start the countdown"),
        "order": re.compile("Order and pay"),
        "may_return": "What is not paid for comes back.",
        "sold": "1 of 1 sold.",
        "check": "Check the log in this browser",
        "said": ["Drop · 1 piece", "Open", "The only piece is taken", "This drop is over"],
    },
    "ar": {
        "plan": "خطّط لطرح",
        "units": "القطع",
        "one": "١",
        "price": re.compile(r"^السعر"),
        "save": "أضِف إلى الخطة",
        "waits": "ينتظر موافقة البائع",
        "start": re.compile(r"^ابدأ العد التنازلي"),
        "order": re.compile("تأكيد الطلب ودفع"),
        "may_return": "ما لا يُدفع ثمنه يعود.",
        "sold": "بيع 1 من 1.",
        "check": "تحقّق من السجل في هذا المتصفح",
        "said": ["طرح · قطعة واحدة", "مفتوح", "أُخذت القطعة الوحيدة", "انتهى هذا الطرح"],
    },
}

INSTEAD = """<div class="stage__instead" id="instead-of-picture">
  <p>The picture kept stopping, so you hear the show without it.</p>
  <button class="btn v-btn-share">Show the picture</button>
</div>"""
COVERED = """[...document.querySelectorAll("#instead-of-picture > *")].filter((part) => {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  const at = [top + 10, bottom - 10].map((y) =>
    document.elementFromPoint((left + right) / 2, y)?.closest("#instead-of-picture"));
  return top < 0 || at.includes(undefined) || at.includes(null);
}).map((part) => part.className)"""
SCRIPTS = """
async () => {
  const names = performance.getEntriesByType("resource").map(({ name }) => name);
  const scripts = names.filter((name) => new URL(name).pathname.endsWith(".js"));
  const texts = await Promise.all(scripts.map(async (name) => (await fetch(name)).text()));
  return texts.filter((text) => text.includes("offer__state")).length;
}
"""
"""How many scripts that the page has loaded have the card in them: it comes with the first drop."""


def newcomer(browser: Browser, lang: str, size: Any) -> Page:
    context = new_visitor(browser, viewport=size, locale=lang)
    context.set_default_timeout(BOUND * 1000)
    return context.new_page()


def card(page: Page, phase: str) -> Locator:
    return page.locator(f".offer[data-phase={phase}]:visible")


def listen(page: Page) -> None:
    """Note what a screen reader hears of the drop."""
    page.evaluate(
        """() => {
          window.heard = [];
          new MutationObserver(() => {
            const said = document.querySelector('.offer [role=status]')?.textContent.trim();
            if (said && said !== window.heard.at(-1)) window.heard.push(said);
          }).observe(document.body, {subtree: true, childList: true, characterData: true});
        }"""
    )


def buy(page: Page, lang: str, said: dict[str, Any]) -> None:
    if lang == "en":
        fill_details(page, "sofia@example.com")
        fill_card(page)
    else:
        say_born(page)
        page.get_by_label("البريد الإلكتروني").fill("noura@example.com")
        page.get_by_label("الاسم الكامل").fill("نورة سالم")
        page.get_by_label("الشارع").first.fill("شارع 48")
        page.get_by_label("المدينة").fill("لندن")
        page.get_by_label("الرمز البريدي").fill("N1 9GU")
        page.get_by_label("رقم البطاقة").fill("4242 4242 4242 4242")
    page.get_by_role("button", name=said["order"]).click()


def plan(host: Page, said: dict[str, Any], lang: str) -> None:
    """The cheapest price there is, which every seller has to agree to."""
    host.get_by_role("button", name=said["plan"], exact=True).press("Enter")
    form = host.locator(".drop-form")
    # What was wrong before is not said any more when something else is.
    form.get_by_label(said["price"]).fill("9999.00")
    form.get_by_role("button", name=said["save"]).press("Enter")
    expect(host.locator(".drops-card .notice")).to_have_count(1)
    form.get_by_label(said["price"]).fill("")
    form.get_by_role("button", name=said["save"]).press("Enter")
    expect(form.locator("[aria-invalid=true]")).to_have_count(1)
    assert look(host, f"drop-form-{lang}") == []
    expect(host.locator(".drops-card .notice")).to_have_count(0)
    form.get_by_label(said["units"], exact=True).fill(said["one"])
    form.get_by_label(said["price"]).fill("1.00")
    # Thirty seconds, so that a busy machine sees the countdown.
    form.locator("select").nth(1).select_option(index=1)
    form.get_by_role("button", name=said["save"]).press("Enter")
    expect(host.locator(".drops-card li")).to_contain_text(said["waits"])


def agree(demo: Installation, show: LiveShow) -> str:
    (drop,) = show.api.get(f"/shows/{show.id}/drops").json()["drops"]
    with demo.api("merchant") as api:
        assert api.post(f"/drops/{drop['id']}/agree").status_code == 200
    found: str = drop["id"]
    return found


def check_small(page: Page, lang: str) -> None:
    """What is sold, for how much, how it stands and the button are whole in the smallest windows,
    and nothing lies over them.
    """
    before = page.viewport_size
    for width, height in SMALL:
        page.set_viewport_size({"width": width, "height": height})
        assert look(page, f"drop-small-{lang}-{width}") == []
        until(page, f"{HIDDEN}.join() === ''")
        # Also for who hears the show without its picture.
        page.locator(".stage__bottom").evaluate(
            "(node, html) => node.insertAdjacentHTML('beforebegin', html)", INSTEAD
        )
        until(page, f"{HIDDEN}.join() === ''")
        if height >= LOW:
            assert page.evaluate(COVERED) == []
        page.evaluate("document.querySelector('#instead-of-picture').remove()")
    assert before is not None
    page.set_viewport_size(before)


@pytest.mark.parametrize(("lang", "size"), [("en", PHONE), ("ar", DESK)], ids=["en", "ar"])
def test_drop_from_its_plan_to_sold_out(
    demo: Installation, browser: Browser, lang: str, size: dict[str, int]
) -> None:
    said = WORDS[lang]
    with demo.api() as api:
        goods = api.get(f"/shows/{demo.facts['show_id']}").json()["products"]
    with demo.api("merchant") as api:
        own = {item["id"] for item in api.get("/catalog").json()["items"]}
    mine = next(product["id"] for product in goods if product["id"] in own)
    with on_air(demo, {"en": "An evening drop", "ar": "طرح المساء"}, [mine]) as show:
        host = newcomer(browser, lang, DESK)
        enter(demo, host, lang, "host")
        host.goto(f"{demo.base}/studio/shows/{show.id}")
        until(host, "document.querySelector('video')?.currentTime > 0")
        plan(host, said, lang)
        drop = agree(demo, show)
        viewers = buyer, watcher = newcomer(browser, lang, size), newcomer(browser, lang, size)
        for page in viewers:
            watch(page, f"{demo.base}/s/{show.slug}?lang={lang}")
            assert page.evaluate(SCRIPTS) == 0
        listen(watcher)

        host.get_by_role("button", name=said["start"]).press("Enter")
        expect(card(watcher, "coming")).to_have_count(1)
        assert watcher.evaluate(SCRIPTS) == 1
        assert look(watcher, f"drop-coming-{lang}-{size['width']}") == []
        assert look(host, f"drop-room-{lang}-1280") == []
        for page in viewers:
            page.locator(".offer:visible .offer__go .btn").focus()
            expect(card(page, "open")).to_have_count(1)
            # Who waits at the button stays there.
            assert page.evaluate("document.activeElement.closest('.offer__go') !== null")
        assert look(watcher, f"drop-open-{lang}-{size['width']}") == []
        check_small(watcher, lang)

        buyer.keyboard.press("Enter")
        expect(buyer.get_by_role("dialog").get_by_role("timer")).to_be_visible()
        expect(card(watcher, "gone")).to_contain_text(said["may_return"])
        assert look(watcher, f"drop-gone-{lang}-{size['width']}") == []
        buy(buyer, lang, said)
        expect(card(watcher, "ended")).to_contain_text(said["sold"])
        assert look(watcher, f"drop-ended-{lang}-{size['width']}") == []

        heard = watcher.evaluate("window.heard")
        assert heard == said["said"]
        with watcher.expect_download() as coming:
            card(watcher, "ended").get_by_role("link").click()
        with coming.value.path().open("rb") as log:
            proof = verify_drop(log)
        assert proof.holds and proof.sold == 1
        assert proof.terms is not None and proof.terms.drop == drop.removeprefix("drop_")
        if size == DESK:
            watcher.get_by_role("button", name=said["check"]).press("Enter")
            expect(watcher.locator("[data-result=holds]")).to_have_count(8)
            expect(watcher.locator("[data-result=holds]").first).to_be_in_viewport(ratio=1)
            assert look(watcher, f"drop-proof-{lang}") == []
        until_blocking(lambda: show.read()["state"] == "live")
        for page in (host, *viewers):
            page.context.close()
