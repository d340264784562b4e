"""What happens to a camera in life: refused, unplugged, taken by a call, a locked screen, a
microphone that the system mutes. The host reads what happened and what to do, viewers read that the
host is back in a moment, and the show goes on by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.journeys.conftest import (
    CHROMIUM,
    IN_TURN,
    Installation,
    chromium,
    new_visitor,
    settled,
    tomorrow,
    until,
)
from tests.journeys.on_air import press_go_live
from tests.journeys.test_buy import VIDEO
from tests.journeys.test_look import look, studio, turn
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]
PICTURE = f"""(({{ currentTime, readyState, paused, error, buffered }}) => JSON.stringify({{
    currentTime, readyState, paused, error: error?.message,
    loaded: [...Array(buffered.length).keys()].map((n) => [buffered.start(n), buffered.end(n)]),
}}))({VIDEO})"""
OWN = "document.querySelector('.own-camera video')?.srcObject"


@pytest.fixture
def show(demo: Installation) -> Iterator[dict[str, Any]]:
    with demo.api("host") as api:
        new = {"title": {"en": "Camera in life"}, "market": "gb", "starts_at": tomorrow()}
        made: dict[str, Any] = api.post("/shows", json={**new, "disclosures": []}).json()
        mug = {"product_id": demo.facts["product_ids"]["mug"]}
        api.post(f"/shows/{made['id']}/products", json=mug).raise_for_status()
        yield made
        api.post(f"/shows/{made['id']}/end")


def open_device(demo: Installation, page: Page, show: dict[str, Any], language: str) -> None:
    studio(demo, page, "en")
    page.goto(f"{demo.base}/studio/shows/{show['id']}/device?lang={language}")


@pytest.fixture
def refusing(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser in which somebody has to allow the camera; before that it is refused."""
    args = [each for each in CHROMIUM if each != "--use-fake-ui-for-media-stream"]
    browser = playwright.chromium.launch(executable_path=chromium(), args=args, headless=True)
    context = new_visitor(browser, viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(BOUND * 1000)
    yield context
    browser.close()


@pytest.mark.parametrize(
    ("language", "said", "what_to_do"),
    [
        ("en", "The camera is switched off for this page", "set Camera and Microphone to Allow"),
        ("ar", "الكاميرا غير مسموح بها لهذه الصفحة", "واجعل الكاميرا والميكروفون «سماح»"),
    ],
)
def test_refused_camera_says_what_to_do_and_opens_when_it_is_allowed(
    demo: Installation,
    refusing: BrowserContext,
    show: dict[str, Any],
    language: str,
    said: str,
    what_to_do: str,
) -> None:
    page = refusing.new_page()
    open_device(demo, page, show, language)

    trouble = page.locator(".own-camera [role=alert]")
    expect(trouble).to_contain_text(said)
    expect(trouble).to_contain_text(what_to_do)
    for width in (1280, 360):
        turn(page, width)
        settled(page)
        assert look(page, f"device-refused-{language}-{width}") == []
    turn(page, 1280)

    # Beside the address, and not on the page.
    refusing.grant_permissions(["camera", "microphone"], origin=demo.base)
    until(page, f"{OWN}?.getVideoTracks()[0].readyState === 'live'")
    expect(trouble).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            {
                "live": "Go live",
                "on": "Viewers see this",
                "away": "The camera is taken away for a moment",
                "gone": "The camera was unplugged",
                "gone_microphone": "The microphone was unplugged",
                "unheard": "Nothing is heard until a microphone is plugged in.",
                "muted": "the system has muted the microphone",
                "hidden": "This page was out of sight",
            },
        ),
        (
            "ar",
            {
                "live": "بدء البث",
                "on": "هذا ما يراه المشاهدون",
                "away": "الكاميرا غير متاحة للحظة",
                "gone": "فُصلت الكاميرا",
                "gone_microphone": "فُصل الميكروفون",
                "unheard": "لا يُسمع شيء إلى أن يُوصَّل ميكروفون.",
                "muted": "كتم النظام صوت الميكروفون",
                "hidden": "كانت هذه الصفحة مخفية",
            },
        ),
    ],
)
def test_camera_that_goes_away_comes_back_and_viewers_wait_for_it(
    demo: Installation,
    page: Page,
    context: BrowserContext,
    show: dict[str, Any],
    language: str,
    words: dict[str, str],
) -> None:
    open_device(demo, page, show, language)
    go_live(page, words)
    viewer = context.new_page()
    viewer.goto(f"{demo.base}/s/{show['slug']}?lang=en")
    until(viewer, f"{VIDEO}?.currentTime > 0")

    # A phone call: the system mutes the camera and gives it back.
    happens(page, "Video", "mute")
    expect(page.get_by_text(words["away"])).to_be_visible()
    expect(viewer.get_by_text("Back in a moment").first).to_be_visible()
    happens(page, "Video", "unmute")
    expect(page.get_by_text(words["on"])).to_be_visible()
    plays_on(viewer)

    # Pulled out, and plugged in again: nobody presses anything.
    for kind, said in (("Video", "gone"), ("Audio", "gone_microphone")):
        page.evaluate(f"{OWN}.get{kind}Tracks()[0].stop()")
        happens(page, kind, "ended")
        expect(page.get_by_text(words[said])).to_be_visible()
        expect(viewer.get_by_text("Back in a moment").first).to_be_visible()
        if kind == "Audio":
            expect(page.get_by_text(words["unheard"])).to_be_visible()
            expect(page.locator(".level i:is(.on, .hot)")).to_have_count(0)
        look_at_trouble(page, f"device-{said}-{language}")
        page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        expect(page.get_by_text(words["on"])).to_be_visible()
        expect(page.get_by_text(words[said])).to_have_count(0)
        plays_on(viewer)

    # A locked screen: the phone has ended the tracks without an event, and the page is seen again.
    is_seen(page, "hidden")
    page.evaluate(f"{OWN}.getTracks().forEach((track) => track.stop())")
    is_seen(page, "visible")
    until(page, f"{OWN}?.getTracks().every(({{ readyState }}) => readyState === 'live')")
    expect(page.get_by_text(words["hidden"])).to_be_visible()
    plays_on(viewer)

    # Another tab for a moment: nothing was lost, and nothing is said.
    is_seen(page, "hidden")
    is_seen(page, "visible")
    expect(page.get_by_text(words["hidden"])).to_have_count(0)
    plays_on(viewer)

    # The microphone alone: the picture goes on, and the host reads why nothing is heard.
    happens(page, "Audio", "mute")
    expect(page.get_by_text(words["muted"])).to_be_visible()
    look_at_trouble(page, f"device-muted-{language}")
    plays_on(viewer)
    happens(page, "Audio", "unmute")
    expect(page.get_by_text(words["muted"])).to_have_count(0)


