"""Links wait until a moderator decides, on a phone and by keyboard; their writer sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_buy import say_born
from tests.journeys.test_chat import DESK, PHONE, visitor
from tests.journeys.test_chat import WORDS as CHAT
from tests.journeys.test_look import enter, look

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "review": "Hold for review",
        "waits": "Waiting for a moderator. Only you see it so far.",
        "refused": "A moderator did not let this message through.",
        "queue": "Waiting for review",
        "approve": "Let through: Sofia",
        "refuse": "Refuse: Sofia",
        "after_all": "Show it after all",
    },
    "ar": {
        "review": "مراجعة قبل النشر",
        "waits": "بانتظار موافقة الإشراف. لا يراها غيرك حتى الآن.",
        "refused": "لم يوافق الإشراف على هذه الرسالة",
        "queue": "بانتظار المراجعة",
        "approve": "موافقة: مها",
        "refuse": "رفض: مها",
        "after_all": "إظهارها رغم ذلك",
    },
}


@pytest.fixture
def as_before(demo: Installation) -> Iterator[None]:
    """The show is shared: nothing waits in it for those who come after."""
    yield
    with demo.api("host") as api:
        path = f"/shows/{demo.facts['show_id']}/chat"
        assert api.patch(path, json={"review": "nothing"}).status_code == 200


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_held_messages_are_let_through_and_refused(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said = WORDS[lang]
    host, writer, reader = (visitor(browser, demo, lang, size) for size in (PHONE, PHONE, DESK))
    enter(demo, host, lang, "host")
    host.goto(f"{demo.base}/studio/shows/{demo.facts['show_id']}/chat?lang={lang}")
    host.get_by_role("button", name=CHAT[lang]["settings"]).press("Enter")
    host.get_by_label(said["review"]).select_option("suspected")
    queue = host.get_by_role("region", name=said["queue"])
    expect(queue).to_be_visible()
    column = reader.get_by_role("log")

    first, second = (f"{place} {lang} at cheap-bags.example" for place in ("Mugs", "Bowls"))
    introduce(writer, lang, first)
    sheet = writer.get_by_role("log")
    expect(sheet.locator(".msg", has_text=first).get_by_text(said["waits"])).to_be_visible()
    writer.get_by_label(CHAT[lang]["say"]).fill(second)
    writer.keyboard.press("Enter")
    expect(sheet.get_by_text(said["waits"])).to_have_count(2)
    assert look(writer, f"chat-held-{lang}-360") == []

    expect(queue.get_by_text(second)).to_be_visible()
    queue.scroll_into_view_if_needed()
    assert look(host, f"review-{lang}-360") == []
    queue.get_by_role("button", name=said["approve"]).first.click()
    expect(column.get_by_text(first)).to_be_visible()
    expect(column.get_by_text(second)).to_have_count(0)
    expect(sheet.get_by_text(said["waits"])).to_have_count(1)

    queue.get_by_role("button", name=said["refuse"]).press("Enter")
    expect(queue.get_by_text(second)).to_have_count(0)
    expect(sheet.get_by_text(said["refused"])).to_be_visible()
    assert host.evaluate("document.activeElement !== document.body")
    host.set_viewport_size(DESK)
    assert look(host, f"review-{lang}-1280") == []

    host.get_by_role("button", name=said["after_all"]).press("Enter")
    expect(column.get_by_text(second)).to_be_visible()
    expect(sheet.get_by_text(said["refused"])).to_have_count(0)
    for page in (host, writer, reader):
        page.context.close()


def introduce(page: Page, lang: str, text: str) -> Any:
    said = CHAT[lang]
    page.get_by_role("button", name=said["say"]).click()
    page.get_by_label(said["say"]).fill(text)
    page.keyboard.press("Enter")
    say_born(page)
    page.get_by_label(said["name"]).fill(said["who"])
    page.get_by_role("button", name=said["send"]).click()
