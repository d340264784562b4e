"""The host writes a sentence on the picture; whoever watches sees it until it is taken down."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_chat import DESK, PHONE, visitor
from tests.journeys.test_look import enter, look
from tests.journeys.test_moderators import page_of

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "tab": "Chat",
        "field": "In English",
        "text": "Free delivery until eight",
        "stays": "Stays",
        "send": "Announce",
        "wrong": "Write a sentence in at least one language",
        "down": "Take down: Free delivery until eight",
        "none": "Nothing is announced.",
    },
    "ar": {
        "tab": "الدردشة",
        "field": "بالعربية",
        "text": "توصيل مجاني حتى الثامنة",
        "stays": "يبقى",
        "send": "أعلِن",
        "wrong": "اكتب جملة بلغة واحدة على الأقل",
        "down": "أزِل: توصيل مجاني حتى الثامنة",
        "none": "لا إعلان الآن.",
    },
}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_announcement_stands_on_the_picture_until_the_host_takes_it_down(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said = WORDS[lang]
    on_phone = lang == "ar"
    viewer = visitor(browser, demo, lang, DESK if on_phone else PHONE)
    host = page_of(browser, lang, PHONE if on_phone else DESK)
    enter(demo, host, lang, "host")
    host.goto(f"{demo.base}/studio/shows/{demo.facts['show_id']}?lang={lang}")
    if on_phone:
        host.get_by_role("button", name=said["tab"], exact=True).click()
    form = host.locator("section", has=host.locator("#announcements-card"))
    expect(form.get_by_text(said["none"])).to_be_visible()
    send = form.get_by_role("button", name=said["send"])
    expect(send).to_have_attribute("aria-disabled", "false")

    send.press("Enter")
    expect(form.get_by_text(said["wrong"])).to_be_visible()
    expect(form.get_by_label(said["field"], exact=True)).to_be_focused()
    host.keyboard.type(said["text"])
    form.get_by_label(said["stays"]).select_option("0")
    form.get_by_label(said["field"], exact=True).press("Enter")

    on_picture = viewer.locator(".stage").get_by_text(said["text"])
    expect(on_picture).to_be_visible()
    expect(form.get_by_label(said["field"], exact=True)).to_have_value("")
    assert look(viewer, f"announcement-{lang}") == []
    # High enough that no bar at an edge of the window cuts through a button.
    host.set_viewport_size({"width": PHONE["width"] if on_phone else DESK["width"], "height": 2600})
    assert look(host, f"announcements-card-{lang}") == []

    form.get_by_role("button", name=said["down"]).press("Enter")
    expect(on_picture).to_have_count(0)
    expect(form.get_by_text(said["none"])).to_be_visible()
    for page in (viewer, host):
        page.context.close()
