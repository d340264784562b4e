"""Somebody who watches takes a viewer for a child: the account is limited, its owner appeals, and
an operator decides.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.mails import code_in_mail
from tests.journeys.test_buy import say_born, watch
from tests.journeys.test_chat import DESK, PHONE, visitor
from tests.journeys.test_chat import WORDS as CHAT
from tests.journeys.test_look import enter, look, turn
from tests.journeys.test_moderators import page_of
from tests.journeys.test_review import introduce

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "report": "Report Sofia's message",
        "reason": "May be a child",
        "limited": "Your account is limited for now",
        "how": "In a video call",
        "send": "Ask us to look",
        "asked": "You asked us to look.",
        "case": "Perhaps a child with an account",
        "can_show": "Can show: A video call",
        "contact": "Read contact",
        "show": "Show contact",
        "decide": "Decide",
        "proved": "The age was proved",
        "call": "A video call",
        "words": "We spoke, and she is an adult.",
        "close": "Close the case",
        "closed": "The case is closed.",
        "refused": "This is not open to you for now",
    },
    "ar": {
        "report": "الإبلاغ عن رسالة مها",
        "reason": "قد يكون طفلًا",
        "limited": "حسابك مقيَّد حاليًا",
        "how": "في مكالمة مرئية",
        "send": "طلب المراجعة",
        "asked": "طلبت منا المراجعة.",
        "case": "قد يكون صاحب الحساب طفلًا",
        "can_show": "ما يمكنه إظهاره: مكالمة مرئية",
        "contact": "الاطلاع على وسيلة الاتصال",
        "show": "إظهار وسيلة الاتصال",
        "decide": "اتخاذ قرار",
        "proved": "ثبت العمر",
        "call": "مكالمة مرئية",
        "words": "تحدثنا معها، وهي بالغة.",
        "close": "إغلاق الحالة",
        "closed": "أُغلقت الحالة.",
        "refused": "هذا غير متاح لك حاليًا",
    },
}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_account_that_was_doubted_is_looked_at_and_given_back(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said, address = WORDS[lang], f"doubted-{lang}@example.com"
    text = f"My class is watching {lang}"
    writer = page_of(browser, lang, PHONE)
    writer.goto(f"{demo.base}/account?lang={lang}")
    say_born(writer)
    writer.locator("#vw-email").fill(address)
    writer.locator("#vw-email").press("Enter")
    writer.locator("#vw-code").fill(code_in_mail(demo, address))
    writer.locator("#vw-code").press("Enter")
    expect(writer.locator("#adr-add")).to_be_visible()
    watch(writer, f"{demo.show_page}?lang={lang}")
    introduce(writer, lang, text)

    reader = visitor(browser, demo, lang, PHONE)
    reader.get_by_role("button", name=CHAT[lang]["say"]).click()
    message = reader.get_by_role("log").locator(".msg", has_text=text)
    message.get_by_role("button", name=said["report"]).click()
    assert look(reader, f"report-child-{lang}-360") == []
    reader.get_by_role("button", name=said["reason"]).click()
    expect(message.get_by_role("button", name=said["report"])).to_have_count(0)

    # The page that was open before.
    writer.get_by_label(CHAT[lang]["say"]).fill("again")
    writer.keyboard.press("Enter")
    expect(writer.get_by_text(said["refused"])).to_be_visible()
    writer.goto(f"{demo.base}/account?lang={lang}")
    expect(writer.get_by_role("heading", name=said["limited"])).to_be_visible()
    for width in (1280, 360):
        turn(writer, width)
        assert look(writer, f"limited-{lang}-{width}") == []
    writer.locator("#appeal-proof").select_option(label=said["how"])
    writer.get_by_role("button", name=said["send"]).click()
    expect(writer.get_by_text(said["asked"])).to_be_visible()

    operator = page_of(browser, lang, DESK)
    enter(demo, operator, lang, "operator")
    operator.goto(f"{demo.base}/studio/safety?lang={lang}")
    case = operator.locator(".safety-case", has_text=said["can_show"]).last
    expect(case.get_by_role("heading", name=said["case"])).to_be_visible()
    case.get_by_role("button", name=said["contact"]).click()
    case.get_by_role("button", name=said["show"]).click()
    expect(case.get_by_text(address)).to_be_visible()
    assert look(operator, f"safety-{lang}-1280") == []
    case.get_by_role("button", name=said["decide"]).click()
    case.locator("select").first.select_option(label=said["proved"])
    case.locator("select").nth(1).select_option(label=said["call"])
    case.locator("textarea").fill(said["words"])
    for width in (360, 1280):
        turn(operator, width)
        assert look(operator, f"safety-decide-{lang}-{width}") == []
    case.get_by_role("button", name=said["close"]).click()
    expect(operator.get_by_text(said["closed"])).to_be_visible()
    expect(case).to_have_count(0)

    writer.reload()
    expect(writer.locator("#adr-add")).to_be_visible()
    expect(writer.get_by_role("heading", name=said["limited"])).to_have_count(0)
