"""What a page does before a step that nobody takes back, and after one that the server refuses."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import IN_TURN, Installation
from tests.journeys.test_look import control_room, enter, studio

pytestmark = [IN_TURN]

REFUSED = {"code": "rate_limited", "status": 429, "title": "", "type": "about:blank"}


def refusing(page: Page, address: str, method: str) -> list[str]:
    """The server refuses this; what was asked of it."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method == method:
            asked.append(route.request.url)
            route.fulfill(status=429, json=REFUSED)
        else:
            route.fallback()

    page.route(address, answer)
    return asked


def test_refused_setting_of_the_chat_goes_back_to_what_is_stored(
    demo: Installation, page: Page
) -> None:
    studio(demo, page, "en")
    asked = refusing(page, "**/shows/*/chat", "PATCH")
    control_room(demo, page, "en")
    slow, emoji = page.get_by_label("Slow mode"), page.get_by_label("Emoji only")
    expect(slow).to_have_value("0")

    slow.select_option("30")
    expect(page.locator(".room-chat").get_by_role("alert")).to_be_visible()
    expect(slow).to_have_value("0")
    emoji.click()
    expect(emoji).not_to_be_checked()

    assert len(asked) == 2


def test_way_of_delivery_is_removed_after_a_question_whose_first_answer_keeps_it(
    demo: Installation, page: Page
) -> None:
    enter(demo, page, "en", "loamwick")
    page.wait_for_url("**/desk")
    asked = refusing(page, "**/delivery-options/*", "DELETE")
    page.goto(f"{demo.base}/desk/delivery")
    ways = page.locator("[data-way]")
    expect(ways.first).to_be_visible()
    # waits: the list comes whole
    count, question = ways.count(), page.get_by_role("dialog")
    button = ways.first.get_by_role("button", name="Remove")

    button.click()
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    expect(button).to_be_focused()
    assert asked == []

    button.click()
    question.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(ways).to_have_count(count)
    assert len(asked) == 1


def test_order_waits_for_its_owner_in_another_page_and_not_in_the_address(
    demo: Installation, page: Page
) -> None:
    page.goto(f"{demo.base}/account?lang=en#order=T")
    said = page.get_by_text("Sign in, and the order can be kept in your account.")
    expect(said).to_be_visible()
    page.wait_for_url(lambda address: "#" not in address)

    opened = page.context.new_page()
    opened.goto(f"{demo.base}/account?lang=en#in=L")

    expect(opened.get_by_text("One more tap")).to_be_visible()
    expect(opened.get_by_text("Sign in, and the order can be kept")).to_be_visible()
    opened.wait_for_url(lambda address: "#" not in address)
    [waiting] = [each for each in page.context.cookies() if "claim" in each["name"]]
    assert (waiting["value"], waiting["path"], waiting["sameSite"]) == ("T", "/account", "Lax")
    assert 0 < waiting["expires"] - datetime.now(UTC).timestamp() <= 3600
    assert page.evaluate("localStorage.length") == 0
