"""A show that has ended is watched again: from its page, by its products, and bought from."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from showfloor.app.demo.camera import FILM, WIDE_FILM
from tests.integration.streaming.conftest import clip, tags
from tests.integration.streaming.peers import SOURCE, Tag
from tests.journeys.conftest import (
    CHECKOUT,
    IN_TURN,
    START_WITHIN,
    Installation,
    new_visitor,
    settled,
    until,
)
from tests.journeys.on_air import go_live, on_air, publisher
from tests.journeys.test_buy import VIDEO
from tests.journeys.test_look import look
from tests.recordings import filming
from tests.waiting import BOUND, until_blocking

__all__ = ["clip", "tags"]

pytestmark = [IN_TURN]


@dataclass(frozen=True)
class Ended:
    """An ended show: two products, each shown once; `second` is the other's place in seconds."""

    page: str
    api: str
    second: float


def wait_for(api: httpx2.Client, path: str, wanted: str, *members: str) -> dict[str, object]:
    found: dict[str, object] = {}

    def look() -> bool:
        found.clear()
        found.update(api.get(path).json())
        value: object = found
        for member in members:
            value = value[member] if isinstance(value, dict) else None
        return value == wanted

    until_blocking(look, otherwise=lambda: f"{path} never said {members} is {wanted}: {found}")
    return found


@pytest.fixture(scope="module")
def ended(demo: Installation) -> Ended:
    """Made through the API by a camera that really publishes."""
    with demo.api("host") as api:
        shelf = api.get("/shows", params={"state": "live"}).json()["items"][0]["products"]
        show = api.post(
            "/shows",
            json={
                "title": {"en": "Second firing", "ar": "الحرقة الثانية"},
                "market": "gb",
                "disclosures": [],
            },
        ).json()
        path = f"/shows/{show['id']}"
        products = [
            product["id"]
            for product in shelf
            if product["name"]["en"] in ("Dawn Mug", "Amber Hour")
        ]
        for product in products:
            api.post(f"{path}/products", json={"product_id": product}).raise_for_status()
        key = api.post(f"{path}/stream-key").json()["stream_key"]
        with publisher(f"{demo.facts['rtmp_url']}/{key}"):
            go_live(api, path)
            for product in products:
                cue = api.post(f"{path}/cues", json={"kind": "pin", "product_id": product})
                cue.raise_for_status()
                _watched(demo, str(show["id"]), segments=3 * (products.index(product) + 1))
                api.post(f"/cues/{cue.json()['id']}/end").raise_for_status()
            api.post(f"{path}/end").raise_for_status()
        over = wait_for(api, path, "ready", "replay", "state")
        cues = api.get(f"{path}/timeline").json()["cues"]
        first = httpx2.get(_local(demo, over["playback"]["hls_url"]), trust_env=False)  # type: ignore[index] # a show has it
        assert first.status_code == 200
    seconds = _seconds_between(str(over["replay"]["starts_at"]), cues[1]["start"])  # type: ignore[index] # as above
    return Ended(f"{demo.base}/s/{show['slug']}", path, seconds)


def _local(demo: Installation, url: object) -> str:
    return str(url).replace("shop.localhost", "127.0.0.1")


def _watched(demo: Installation, show: str, *, segments: int) -> None:
    """Until so many segments of the show are on the disk."""
    folder = demo.data / "recordings" / show
    until_blocking(
        lambda: len(list(folder.glob("*.m4s"))) > segments, otherwise=lambda: str(folder)
    )


def _seconds_between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def leaf_to(page: Page, url: str, tile: Locator) -> Locator:
    """`tile`, on the first page from `url` on that has it."""
    page.goto(url)
    earlier = page.locator("main nav a[rel=next]")
    # waits: the server writes the list, so it is whole when goto returns
    while not tile.count() and earlier.count():
        page.goto(urljoin(page.url, earlier.get_attribute("href")))
    return tile


def test_demo_has_a_show_that_is_over_with_its_pins_and_three_clips(
    demo: Installation, page: Page
) -> None:
    slug = demo.await_past_show()
    with demo.api() as api:
        wait_for(api, f"/shows/{demo.facts['past_show_id']}", "ready", "replay", "state")

    # Other journeys end shows and make clips too: it may be on a later page.
    its_tile = leaf_to(page, f"{demo.base}/replays?lang=ar", page.locator(f"a[href='/s/{slug}']"))
    expect(its_tile).to_contain_text("صباحات هادئة")
    clip = page.locator("a[href^='/c/']")
    expect(
        leaf_to(page, f"{demo.base}/clips", clip.filter(has_text="كوب مزجّج يدويًا"))
    ).to_be_visible()
    leaf_to(
        page, f"{demo.base}/clips?lang=en", clip.filter(has_text="A mug glazed by hand")
    ).click()
    page.get_by_role("button", name="Watch the clip").click()
    until(page, f"{VIDEO}?.currentTime > 0")
    expect(page.locator(".feature")).to_contain_text("Dawn Mug")

    watch_replay(page, f"{demo.base}/s/{slug}?lang=en&t=28")
    expect(page.locator(".feature")).to_contain_text("Halo Table Lamp")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="View: Halo Table Lamp").first.click()
    page.get_by_role("button", name="Hold and check out").click()
    expect(page.get_by_role("dialog").get_by_role("timer")).to_be_visible()