def go_live(page: Page, words: dict[str, str]) -> None:
    live = page.get_by_role("button", name=words["live"])
    press_go_live(page, live, page.get_by_text(words["on"]))


def happens(page: Page, kind: str, event: str) -> None:
    """What the browser says of a track (Media Capture and Streams §4.3.1)."""
    page.evaluate(f"{OWN}.get{kind}Tracks()[0].dispatchEvent(new Event('{event}'))")


def is_seen(page: Page, state: str) -> None:
    """What a locked screen, or another tab, does to a page (Page Visibility Level 2 §4)."""
    page.evaluate(
        """state => {
            const now = { value: state, configurable: true };
            Object.defineProperty(document, "visibilityState", now);
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def look_at_trouble(page: Page, name: str) -> None:
    for width in (360, 1280):
        turn(page, width)
        settled(page)
        assert look(page, f"{name}-{width}") == []


def plays_on(viewer: Page) -> None:
    seen = viewer.evaluate(f"{VIDEO}.currentTime")
    until_blocking(
        lambda: bool(viewer.evaluate(f"{VIDEO}.currentTime > {seen} + 2")),
        # waits: Playwright hands events to the test only while it waits itself
        pause=lambda: viewer.wait_for_timeout(50),
        otherwise=lambda: f"{viewer.evaluate(PICTURE)} {viewer.locator('.stage').inner_text()}",
    )
