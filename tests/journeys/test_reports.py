"""A message is reported on a phone in two taps, and the team keeps it or takes it away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_chat import PHONE, visitor
from tests.journeys.test_chat import WORDS as CHAT
from tests.journeys.test_look import enter, look
from tests.journeys.test_review import introduce

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "report": "Report Sofia's message",
        "reason": "Unkind or hateful",
        "thanks": "Thank you. The show's team looks at it.",
        "queue": "Reported",
        "delete": "Delete for everyone: Sofia",
    },
    "ar": {
        "report": "الإبلاغ عن رسالة مها",
        "reason": "إساءة أو كراهية",
        "thanks": "شكرًا. سيطّلع فريق العرض على الرسالة.",
        "queue": "مُبلَّغ عنها",
        "delete": "حذف عند الجميع: مها",
    },
}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_reported_message_is_taken_away(demo: Installation, browser: Browser, lang: str) -> None:
    said = WORDS[lang]
    rude = f"Go home {lang}, all of you"
    host, writer, reader = (visitor(browser, demo, lang, PHONE) for _ in range(3))
    enter(demo, host, lang, "host")
    host.goto(f"{demo.base}/studio/shows/{demo.facts['show_id']}/chat?lang={lang}")
    introduce(writer, lang, rude)

    reader.get_by_role("button", name=CHAT[lang]["say"]).click()
    message = reader.get_by_role("log").locator(".msg", has_text=rude)
    expect(message).to_be_visible()
    message.get_by_role("button", name=said["report"]).click()
    assert look(reader, f"report-{lang}-360") == []
    reader.get_by_role("button", name=said["reason"]).click()
    expect(reader.get_by_role("log").get_by_text(said["thanks"])).to_be_visible()
    expect(message.get_by_role("button", name=said["report"])).to_have_count(0)

    queue = host.get_by_role("region", name=said["queue"])
    expect(queue.get_by_text(rude)).to_be_visible()
    queue.scroll_into_view_if_needed()
    assert look(host, f"cases-{lang}-360") == []
    queue.locator(f'li:has-text("{rude}") ~ li').get_by_role(
        "button", name=said["delete"]
    ).first.click()
    expect(message).to_have_count(0)
    expect(host.get_by_role("region", name=said["queue"]).get_by_text(rude)).to_have_count(0)