async def film_with_absences(data: Path, show: str, tags: Callable[[str], list[Tag]]) -> None:
    """A camera away for 2, 60 and 600 s, which comes back with another picture; a killed process; a
    segment that the disk did not take.
    """
    with filming(data, show) as filmed:
        await filmed.film(tags("plain"))
        filmed.away(2)
        await filmed.film(tags("plain"), then_crash=True)
        filmed.away(60)
        (filmed.folder / ".12.m4s.part").mkdir()
        await filmed.film(tags("plain"))
        filmed.away(600)
        await filmed.film(tags("larger"))
        filmed.end()


def test_replay_of_a_show_with_everything_that_goes_wrong_plays_through(
    demo: Installation, page: Page, tags: Callable[[str], list[Tag]], tmp_path: Path
) -> None:
    with demo.api("host") as api:
        new = {"title": {"en": "Rough evening", "ar": "أمسية عاصفة"}, "market": "gb"}
        show = api.post("/shows", json=new).json()
        path, folder = f"/shows/{show['id']}", demo.data / "recordings" / show["id"]
        command = [*CHECKOUT, "recording", "import", str(FILM), "--show", show["id"]]
        environment = {**os.environ, "SHOWFLOOR_DATA": str(demo.data), "PYTHONPATH": str(SOURCE)}
        subprocess.run(command, env=environment, check=True, timeout=START_WITHIN)
        wait_for(api, path, "ready", "replay", "state")
        # What was imported makes room for a recording that was less lucky.
        api.patch(f"{path}/replay", json={"public": False}).raise_for_status()
        with ThreadPoolExecutor() as apart:
            apart.submit(asyncio.run, film_with_absences(tmp_path, show["id"], tags)).result()
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "recordings" / show["id"], folder)
        for each in (folder, *folder.rglob("*")):
            each.chmod(0o700 if each.is_dir() else 0o600)
        told = api.patch(f"{path}/replay", json={"public": True}).json()
    assert [round(gap["away_s"]) for gap in told["gaps"]] == [2, 61, 2, 600]

    watch_replay(page, f"{demo.base}/s/{show['slug']}?lang=en")
    assert abs(page.evaluate(f"{VIDEO}.duration") - told["duration_s"]) < 0.2
    for gap in told["gaps"]:
        page.evaluate(f"{VIDEO}.currentTime = {gap['at_s'] - 1}")
        until(page, f"{VIDEO}.currentTime > {gap['at_s'] + 0.5} && !{VIDEO}.seeking")
    until(page, f"{VIDEO}.videoWidth === 480")
    until(page, f"{VIDEO}.ended || {VIDEO}.currentTime > {told['duration_s'] - 0.5}")


def arrive(page: Page, address: str) -> None:
    """On the page of a show that is over, once the next show is named below its button: that moves
    the button, and a click that began on it would end beside it.
    """
    with page.expect_response(re.compile(r"/shows\?state=scheduled")) as told:
        page.goto(address)
    told.value.finished()
    settled(page)


def watch_replay(page: Page, address: str) -> None:
    arrive(page, address)
    page.get_by_role("button", name=re.compile("Watch the replay|مشاهدة الإعادة")).click()
    until(page, f"{VIDEO}?.currentTime > 0")


def test_ended_show_is_watched_again_with_its_products_in_place(page: Page, ended: Ended) -> None:
    watch_replay(page, f"{ended.page}?lang=en")

    expect(page.locator(".feature")).to_contain_text("Dawn Mug")
    page.get_by_role("button", name=re.compile("^Watch .*Amber Hour")).click()
    until(page, f"{VIDEO}.currentTime >= {ended.second - 0.5}")
    expect(page.locator(".feature")).to_contain_text("Amber Hour")
    # A picture that stands: within a running chapter "previous" is its own beginning.
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("slider", name="Position").press("End")
    page.get_by_role("button", name="Previous product").click()
    page.get_by_role("button", name="Previous product").click()
    expect(page.locator(".feature")).to_contain_text("Dawn Mug")


