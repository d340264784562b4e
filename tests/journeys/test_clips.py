"""Clips: the host's list of them in the studio, and the page of one beside the show's others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from showfloor.kit import clock
from tests.journeys.conftest import IN_TURN, Installation, settled, until
from tests.journeys.test_buy import VIDEO
from tests.journeys.test_look import look, studio, turn
from tests.journeys.test_replay import wait_for
from tests.waiting import until_blocking

pytestmark = [IN_TURN]
TITLE = {"en": "The lamp, switched on", "ar": "المصباح مضاءً"}


@pytest.fixture
def own(demo: Installation) -> Iterator[dict[str, Any]]:
    """A clip of the demo's ended show that is this test's, beside the demo's three."""
    path = f"/shows/{demo.facts['past_show_id']}"
    demo.await_past_show()
    with demo.api("host") as api:
        replay: Any = wait_for(api, path, "ready", "replay", "state")["replay"]
        begins = datetime.fromisoformat(replay["starts_at"])
        span = {
            name: clock.rfc3339(begins + timedelta(seconds=seconds))
            for name, seconds in (("from", 27), ("to", 33))
        }
        made = api.post(f"{path}/clips", json={**span, "title": TITLE})
        made.raise_for_status()
        clip: dict[str, Any] = made.json()

        def is_ready() -> bool:
            listed = api.get(f"{path}/clips").json()["items"]
            clip.update(next(each for each in listed if each["id"] == clip["id"]))
            return bool(clip["state"] == "ready")

        until_blocking(is_ready, otherwise=lambda: f"{clip}")
        yield clip
        # One of the tests deletes it by itself.
        assert api.delete(f"/clips/{clip['id']}").status_code in (204, 404)


@pytest.mark.parametrize(
    ("lang", "copy", "delete", "keep", "sure"),
    [
        ("en", "Copy link: ", "Delete: ", "Keep it", "Delete the clip"),
        ("ar", "نسخ الرابط: ", "حذف: ", "الإبقاء عليه", "حذف المقطع"),
    ],
)
def test_host_copies_the_link_of_a_clip_and_is_asked_before_it_is_deleted(
    demo: Installation,
    page: Page,
    context: BrowserContext,
    own: dict[str, Any],
    lang: str,
    copy: str,
    delete: str,
    keep: str,
    sure: str,
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo.base)
    studio(demo, page, lang)
    page.goto(f"{demo.base}/studio/shows/{demo.facts['past_show_id']}?lang={lang}")
    row = page.locator(f"[data-clip='{own['id']}']")
    expect(row).to_have_attribute("data-state", "ready")
    expect(row.get_by_role("link", name=TITLE[lang], exact=True)).to_have_attribute(
        "href", own["url"]
    )
    until(page, f"document.querySelector(\"[data-clip='{own['id']}'] img\")?.naturalWidth > 0")
    for width in (1280, 360):
        turn(page, width)
        settled(page)
        row.scroll_into_view_if_needed()
        assert look(page, f"clips-{lang}-{width}") == []
    row.get_by_role("button", name=copy + TITLE[lang]).click()
    until(page, f"navigator.clipboard.readText().then((text) => text === '{own['url']}')")

    row.get_by_role("button", name=delete + TITLE[lang]).click()
    page.get_by_role("dialog").get_by_role("button", name=keep).click()
    with demo.api() as api:
        listed = api.get(f"/shows/{demo.facts['past_show_id']}/clips").json()["items"]
    assert own["id"] in [each["id"] for each in listed]

    row.get_by_role("button", name=delete + TITLE[lang]).click()
    page.get_by_role("dialog").get_by_role("button", name=sure).click()
    expect(row).to_have_count(0)
    expect(page.locator("#clips-title")).to_be_focused()
    gone = page.request.get(own["url"])
    assert gone.status == 404


@pytest.mark.parametrize(
    ("lang", "choose", "more"),
    [
        ("en", "Choose options", "More from this show"),
        ("ar", "اختيار المواصفات", "المزيد من هذا العرض"),
    ],
)
def test_clip_stands_beside_its_product_and_the_other_clips(
    demo: Installation, page: Page, own: dict[str, Any], lang: str, choose: str, more: str
) -> None:
    page.goto(f"{demo.base}/c/{own['slug']}?lang={lang}")
    column = page.get_by_role("complementary", name=more)
    expect(column.get_by_role("link")).to_have_count(3)
    expect(page.get_by_role("button", name=choose)).to_be_visible()
    boxes = [
        page.locator(part).first.bounding_box() for part in (".stage", ".feature img", ".others")
    ]
    starts = [box["x"] for box in boxes if box]
    assert len(starts) == 3
    assert starts == sorted(starts, reverse=lang == "ar"), "picture, product, other clips"
    settled(page)
    assert look(page, f"clip-{lang}-1280") == []

    turn(page, 360)
    expect(column).to_have_count(0)
    settled(page)
    assert look(page, f"clip-{lang}-360") == []
    page.locator(".stage__state .narrow-only, .stage__bag").first.click()
    drawer = page.locator(".shop")
    expect(drawer.get_by_role("heading", name=more)).to_be_visible()
    settled(page)
    assert look(page, f"clip-shelf-{lang}-360") == []
    turn(page, 1280)

    other = column.get_by_role("link").first
    address = other.get_attribute("href")
    other.click()
    expect(page).to_have_url(re.compile(re.escape(address or "?")))
    page.locator(".stage__state .btn-spot").click()
    until(page, f"{VIDEO}?.currentTime > 0")
    expect(page.locator(".feature[data-cue] h3")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "label", "saved", "said"),
    [
        ("en", "How long is it kept?", "How long it is kept was saved.", "Deleted for good on"),
        ("ar", "مدة الاحتفاظ بالإعادة", "حُفظت مدة الاحتفاظ.", "تُحذف نهائيًا يوم"),
    ],
)
def test_host_says_by_keys_how_long_a_replay_is_kept(
    demo: Installation, page: Page, lang: str, label: str, saved: str, said: str
) -> None:
    demo.await_past_show()
    path = f"/shows/{demo.facts['past_show_id']}"
    studio(demo, page, lang)
    page.goto(f"{demo.base}/studio{path}?lang={lang}")
    choice = page.get_by_label(label)
    choice.focus()
    choice.select_option("90")

    expect(page.get_by_text(saved)).to_be_visible()
    expect(choice).to_be_focused()
    expect(page.get_by_text(said)).to_be_visible()
    for width in (1280, 360):
        turn(page, width)
        settled(page)
        choice.scroll_into_view_if_needed()
        assert look(page, f"replay-kept-{lang}-{width}") == []
    with demo.api("host") as api:
        assert api.get(f"{path}/replay").json()["keep_days"] == 90
        api.patch(f"{path}/replay", json={"keep_days": None}).raise_for_status()
