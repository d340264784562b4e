"""People talk in a show, on a phone and in a column, in both languages; the team takes a message
away.
"""

from __future__ import annotations

import re
import time
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor, until
from tests.journeys.on_air import on_air
from tests.journeys.test_buy import say_born, watch
from tests.journeys.test_gate import CHILD_YEAR, says_child_year, stored
from tests.journeys.test_look import control_room, enter, look, studio
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]
WORDS = {
    "en": {
        "say": "Ask or say something",
        "send": "Send the message",
        "name": "Name",
        "reserved": "This name reads like one of the show's team",
        "host": "Host",
        "hide": "Hide the chat",
        "show": "Show the chat",
        "close": "Close the chat",
        "new": "1 new",
        "refused": "Writing is not open to you here.",
        "text": "Is the mug safe in a dishwasher? https://example.com",
        "who": "Sofia",
        "team": "Host",
        "pinned": "Pinned",
        "news": "Pinned message from",
        "unpin": "Unpin",
        "undo": "Undo",
        "about": "What to do about",
        "delete": "Delete for everyone",
        "keep": "Keep",
        "settings": "Chat settings",
    },
    "ar": {
        "say": "سؤال أو تعليق",
        "send": "إرسال الرسالة",
        "name": "الاسم",
        "reserved": "يشبه هذا الاسم اسم أحد",
        "host": "تقديم",
        "hide": "إخفاء الدردشة",
        "show": "إظهار الدردشة",
        "close": "إغلاق الدردشة",
        "new": "رسالة جديدة",
        "refused": "أما الكتابة فغير متاحة لك هنا.",
        "text": "هل يُغسل الكوب في الجلّاية؟ https://example.com",
        "who": "مها",
        "team": "المقدم",
        "pinned": "رسالة مثبّتة",
        "news": "رسالة مثبّتة من",
        "unpin": "إلغاء التثبيت",
        "undo": "تراجع",
        "about": "ما العمل برسالة",
        "delete": "حذف عند الجميع",
        "keep": "إبقاء",
        "settings": "إعدادات الدردشة",
    },
}
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


def visitor(browser: Browser, demo: Installation, lang: str, size: Any, query: str = "") -> Page:
    context = new_visitor(browser, viewport=size, locale=lang)
    context.set_default_timeout(BOUND * 1000)
    page = context.new_page()
    watch(page, f"{demo.show_page}?lang={lang}{query}")
    return page