def test_replay_is_moved_by_keys_from_left_to_right_in_arabic_too(page: Page, ended: Ended) -> None:
    watch_replay(page, f"{ended.page}?lang=ar")
    page.get_by_role("button", name="إيقاف مؤقت").click()
    bar = page.get_by_role("slider", name="الموضع")

    bar.press("Home")
    until(page, f"{VIDEO}.currentTime === 0")
    bar.press("ArrowRight")
    until(page, f"{VIDEO}.currentTime === 5")
    box = bar.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    until(page, f"{VIDEO}.currentTime > {VIDEO}.duration * 0.8")


def test_link_to_a_moment_opens_the_replay_there(page: Page, ended: Ended) -> None:
    watch_replay(page, f"{ended.page}?lang=en&t={ended.second + 0.5}")

    until(page, f"{VIDEO}.currentTime >= {ended.second + 0.5}")
    expect(page.locator(".feature")).to_contain_text("Amber Hour")


def test_what_is_seen_again_is_bought_as_live(demo: Installation, page: Page, ended: Ended) -> None:
    watch_replay(page, f"{ended.page}?lang=en")

    page.get_by_role("button", name="View: Dawn Mug").first.click()
    page.get_by_role("button", name="Hold and check out").click()

    expect(page.get_by_role("dialog").get_by_role("timer")).to_be_visible()


def test_withheld_replay_is_not_offered(demo: Installation, page: Page, ended: Ended) -> None:
    with demo.api("host") as api:
        api.patch(f"{ended.api}/replay", json={"public": False}).raise_for_status()
        page.goto(f"{ended.page}?lang=en")
        expect(page.get_by_text("That was the show").first).to_be_visible()
        expect(page.get_by_role("button", name="Watch the replay")).to_have_count(0)
        api.patch(f"{ended.api}/replay", json={"public": True}).raise_for_status()

    expect(page.get_by_role("button", name="Watch the replay")).to_be_visible()
    settled(page)


def test_replay_that_cannot_be_reached_says_so(page: Page, ended: Ended) -> None:
    # A page of its own: what fails on purpose here is no fault of the product.
    alone = page.context.new_page()
    alone.route(re.compile(r"/replay-controls[^/]*\.js"), lambda route: route.abort())
    arrive(alone, f"{ended.page}?lang=en")

    alone.get_by_role("button", name="Watch the replay").click()

    expect(alone.get_by_text("We could not reach the shop.")).to_be_visible()
    expect(alone.get_by_role("button", name="Watch the replay")).to_be_visible()
    alone.close()


@pytest.fixture(scope="module")
def across(demo: Installation) -> str:
    """The address of an ended show whose camera lay across."""
    with demo.api("host") as api:
        live = api.get("/shows", params={"state": "live"}).json()["items"][0]
    products = [each["id"] for each in live["products"][:2]]
    title = {"en": "Across, again", "ar": "بالعرض، من جديد"}
    with on_air(demo, title, products, WIDE_FILM) as show:
        pin = {"kind": "pin", "product_id": products[0]}
        show.api.post(f"/shows/{show.id}/cues", json=pin).raise_for_status()
        _watched(demo, show.id, segments=4)
        show.api.post(f"/shows/{show.id}/end").raise_for_status()
        wait_for(show.api, f"/shows/{show.id}", "ready", "replay", "state")
    return f"{demo.base}/s/{show.slug}"


# The bar is as tall as a finger, but looks much thinner.
OVERLAPPING = """() => {
    const box = (one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const thin = one.role === "slider" ? 15 : 1;
        return { one, left, right, top: top + thin, bottom: bottom - thin };
    };
    const shown = ".stage :is(a, button, .v-chip, .seek__times, [role=slider])";
    const boxes = [...document.querySelectorAll(shown)]
        .filter((one) => one.checkVisibility()).map(box);
    const meet = (a, b) => a.left < b.right && b.left < a.right
        && a.top < b.bottom && b.top < a.bottom;
    return boxes.flatMap((a, index) => boxes.slice(index + 1)
        .filter((b) => meet(a, b) && !a.one.contains(b.one))
        .map((b) => [a.one.outerHTML.slice(0, 80), b.one.outerHTML.slice(0, 80)]));
}"""


# Without the script, as a poster, and while it plays: nothing jumps from one to the next.
@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_replay_of_a_landscape_show_keeps_its_shape(
    browser: Browser, across: str, width: int, height: int, lang: str
) -> None:
    address = f"{across}?lang={lang}"
    window = {"width": width, "height": height}
    bare = new_visitor(browser, viewport=window, java_script_enabled=False, locale="en-GB")
    context = new_visitor(browser, viewport=window, locale="en-GB")
    context.set_default_timeout(BOUND * 1000)
    page = context.new_page()
    printed = bare.new_page()
    printed.goto(address)
    seen = [_stage(printed)]

    arrive(page, address)
    seen.append(_stage(page))
    page.get_by_role("button", name=re.compile("Watch the replay|مشاهدة الإعادة")).click()
    until(page, f"{VIDEO}?.currentTime > 0 && {VIDEO}.videoWidth > {VIDEO}.videoHeight")
    settled(page)
    seen.append(_stage(page))
    assert look(page, f"replay-wide-{lang}-{width}") == []
    assert page.evaluate(OVERLAPPING) == []

    assert {shape for shape, *_ in seen} == {"wide"}
    for _, *box in seen:
        assert box == pytest.approx(seen[-1][1:], abs=1)
        assert box[0] / box[1] == pytest.approx(16 / 9, abs=0.02)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()
    bare.close()


