"""A host names a moderator of one show, who accepts on a phone of their own, mutes, takes it back,
and is nobody there once the host has taken the place back.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor
from tests.journeys.mails import link_in_mail
from tests.journeys.test_buy import say_born
from tests.journeys.test_chat import DESK, PHONE, visitor
from tests.journeys.test_look import enter, look
from tests.waiting import BOUND

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "name": "Name a moderator",
        "email": "E-mail address",
        "send": "Name as moderator",
        "waits": "Invited. The link works until",
        "own_name": "Your name",
        "password": "Password",
        "join": "Create the account and join",
        "open": "Open",
        "about": "What to do about",
        "mute": "Delete and mute 10 minutes",
        "did": "muted the writer for 10 minutes",
        "unmute": "Unmute",
        "restore": "Restore",
        "say": "Answer as the team",
        "badge": "Moderator",
        "remove": "Remove",
        "over": "You do not moderate this show now",
    },
    "ar": {
        "name": "تعيين مشرف",
        "email": "البريد الإلكتروني",
        "send": "تعيين",
        "waits": "بانتظار القبول.",
        "own_name": "اسمك",
        "password": "كلمة المرور",
        "join": "إنشاء الحساب والانضمام",
        "open": "فتح",
        "about": "ما العمل برسالة",
        "mute": "حذف وكتم 10 دقائق",
        "did": "كتم صاحب الرسالة 10 دقائق",
        "unmute": "رفع الكتم",
        "restore": "استعادة",
        "say": "الرد باسم الفريق",
        "badge": "إشراف",
        "remove": "إزالة",
        "over": "لست مشرفًا على هذا العرض الآن",
    },
}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_moderator_is_named_mutes_takes_it_back_and_is_removed(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said, address = WORDS[lang], f"noor-{lang}@example.com"
    host, reader = chat_of_host(demo, browser, lang), visitor(browser, demo, lang, DESK)
    rude = say_as_guest(demo, f"You look tired ({lang})")
    column = reader.get_by_role("log")
    expect(column.get_by_text(rude["text"])).to_be_visible()

    host.get_by_role("button", name=said["name"]).click()
    expect(host.get_by_label(said["email"])).to_be_focused()
    host.keyboard.type(address)
    host.get_by_role("button", name=said["send"], exact=True).click()
    expect(host.get_by_text(said["waits"])).to_be_visible()

    helper = accept(demo, browser, lang, address)
    row = helper.locator(f"[data-message={rude['id']}]")
    expect(row).to_be_visible()
    # By keyboard alone, on a phone's width.
    row.get_by_role("button", name=said["about"]).press("Enter")
    helper.get_by_role("button", name=said["mute"], exact=True).press("Enter")
    expect(row).to_have_count(0)
    expect(column.get_by_text(rude["text"])).to_have_count(0)
    log = helper.locator(".chat-log li", has_text=rude["text"])
    expect(log.get_by_text(said["did"])).to_be_visible()
    assert look(helper, f"moderator-{lang}-360") == []

    log.get_by_role("button", name=said["unmute"]).click()
    log.get_by_role("button", name=said["restore"]).click()
    expect(column.get_by_text(rude["text"])).to_be_visible()
    helper.get_by_label(said["say"]).fill(f"Be kind ({lang})")
    helper.keyboard.press("Enter")
    kind = column.locator(".msg", has_text=f"Be kind ({lang})")
    expect(kind.get_by_text(said["badge"], exact=True)).to_be_visible()
    assert look(host, f"moderation-{lang}-1280") == []

    member = host.locator("li", has_text=address)
    member.get_by_role("button", name=said["remove"]).click()
    host.get_by_role("dialog").get_by_role("button", name=said["remove"]).click()
    expect(host.get_by_text(address)).to_have_count(0)
    expect(helper.get_by_text(said["over"])).to_be_visible()
    expect(helper.locator(".room-chat")).to_have_count(0)
    for page in (host, reader, helper):
        page.context.close()


def chat_of_host(demo: Installation, browser: Browser, lang: str) -> Page:
    page = page_of(browser, lang, DESK)
    enter(demo, page, lang, "host")
    page.goto(f"{demo.base}/studio/shows/{demo.facts['show_id']}/chat?lang={lang}")
    expect(page.locator(".room-chat")).to_be_visible()
    return page


def accept(demo: Installation, browser: Browser, lang: str, address: str) -> Page:
    """A phone on which nobody is signed in, at the chat of the show."""
    said, page = WORDS[lang], page_of(browser, lang, PHONE)
    page.goto(link_in_mail(demo, address))
    say_born(page)
    expect(page.get_by_label(said["own_name"])).to_be_visible()
    assert look(page, f"invited-{lang}-360") == []
    page.get_by_label(said["own_name"]).fill("Noor")
    page.get_by_label(said["password"]).fill("a long password of hers")
    page.get_by_role("button", name=said["join"]).click()
    page.wait_for_url("**/studio*")
    show = page.locator(f"a[href*='{demo.facts['show_id']}']")
    expect(show).to_have_text(said["open"])
    assert look(page, f"moderated-{lang}-360") == []
    show.click()
    return page


def page_of(browser: Browser, lang: str, size: Any) -> Page:
    context = new_visitor(browser, viewport=size, locale=lang)
    context.set_default_timeout(BOUND * 1000)
    return context.new_page()


def say_as_guest(demo: Installation, text: str) -> Any:
    body = {"text": text, "name": "Daniel", "adult": True, "country": "GB"}
    with demo.api() as api:
        answer = api.post(f"/shows/{demo.facts['show_id']}/messages", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