def say_as_team(demo: Installation, text: str, reply_to: str | None = None) -> Any:
    body = {"text": text, **({"reply_to": reply_to} if reply_to else {})}
    answers: list[httpx2.Response] = []

    def is_said() -> bool:
        """The team has a limit too: this installation is shared, and others may have used it up."""
        answers.append(api.post(f"/shows/{demo.facts['show_id']}/messages", json=body))
        return answers[-1].status_code != 429

    with demo.api("host") as api:
        # waits: a try that was refused counts like any other
        until_blocking(is_said, pause=lambda: time.sleep(1))
    assert answers[-1].status_code == 201, answers[-1].text
    return answers[-1].json()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_guest_writes_on_a_phone_and_the_team_deletes(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said = WORDS[lang]
    reader, writer = visitor(browser, demo, lang, DESK), visitor(browser, demo, lang, PHONE)
    column = reader.get_by_role("log")
    expect(column).to_be_visible()

    writer.get_by_role("button", name=said["say"]).click()
    expect(writer.get_by_label(said["say"])).to_be_focused()
    writer.keyboard.type(said["text"])
    writer.keyboard.press("Enter")
    say_born(writer)
    expect(writer.get_by_label(said["name"])).to_be_focused()
    writer.get_by_label(said["name"]).fill(said["team"])
    writer.keyboard.press("Enter")
    expect(writer.get_by_text(said["reserved"])).to_be_visible()
    assert look(writer, f"chat-name-{lang}-360") == []
    writer.get_by_label(said["name"]).fill(said["who"])
    writer.get_by_role("button", name=said["send"]).click()

    sheet = writer.get_by_role("log")
    expect(sheet.get_by_text(said["text"])).to_be_visible()
    expect(writer.get_by_label(said["say"])).to_be_focused()
    expect(column.get_by_text(said["text"])).to_be_visible()
    expect(column.get_by_role("link")).to_have_count(0)
    mine = column.locator(".msg", has_text=said["text"])
    assert mine.get_by_text(said["text"]).get_attribute("dir") == "auto"

    with demo.api() as api:
        everything = api.get(f"/shows/{demo.facts['show_id']}/messages").json()["items"]
    message = next(one for one in everything if one["text"] == said["text"])
    say_as_team(demo, f"Answer {lang}", message["id"])
    answer = column.locator(".msg", has_text=f"Answer {lang}")
    expect(answer.get_by_text(said["host"], exact=True)).to_be_visible()
    expect(answer.locator(".msg__re")).to_contain_text(said["who"])
    assert look(reader, f"chat-{lang}-1280") == []
    assert look(writer, f"chat-{lang}-360") == []

    with demo.api("host") as api:
        assert api.delete(f"/messages/{message['id']}").status_code == 204
    expect(mine).to_have_count(0)
    expect(sheet.get_by_text(said["text"])).to_have_count(0)
    writer.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    newcomer = visitor(browser, demo, lang, DESK)
    expect(newcomer.get_by_role("log").get_by_text(f"Answer {lang}").first).to_be_visible()
    expect(newcomer.get_by_role("log").get_by_text(said["text"])).to_have_count(0)
    for page in (reader, writer, newcomer):
        page.context.close()


ABOVE_THE_BAR = """(() => {
  const log = document.querySelector(".room-chat [role=log]").getBoundingClientRect();
  const last = [...document.querySelectorAll(".room-chat .msg")].at(-1).getBoundingClientRect();
  const bar = document.querySelector(".deckbar").getBoundingClientRect();
  return last.top >= log.top && last.bottom <= bar.top && log.bottom <= bar.top;
})()"""


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_host_on_a_phone_sees_the_messages_first(
    demo: Installation, browser: Browser, lang: str
) -> None:
    """Nothing else waits for the host: what is reported or held for review goes before."""
    said = WORDS[lang]
    context = new_visitor(browser, viewport=PHONE, locale=lang)
    context.set_default_timeout(BOUND * 1000)
    host = context.new_page()
    with on_air(demo, {"en": "A quiet chat", "ar": "دردشة هادئة"}, []) as show:
        enter(demo, host, lang, "host")
        host.goto(f"{demo.base}/studio/shows/{show.id}?lang={lang}")
        text = f"Hello from the kiln ({lang})"
        answer = show.api.post(f"/shows/{show.id}/messages", json={"text": text})
        assert answer.status_code == 201, answer.text
        host.locator(".room-parts button").last.click()
        expect(host.locator(f"[data-message={answer.json()['id']}]")).to_be_visible()

        until(host, ABOVE_THE_BAR)
        assert host.evaluate("scrollY") == 0
        assert look(host, f"control-chat-{lang}-360") == []
        slow = host.locator(".room-chat select").first
        expect(slow).to_be_hidden()
        host.get_by_role("button", name=said["settings"]).press("Enter")
        expect(slow).to_be_visible()
        assert look(host, f"control-chat-open-{lang}-360") == []
        context.close()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_pinned_message_is_announced_and_unpinned_by_keyboard(
    demo: Installation, browser: Browser, lang: str
) -> None:
    said, text = WORDS[lang], f"The mugs are dishwasher safe, all of them ({lang}). " * 6
    reader, host = visitor(browser, demo, lang, PHONE), visitor(browser, demo, lang, DESK)
    studio(demo, host, lang)
    control_room(demo, host, lang)
    message = say_as_team(demo, text)
    room = host.locator(".room-chat")
    expect(room.locator(f"[data-message={message['id']}]")).to_be_visible()
    with demo.api("host") as api:
        assert api.put(f"/messages/{message['id']}/pin").status_code == 204

    expect(reader.get_by_role("status").filter(has_text=said["news"])).to_have_count(1)
    reader.get_by_role("button", name=said["say"]).click()
    words = reader.get_by_role("region", name=said["pinned"])
    expect(words).to_be_visible()
    words.focus()
    reader.keyboard.press("End")
    until(reader, "document.activeElement.scrollTop > 0")
    assert look(reader, f"chat-pinned-{lang}-360") == []

    assert look(host, f"control-pinned-{lang}-1280") == []
    room.get_by_role("button", name=said["unpin"]).press("Enter")
    expect(room.locator("[data-pinned]")).to_have_count(0)
    expect(room.get_by_role("log")).to_be_focused()
    expect(reader.locator("[data-pinned]")).to_have_count(0)
    # Reports that wait have a line of their own before it.
    expect(room.locator("[role=status][aria-atomic=false]")).to_have_count(1)

    row = room.locator(f"[data-message={message['id']}]")
    more = row.get_by_role("button", name=said["about"])
    more.press("Enter")
    room.get_by_role("button", name=said["keep"], exact=True).press("Enter")
    expect(more).to_be_focused()
    more.press("Enter")
    room.get_by_role("button", name=said["delete"], exact=True).press("Enter")
    expect(row).to_have_count(0)
    undo = room.get_by_role("button", name=said["undo"]).last
    undo.press("Enter")
    expect(row).to_be_visible()
    assert host.evaluate("document.activeElement !== document.body")
    with demo.api("host") as api:
        assert api.delete(f"/messages/{message['id']}").status_code == 204
    for page in (reader, host):
        page.context.close()


def test_lane_stays_above_the_card_and_can_be_put_away(
    demo: Installation, browser: Browser
) -> None:
    said = WORDS["en"]
    page = visitor(browser, demo, "en", PHONE)
    say_as_team(demo, "In the lane")
    # A machine too slow for the picture hears the show, and its words stand there instead.
    sound_alone = page.get_by_role("button", name="Show the picture")
    expect(page.locator(".lane__lines").or_(sound_alone)).to_be_visible()
    say = page.get_by_role("button", name=said["say"])
    pin = page.locator(".stage__pin")
    expect(pin).to_be_visible()
    box, card = page.locator(".lane").bounding_box(), pin.bounding_box()
    assert box and card and box["y"] + box["height"] <= card["y"]

    page.get_by_role("button", name=said["hide"]).click()
    expect(page.locator(".lane__lines, .lane__say")).to_have_count(0)
    page.get_by_role("button", name=said["show"]).click()
    say.click()
    expect(page.get_by_role("log")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("log")).to_be_hidden()
    expect(say).to_be_focused()
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_who_reads_back_is_not_moved(demo: Installation, browser: Browser, lang: str) -> None:
    page = visitor(browser, demo, lang, DESK)
    column = page.get_by_role("log")
    for number in range(14):
        say_as_team(demo, f"Line {number} {lang}")
    expect(column.get_by_text(f"Line 13 {lang}")).to_be_in_viewport()
    column.evaluate("list => { list.scrollTop = 0 }")
    top = column.evaluate("list => list.scrollTop")

    say_as_team(demo, f"News {lang}")
    button = page.get_by_role("button", name=WORDS[lang]["new"], exact=True)
    expect(button).to_be_visible()
    assert column.evaluate("list => list.scrollTop") == top
    expect(column.get_by_text(f"News {lang}")).not_to_be_in_viewport()
    assert look(page, f"chat-back-{lang}-1280") == []

    button.click()
    expect(column.get_by_text(f"News {lang}")).to_be_in_viewport()
    expect(button).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_child_reads_and_does_not_write(demo: Installation, browser: Browser, lang: str) -> None:
    said = WORDS[lang]
    page = visitor(browser, demo, lang, DESK)
    page.get_by_label(said["say"]).fill("I am a child")
    page.keyboard.press("Enter")
    say_born(page, year=CHILD_YEAR)

    expect(page.get_by_text(said["refused"])).to_be_visible()
    expect(page.get_by_role("log")).to_be_visible()
    expect(page.get_by_label(said["name"], exact=True)).to_have_count(0)
    assert "I am a child" not in stored(page) and not says_child_year(stored(page))
    with demo.api() as api:
        shown = api.get(f"/shows/{demo.facts['show_id']}/messages").json()["items"]
    assert not [one for one in shown if one["text"] == "I am a child"]
    page.context.close()


def test_frame_shows_the_chat_unless_it_is_switched_off(
    demo: Installation, browser: Browser
) -> None:
    page = visitor(browser, demo, "en", DESK)
    frame = f"{demo.base}/embed/{demo.facts['slug']}"

    watch(page, frame)
    expect(page.get_by_role("log")).to_be_visible()
    watch(page, f"{frame}?chat=off")
    expect(page.get_by_role("heading", name="In this show")).to_be_visible()
    expect(page.locator(".talk, .lane, .has-chat")).to_have_count(0)
    page.context.close()


def test_hearts_of_a_phone_are_counted_on_every_screen(
    demo: Installation, browser: Browser
) -> None:
    reader, sender = visitor(browser, demo, "en", DESK), visitor(browser, demo, "ar", PHONE)
    total = reader.locator(".hearts__total:visible")

    # No other journey sends hearts to the demo's show.
    for _ in range(3):
        sender.get_by_role("button", name="إرسال قلب").press("Enter")

    expect(total).to_have_text(re.compile(r"\b3$"))
    expect(sender.locator(".hearts__total:visible")).to_have_text(re.compile(r"\b3$"))
    for page in (reader, sender):
        page.context.close()