def _stage(page: Page) -> tuple[str, float, float]:
    """For which shape the page is laid out, and how large the picture's place is."""
    box = page.locator(".stage").bounding_box()
    assert box is not None
    shape = page.locator(".show-layout").get_attribute("data-shape")
    return str(shape), box["width"], box["height"]


HLS_JS = Path(__file__).parents[2] / "frontend/node_modules/hls.js/dist/hls.min.js"
SUBTITLES_OF = """([url, bound]) => new Promise((done, failed) => {
    setTimeout(() => failed(new Error("no subtitles")), bound);
    const video = document.body.appendChild(document.createElement("video"));
    const hls = new Hls({ enableWorker: false });
    hls.on(Hls.Events.SUBTITLE_FRAG_PROCESSED, () => {
        const { language, cues } = [...video.textTracks].find((track) => track.cues?.length);
        done({ lang: language, cues: [...cues].map((cue) => [cue.startTime, cue.text]) });
    });
    hls.on(Hls.Events.ERROR, (_name, error) => error.fatal && failed(new Error(error.details)));
    video.addEventListener("loadeddata", () => (hls.subtitleTrack = 0));
    hls.loadSource(url);
    hls.attachMedia(video);
})"""


def _covers_nothing(page: Page) -> None:
    """The words lie over no price, no button and no name."""
    covered = page.evaluate(
        """() => {
            const words = document.querySelector(".captions__lines").getBoundingClientRect();
            const others = document.querySelectorAll(".stage button, .stage__pin, .stage a");
            return [...others].filter((other) => {
                const box = other.getBoundingClientRect();
                return box.width && box.left < words.right && words.left < box.right
                    && box.top < words.bottom && words.top < box.bottom
                    && getComputedStyle(other).visibility !== "hidden";
            }).map((other) => other.outerHTML.slice(0, 120));
        }"""
    )
    assert covered == []


def test_captions_are_shown_where_the_viewer_reads_another_language(
    demo: Installation, page: Page, ended: Ended
) -> None:
    said = "WEBVTT\n\n00:00.000 --> 00:30.000\nصباح الخير\n"
    with demo.api("host") as api:
        headers = {"Content-Type": "text/vtt"}
        api.put(f"{ended.api}/captions/ar", content=said, headers=headers).raise_for_status()

        hls_url = str(api.get(ended.api).json()["playback"]["hls_url"])
        until_blocking(
            lambda: "SUBTITLES" in httpx2.get(_local(demo, hls_url), trust_env=False).text,
            otherwise=lambda: hls_url,
        )

    watch_replay(page, f"{ended.page}?lang=ar")
    line = page.get_by_text("صباح الخير")
    expect(line).to_be_visible()
    assert line.evaluate("line => getComputedStyle(line).direction") == "rtl"
    _covers_nothing(page)
    # A player that draws subtitles itself, as phones do in full screen: hls.js whole.
    other = page.context.new_page()
    other.evaluate(HLS_JS.read_text())
    read = other.evaluate(SUBTITLES_OF, [hls_url, BOUND * 1000])
    assert read == {"lang": "ar", "cues": [[0, "صباح الخير"]]}
    other.close()
    # Full screen and a picture in a picture have no page around them: the words go with the video.
    page.evaluate(f"{VIDEO}.dispatchEvent(new Event('enterpictureinpicture'))")
    until(page, f"[...{VIDEO}.textTracks].some(t => t.mode === 'showing' && t.activeCues?.length)")
    expect(line).to_be_hidden()
    page.evaluate(f"{VIDEO}.dispatchEvent(new Event('leavepictureinpicture'))")
    expect(line).to_be_visible()
    page.get_by_role("button", name="الترجمة").click()
    page.get_by_role("button", name="بلا ترجمة").click()
    expect(page.get_by_text("صباح الخير")).to_have_count(0)
    # The choice is kept for the next time.
    watch_replay(page, f"{ended.page}?lang=ar")
    expect(page.get_by_role("button", name="الترجمة")).to_be_visible()
    expect(page.get_by_text("صباح الخير")).to_have_count(0)
    watch_replay(page, f"{ended.page}?lang=en")
    page.get_by_role("button", name="Captions").click()
    page.get_by_role("button", name="Arabic").click()
    expect(page.get_by_text("صباح الخير")).to_be_visible()
