"""A viewer asks about a product, the host answers, and its sheet leads to that second."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, until
from tests.journeys.test_buy import say_born
from tests.journeys.test_chat import DESK, PHONE, visitor
from tests.journeys.test_look import control_room, look, studio
from tests.waiting import until_blocking

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "title": "Questions about this product",
        "ask": "Ask about this product",
        "questions": "Questions",
        "ask_show": "Ask about the show",
        "about_show": "Is there a second evening? Row",
        "name": "Name",
        "send": "Send the question",
        "who": "Sofia",
        "other": "Daniel",
        "text": "Does the glaze chip easily?",
        "sent": "Your question is on the host's list.",
        "too": "Me too",
        "joined": "1 person asks this with you.",
        "answered": "Answered: ",
        "dismiss": "Dismiss: ",
        "watch": "Answer at",
    },
    "ar": {
        "title": "أسئلة عن هذا المنتج",
        "ask": "سؤال عن هذا المنتج",
        "questions": "الأسئلة",
        "ask_show": "سؤال عن العرض",
        "about_show": "هل من أمسية ثانية؟ صف",
        "name": "الاسم",
        "send": "إرسال السؤال",
        "who": "مها",
        "other": "نورة",
        "text": "هل يتشقق الطلاء بسهولة؟",
        "sent": "سؤالك في قائمة التقديم.",
        "too": "وأنا أيضًا",
        "joined": "يسأل شخص واحد هذا معك.",
        "answered": "أُجيب عنه: ",
        "dismiss": "تنحية: ",
        "watch": "الإجابة عند",
    },
}


def open_sheet(page: Page, product_id: str) -> None:
    """By the shelf, which a phone opens first."""
    row = page.locator(f"[data-product='{product_id}'] .shelf__open")
    if page.viewport_size == PHONE:
        page.locator("[data-focus-home]").click()
    row.click()


def questions_of(demo: Installation) -> list[dict[str, Any]]:
    with demo.api() as api:
        found: list[dict[str, Any]] = api.get(f"/shows/{demo.facts['show_id']}/questions").json()[
            "items"
        ]
    return found


def introduce(page: Page, said: dict[str, str], name: str) -> None:
    say_born(page)
    page.locator(".asks").get_by_label(said["name"]).fill(name)
    page.locator(".asks").get_by_role("button", name=said["send"]).click()


def is_recorded(page: Page, demo: Installation, moment: str) -> bool:
    """And so much after it that it is not the live picture's next second."""
    playlist = page.evaluate(
        "address => fetch(address).then((answer) => answer.text())",
        f"/replays/{demo.facts['show_id']}/rewind.m3u8",
    )
    newest = re.findall(r"#EXT-X-PROGRAM-DATE-TIME:(\S+)", playlist)[-1]
    return datetime.fromisoformat(newest) > datetime.fromisoformat(moment) + timedelta(seconds=8)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_show_is_asked_about_beside_its_chat(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said = WORDS[lang]
    for size in (PHONE, DESK):
        page = visitor(browser, demo, lang, size)
        if size == PHONE:
            page.locator("[data-chat-home]").click()
        chat = page.locator(".talk")
        switch = chat.get_by_role("button", name=said["questions"], exact=True)
        switch.press("Enter")
        expect(switch).to_have_attribute("aria-pressed", "true")
        chat.get_by_label(said["ask_show"]).fill(f"{said['about_show']} {size['width']}")
        page.keyboard.press("Enter")
        introduce(page, said, said["who"])
        expect(chat.get_by_role("status").filter(has_text=said["sent"])).to_be_visible()
        assert look(page, f"questions-chat-{lang}-{size['width']}") == []
        switch.press("Enter")
        expect(chat.get_by_role("log")).to_be_visible()
        page.context.close()

    def about_show() -> list[dict[str, Any]]:
        return [one for one in questions_of(demo) if one["text"].startswith(said["about_show"])]

    # Another number makes another question. The list may be a second old.
    until_blocking(lambda: len(about_show()) == 2)
    asked = about_show()
    assert [(one["product_id"], one["askers"]) for one in asked] == [(None, 1), (None, 1)]
    with demo.api("host") as api:
        for one in asked:
            assert api.post(f"/questions/{one['id']}/dismiss").status_code == 200


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_question_is_asked_joined_answered_and_watched(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said = WORDS[lang]
    with demo.api() as api:
        show = api.get(f"/shows/{demo.facts['show_id']}").json()
    product = show["products"][0]["id"]
    old = datetime.fromisoformat(show["went_live_at"]) + timedelta(seconds=61)
    until_blocking(lambda: datetime.now(UTC) > old)
    asker, other = visitor(browser, demo, lang, PHONE), visitor(browser, demo, lang, DESK)
    host = visitor(browser, demo, lang, DESK)
    studio(demo, host, lang)
    control_room(demo, host, lang)

    open_sheet(asker, product)
    asks = asker.get_by_role("region", name=said["title"])
    asks.get_by_label(said["ask"]).fill(said["text"])
    asker.keyboard.press("Enter")
    introduce(asker, said, said["who"])
    expect(asks.get_by_role("status").filter(has_text=said["sent"])).to_be_visible()
    expect(asks.get_by_label(said["ask"])).to_be_focused()
    assert look(asker, f"question-{lang}-360") == []
    until_blocking(lambda: said["text"] in [one["text"] for one in questions_of(demo)])
    question = next(one for one in questions_of(demo) if one["text"] == said["text"])
    row = f"[data-question={question['id']}]"

    open_sheet(other, product)
    other.locator(row).get_by_role("button", name=said["too"]).press("Enter")
    introduce(other, said, said["other"])
    expect(other.locator(".asks [role=status]")).to_contain_text(said["joined"])
    assert look(other, f"question-joined-{lang}-1280") == []

    waiting = host.locator(row)
    expect(waiting.locator(".q__n")).to_have_text("2")
    assert look(host, f"questions-room-{lang}-1280") == []
    waiting.get_by_role("button", name=said["answered"]).press("Enter")
    expect(host.locator(f".room-asks__list > ul {row}")).to_have_count(0)
    assert host.evaluate("document.activeElement !== document.body")

    for page in (asker, other):
        expect(page.locator(row).get_by_role("button", name=said["watch"])).to_be_visible()
    answered = next(one for one in questions_of(demo) if one["id"] == question["id"])
    until_blocking(lambda: is_recorded(other, demo, answered["answered_at"]))
    other.locator(row).get_by_role("button", name=said["watch"]).press("Enter")
    # The recording of the show so far, in the place of the live picture.
    expect(other.locator(".seek__bar")).to_be_visible()
    assert look(other, f"question-watched-{lang}-1280") == []
    began = datetime.fromisoformat(show["went_live_at"])
    at = (datetime.fromisoformat(answered["answered_at"]) - began).total_seconds()
    until(other, f"document.querySelector('.seek__bar').ariaValueNow >= {at - 5}")

    with demo.api("host") as api:
        # What is answered is dismissed only after it was opened again.
        for step in ("reopen", "dismiss"):
            assert api.post(f"/questions/{question['id']}/{step}").status_code == 200
    expect(asker.locator(row)).to_have_count(0)
    for page in (asker, other, host):
        page.context.close()
