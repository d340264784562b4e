"""A host alone with a camera: signs in, makes a show, gets a key, publishes, sees the preview, goes
live, pins, sells, ends.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor, until
from tests.journeys.on_air import on_air, press_go_live, publisher
from tests.journeys.test_buy import VIDEO
from tests.journeys.test_look import studio
from tests.waiting import BOUND

pytestmark = [IN_TURN]
TEN_SECONDS_PASS = "(now => { Date.now = () => now() + 10_000; })(Date.now)"


def test_host_runs_a_show_of_their_own(
    demo: Installation, page: Page, context: BrowserContext
) -> None:
    studio(demo, page, "en")
    page.get_by_role("button", name="New show").click()
    page.get_by_label("Title in English").fill("Evening kiln")
    page.get_by_label("Title in Arabic").fill("فرن المساء")
    day = page.evaluate("new Date(Date.now() + 30 * 864e5).toISOString().slice(0, 10)")
    page.get_by_label("Starts, your time").fill(f"{day}T19:00")
    page.get_by_role("button", name="Schedule the show").click()
    page.get_by_role("link", name="Products").click()
    for product in ("Dawn Mug", "Amber Hour"):
        page.get_by_role("button", name=f"Add: {product}").click()
        expect(page.get_by_role("button", name=f"Remove: {product}")).to_be_visible()

    page.get_by_role("link", name="Set-up").click()
    page.get_by_role("button", name="Make a stream key").click()
    key = page.get_by_text(re.compile(r"^sk_\S+$")).inner_text()
    with publisher(f"{demo.facts['rtmp_url']}/{key}"):
        live = page.get_by_role("button", name="Go live").first
        preflight = page.get_by_role("region", name="Before you go live")
        expect(preflight).to_contain_text("Not ready")
        expect(preflight).to_contain_text("The picture arrives")
        expect(preflight).to_contain_text("LUFS")
        expect(live).to_have_attribute("aria-disabled", "true")
        page.get_by_label("None of these").check()
        expect(preflight.get_by_text("Ready", exact=True)).to_be_visible()
        expect(live).to_have_attribute("aria-disabled", "false")
        slug = page.url.split("/shows/")[1].split("/")[0]
        with demo.api("host") as api:
            show = api.get(f"/shows/{slug}").json()
        outsider = context.new_page()
        assert (
            outsider.request.get(
                show["playback"]["hls_url"].replace("shop.localhost", "127.0.0.1")
            ).status
            == 404
        )

        press_go_live(page, live, page.get_by_role("button", name="End show"))
        outsider.goto(f"{demo.base}/s/{show['slug']}?lang=en")
        until(outsider, f"{VIDEO}?.currentTime > 0")
        page.get_by_role("link", name="Show", exact=True).click()
        page.keyboard.press("n")
        expect(outsider.get_by_text("On screen now").first).to_be_visible()
        expect(outsider.locator(".feature")).to_contain_text("Dawn Mug")
        page.keyboard.press("2")
        expect(outsider.locator(".feature")).to_contain_text("Amber Hour")
        page.keyboard.press("u")

        # A second device scans the code, pins, and is ended.
        with page.expect_response(
            lambda answer: answer.request.method == "POST" and answer.url.endswith("/remotes")
        ) as invited:
            page.get_by_role("button", name="Add a phone or tablet").click()
        expect(page.get_by_role("img", name="QR code of the remote control")).to_be_visible()
        phone = context.new_page()
        phone.set_viewport_size({"width": 360, "height": 740})
        phone.goto(invited.value.json()["url"])
        phone.get_by_role("button", name="Pin next").click()
        assert "#" not in phone.url
        expect(outsider.locator(".feature")).to_contain_text("Dawn Mug")
        smallest = phone.evaluate(
            "Math.min(...[...document.querySelectorAll('button')]"
            ".map(each => each.getBoundingClientRect().height))"
        )
        assert smallest >= 64
        page.get_by_role("button", name="End it").click()
        expect(phone.get_by_role("heading", name="This remote has ended")).to_be_visible()
        phone.close()

        page.get_by_role("button", name="End show").click()
        page.get_by_role("button", name="Yes, end the show").click()
        page.get_by_role("alert").get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="End show").click()
        page.get_by_role("button", name="Yes, end the show").click()
        expect(page.get_by_role("alert").get_by_role("button", name="Undo")).to_be_visible()
        page.evaluate(TEN_SECONDS_PASS)
        expect(outsider.get_by_text("That was the show").first).to_be_visible()


DOUBLE_TAP = 150
"""Milliseconds between the two taps of somebody who is in a hurry."""


def test_two_quick_taps_on_a_phone_do_not_end_the_show(
    demo: Installation, browser: Browser
) -> None:
    phone = new_visitor(
        browser, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    phone.set_default_timeout(BOUND * 1000)
    page = phone.new_page()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.url.endswith("/end") else None)
    with on_air(demo, {"en": "In a hurry"}) as show:
        studio(demo, page, "en")
        page.goto(f"{demo.base}/studio/shows/{show.id}?lang=en")
        end = page.get_by_role("button", name="End show")
        question = page.get_by_role("dialog", name="End the show for everyone?")
        undo = page.get_by_role("alert").get_by_role("button", name="Undo")
        end.scroll_into_view_if_needed()
        box = end.bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

        page.touchscreen.tap(*middle)
        page.wait_for_timeout(DOUBLE_TAP)  # waits: the time between the taps is what is tested
        page.touchscreen.tap(*middle)
        expect(question).to_be_visible()
        expect(undo).to_have_count(0)
        question.get_by_role("button", name="Keep going").tap()
        expect(question).to_be_hidden()

        end.tap()
        expect(question.get_by_role("button", name="Keep going")).to_be_focused()
        question.get_by_role("button", name="Yes, end the show").tap()
        expect(undo).to_be_focused()
        undo.tap()
        expect(undo).to_have_count(0)
        page.evaluate(TEN_SECONDS_PASS)
        assert page.evaluate(f"localStorage.getItem('showfloor.ending.{show.id}')") is None
        assert (sent, show.read()["state"]) == ([], "live")

        # The same again and not taken back: only now it is sent, once.
        end.tap()
        question.get_by_role("button", name="Yes, end the show").tap()
        expect(undo).to_be_visible()
        page.evaluate(TEN_SECONDS_PASS)
        expect(page.get_by_role("heading", name="Clips")).to_be_visible()
        assert len(sent) == 1
        assert show.read()["state"] == "ended"
    phone.close()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_studio_calls_its_host_in_the_readers_language(
    demo: Installation, page: Page, lang: str
) -> None:
    with demo.api() as api:
        name = api.get(f"/shows/{demo.facts['show_id']}").json()["host"]["name"]

    studio(demo, page, lang)

    assert name["en"] != name["ar"]
    expect(page.locator("#main").get_by_text(name[lang], exact=True)).to_be_visible()
