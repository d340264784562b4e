"""A child is refused and an adult let in, at every door that a browser has: by keyboard alone, on a
phone, in both languages.

What the child typed is nowhere in the browser, and no way leads around the refusal.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor
from tests.journeys.test_buy import open_product, say_born, watch
from tests.journeys.test_look import look
from tests.waiting import BOUND

pytestmark = [IN_TURN]
CHILD_YEAR = str(datetime.now(UTC).year - 11)
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
WORDS = {
    "en": {
        "shelf": "shelf",
        "mug": "Dawn Mug",
        "hold": "Hold and check out",
        "continue": "Continue",
        "missing": "The year is missing.",
        "refused": "Ordering is not open to you here",
        "go_on": "Go on watching",
        "studio": "The studio is not open to you here",
    },
    "ar": {
        "shelf": "الرفّ",
        "mug": "كوب الفجر",
        "hold": "حجز ومتابعة الدفع",
        "continue": "متابعة",
        "missing": "السنة ناقصة",
        "refused": "أما الطلب فغير متاح لك هنا",
        "go_on": "متابعة المشاهدة",
        "studio": "أما الاستوديو فغير متاح لك هنا",
    },
}


def in_arabic_digits(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def hold(page: Page, demo: Installation, lang: str) -> None:
    """Up to the question, or to what stands in its place."""
    said = WORDS[lang]
    watch(page, f"{demo.show_page}?lang={lang}")
    if page.viewport_size and page.viewport_size["width"] < 960:
        page.get_by_role("button", name=re.compile(said["shelf"])).first.click()
    open_product(page, said["mug"])
    page.get_by_role("button", name=re.compile(said["hold"])).click()


def stored(page: Page) -> str:
    """All that the browser keeps for the site."""
    found: str = page.evaluate(STORED)
    return found


def says_child_year(text: str) -> bool:
    """Not within a longer number: ids and ports are some."""
    return re.search(rf"(?<![0-9a-f]){CHILD_YEAR}(?![0-9a-f])", text) is not None


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_child_is_refused_at_every_door_of_the_page(
    demo: Installation, browser: Browser, lang: str, tmp_path: Path
) -> None:
    said = WORDS[lang]
    visitor = new_visitor(browser, viewport={"width": 360, "height": 740}, locale=lang)
    visitor.set_default_timeout(BOUND * 1000)
    page = visitor.new_page()
    addresses: list[str] = []
    began = datetime.now(UTC).date()
    visitor.on("request", lambda request: addresses.append(request.url))
    hold(page, demo, lang)

    day = page.locator("#age-day")
    expect(day).to_be_visible()
    empty = [page.locator(f"#age-{part}").input_value() for part in ("day", "month", "year")]
    assert empty == ["", "", ""]
    question = page.get_by_role("dialog").inner_text()
    assert not re.search("1[368]|١[٣٦٨]", re.sub(r"[0-9٠-٩]+:[0-9٠-٩]+", "", question))
    assert look(page, f"question-{lang}-360") == []

    day.focus()
    page.keyboard.type(in_arabic_digits("7"))
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(said["missing"])).to_be_visible()
    expect(page.locator("#age-year")).to_be_focused()
    assert page.locator("#age-year").get_attribute("aria-describedby") == "age-wrong"
    page.keyboard.type(in_arabic_digits(CHILD_YEAR))
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=said["continue"])).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text(said["refused"])).to_be_visible()
    assert look(page, f"refused-{lang}-360") == []
    for around in ("reload", "tab", "language", "back"):
        if around == "tab":
            page = visitor.new_page()
        elif around == "back":
            page.goto(demo.base)
            page.go_back()
        shown = {"language": {"en": "ar", "ar": "en"}[lang]}.get(around, lang)
        hold(page, demo, shown)
        refused = page.get_by_role("dialog").get_by_text(WORDS[shown]["refused"])
        expect(refused).to_be_visible()
        expect(page.locator("#age-day, #co-email")).to_have_count(0)

    page.evaluate("localStorage.clear()")
    page.goto(f"{demo.base}/studio?lang={lang}")
    say_born(page)
    expect(page.get_by_text(said["studio"])).to_be_visible()
    assert look(page, f"refused-studio-{lang}-360") == []
    assert not says_child_year(stored(page))
    assert not any(says_child_year(address) for address in addresses)
    marks = [cookie["value"] for cookie in visitor.cookies() if "gate" in cookie["name"]]
    # It may have become midnight.
    assert len(marks) == 1
    assert began <= date.fromisoformat(marks[0]) <= datetime.now(UTC).date()
    visitor.close()


def test_hold_of_a_child_goes_back_to_the_shelf(demo: Installation, page: Page) -> None:
    hold(page, demo, "en")
    say_born(page, year=CHILD_YEAR)

    page.get_by_role("button", name="Go on watching").click()

    expect(page.get_by_role("timer")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_child_is_refused_in_the_frame_of_a_brand(demo: Installation, page: Page) -> None:
    """There browsers block a third party's cookies and storage; what is partitioned they keep."""
    frame = page.frame_locator("showfloor-live iframe")

    def hold_there() -> None:
        page.goto(f"{demo.brand}/?lang=en")
        expect(frame.locator("video")).to_be_visible()
        frame.get_by_role("button", name=re.compile("Open the shelf|products")).first.click()
        open_product(frame, "Dawn Mug")
        frame.get_by_role("button", name=re.compile("Hold and check out")).click()

    hold_there()
    say_born(frame, year=CHILD_YEAR)
    expect(frame.get_by_text("Ordering is not open to you here")).to_be_visible()

    hold_there()
    say_born(frame)
    expect(frame.get_by_text("Ordering is not open to you here")).to_be_visible()
    expect(frame.locator("#age-day, #co-email")).to_have_count(0)


def test_nothing_typed_stays_in_the_browser_of_who_is_refused_later(
    demo: Installation, page: Page
) -> None:
    """Let in by a first answer, refused at the door itself: what was typed goes."""
    hold(page, demo, "en")
    say_born(page)
    page.get_by_label("Email").fill("child@example.com")
    assert "child@example.com" in stored(page)

    asked = {"door": "guest_checkout", "country": "GB", "born": {"day": 1, "month": 1}}
    page.evaluate(
        "born => fetch('/api/v1/admissions', {method: 'POST', body: JSON.stringify(born), headers: "
        "{'Content-Type': 'application/json'}})",
        {**asked, "born": {"day": 1, "month": 1, "year": int(CHILD_YEAR)}},
    )
    page.get_by_label("Full name").fill("Sofia Marin")
    page.get_by_label("Street and number").fill("48 Alder Street")
    page.get_by_label("City").fill("Bristol")
    page.get_by_label(re.compile("Postcode")).fill("BS1 4DJ")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile("Order and pay")).click()

    expect(page.get_by_text("Ordering is not open to you here")).to_be_visible()
    assert "child@example.com" not in stored(page)
