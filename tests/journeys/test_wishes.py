"""A viewer buys by comment: `12 moss`, `mine 2`, `/2`, in both languages, on a phone and in a
column; the host numbers the goods and sees nothing of what was understood.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor
from tests.journeys.on_air import on_air
from tests.journeys.test_buy import say_born, watch
from tests.journeys.test_chat import DESK, PHONE
from tests.journeys.test_look import enter, look
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "say": "Ask or say something",
        "name": "Name",
        "send": "Send the message",
        "who": "Sofia",
        "clear": "12 moss",
        "unclear": "mine 2",
        "which": "which one?",
        "plum": "Plum",
        "held": "Held for you",
        "yours": "Held for you already",
        "pay": "Check out",
        "unknown": "No product in this show has the number 77.",
        "item": "/2",
        "scarf": "Dune Stripe Scarf",
        "all": "All products",
        "taken": "Another product of this show has this number.",
        "number_of": "Number of Olive Grove Vase in this show",
        "answer": "Answer as the team",
        "switch": "Buying by comment",
    },
    "ar": {
        "say": "سؤال أو تعليق",
        "name": "الاسم",
        "send": "إرسال الرسالة",
        "who": "مها",
        "clear": "١٢ أخضر طحلبي",
        "unclear": "حجز ٢",
        "which": "أيّها؟",
        "plum": "برقوقي",
        "held": "محجوز لك",
        "yours": "محجوزة لك بالفعل",
        "pay": "الدفع",
        "unknown": "لا منتج برقم 77 في هذا العرض.",
        "item": "/٢",
        "scarf": "وشاح الكثبان المقلّم",
        "all": "كل المنتجات",
        "taken": "منتج آخر في هذا العرض له هذا الرقم.",
        "number_of": "رقم مزهرية بستان الزيتون في هذا العرض",
        "answer": "الرد باسم الفريق",
        "switch": "الشراء بالتعليق",
    },
}


def newcomer(browser: Browser, lang: str, size: dict[str, int]) -> Page:
    context = new_visitor(browser, viewport=size, locale=lang)
    context.set_default_timeout(BOUND * 1000)
    return context.new_page()


def say(page: Page, said: dict[str, str], text: str) -> None:
    field = page.get_by_label(said["say"])
    field.fill(text)
    field.press("Enter")


@pytest.mark.parametrize(("lang", "size"), [("en", PHONE), ("ar", DESK)], ids=["en", "ar"])
def test_viewer_buys_by_comment(
    demo: Installation, browser: Browser, lang: str, size: dict[str, int]
) -> None:
    said = WORDS[lang]
    ids = demo.facts["product_ids"]
    title = {"en": "By comment", "ar": "بالتعليق"}
    with on_air(demo, title, [ids["vase"], ids["scarf"]]) as show:
        path = f"/shows/{show.id}"
        assert show.api.put(
            f"{path}/products/{ids['vase']}/number", json={"item_number": 12}
        ).is_success
        viewer, other = newcomer(browser, lang, size), newcomer(browser, lang, DESK)
        watch(viewer, f"{demo.base}/s/{show.slug}?lang={lang}")
        watch(other, f"{demo.base}/s/{show.slug}?lang={lang}")
        expect(other.locator(".shelf__item .no").first).to_have_text("12")
        if size == PHONE:
            viewer.get_by_role("button", name=said["say"]).click()

        say(viewer, said, said["clear"])
        say_born(viewer)
        # What is read aloud comes into a region that is there before it.
        region = viewer.locator("[data-wishes][aria-live=polite]")
        region.evaluate("region => region.dataset.before = 'yes'")
        viewer.get_by_label(said["name"]).fill(said["who"])
        viewer.get_by_role("button", name=said["send"]).click()
        wish = viewer.locator("[data-before=yes] .wish")
        expect(wish).to_have_attribute("data-wish", "held")
        expect(wish).to_contain_text(said["held"])
        expect(wish.get_by_role("timer")).to_have_text(re.compile(r"\d:\d\d"))
        assert look(viewer, f"wish-held-{lang}-{size['width']}") == []
        # Everybody reads the message, and nobody else what was understood of it.
        expect(other.get_by_role("log").get_by_text(said["clear"])).to_be_visible()
        expect(other.locator(".wish")).to_have_count(0)

        say(viewer, said, said["clear"])
        expect(wish).to_have_attribute("data-wish", "yours")
        expect(wish).to_contain_text(said["yours"])

        say(viewer, said, said["unclear"])
        expect(wish).to_contain_text(said["which"])
        assert look(viewer, f"wish-asked-{lang}-{size['width']}") == []
        wish.get_by_role("button", name=said["plum"]).click()
        expect(wish).to_have_attribute("data-wish", "held")

        say(viewer, said, "/77")
        expect(wish).to_contain_text(said["unknown"])
        assert look(viewer, f"wish-unknown-{lang}-{size['width']}") == []
        say(viewer, said, said["item"])
        sheet = viewer.get_by_role("dialog")
        expect(sheet.get_by_role("heading", name=said["scarf"])).to_be_visible()
        assert look(viewer, f"wish-sheet-{lang}-{size['width']}") == []
        said_in_chat = [one["text"] for one in show.api.get(f"{path}/messages").json()["items"]]
        assert said_in_chat == [said["clear"], said["clear"], said["unclear"]]

        for page in (viewer, other):
            page.context.close()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_host_numbers_the_goods_and_finds_them_by_number(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said = WORDS[lang]
    ids = demo.facts["product_ids"]
    with on_air(demo, {"en": "Numbers", "ar": "أرقام"}, [ids["vase"], ids["scarf"]]) as show:
        host = newcomer(browser, lang, DESK)
        enter(demo, host, lang, "host")
        host.goto(f"{demo.base}/studio/shows/{show.id}/products?lang={lang}")
        field = host.get_by_label(said["number_of"])
        expect(field).to_have_value("1")
        field.fill("2")
        field.press("Enter")
        expect(host.get_by_text(said["taken"])).to_be_visible()
        expect(field).to_have_value("1")
        field.fill("١٢٣٤")
        field.press("Enter")
        expect(field).to_have_value("1234")
        until_blocking(lambda: show.read()["item_numbers"] == [1234, 2])
        assert look(host, f"shelf-numbers-{lang}-1280") == []
        host.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        assert look(host, f"shelf-numbers-{lang}-360") == []
        host.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})

        host.goto(f"{demo.base}/studio/shows/{show.id}?lang={lang}")
        row = host.locator(f".cue[data-product='{ids['vase']}']")
        expect(row).to_contain_text("1234")
        field = host.locator("#room-chat-text")
        field.fill("/1234")
        field.press("Enter")
        expect(row.get_by_role("button")).to_be_focused()
        field.fill("/77")
        field.press("Enter")
        expect(host.get_by_text(said["unknown"])).to_be_visible()
        assert show.api.get(f"/shows/{show.id}/messages").json()["items"] == []
        host.get_by_label(said["switch"]).uncheck()
        assert look(host, f"control-numbers-{lang}-1280") == []
        host.context.close()
