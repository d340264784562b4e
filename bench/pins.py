"""From a host's tap in the studio to what a viewer has of it: web's answer, the room's event, and
the card, which waits for the frame that the host saw.

The whole product runs as in the demo. The control room of a live show and a viewer's page stand in
two tabs of one Chromium, so that one clock reads both; a reader of the room stands beside them. The
key `N` pins the next product.

    python -m bench.pins [--pins 12]
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.journeys.conftest import CHROMIUM, Installation, chromium, start_demo, stop_demo
from tests.journeys.on_air import publisher
from tests.journeys.test_look import studio

LISTEN_TO_TAPS = """
performance.setResourceTimingBufferSize(10_000);
window.taps = [];
addEventListener('keydown', () => window.taps.push(Date.now()), true);
"""
ANSWERED = """
performance.getEntriesByType('resource').filter(each => each.name.endsWith('/cues'))
  .map(each => performance.timeOrigin + each.responseEnd)
"""
LISTEN_TO_CARDS = """
(() => {
  let shown = document.querySelector('.feature h3')?.textContent?.trim() ?? '';
  window.cards = [];
  new MutationObserver(() => {
    const name = document.querySelector('.feature h3')?.textContent?.trim() ?? '';
    if (name && name !== shown) { shown = name; window.cards.push(Date.now()); }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()
"""
BETWEEN = 4.0
"""Seconds between two pins: the card of one is there before the next is set."""


def make_show(demo: Installation) -> dict[str, Any]:
    """On its shelf is what the demo's live show sells."""
    with demo.api("host") as api:
        shelf = api.get(f"/shows/{demo.facts['show_id']}").json()["products"]
        body = {"title": {"en": "Pins"}, "market": "gb", "disclosures": []}
        show: dict[str, Any] = api.post("/shows", json=body).json()
        for product in shelf:
            path = f"/shows/{show['id']}/products"
            api.post(path, json={"product_id": product["id"]}).raise_for_status()
        show["stream_key"] = api.post(f"/shows/{show['id']}/stream-key").json()["stream_key"]
        return show


def go_live(demo: Installation, show: dict[str, Any]) -> None:
    with demo.api("host") as api:
        while not api.post(f"/shows/{show['id']}/go-live").is_success:
            time.sleep(0.1)


def listen(demo: Installation, show: dict[str, Any], heard: list[float]) -> None:
    """Milliseconds of the clock at which the room told of each new cue, in a thread of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", demo.port + 2)
    connection.request("GET", f"/rooms/{show['id']}/events")
    threading.Thread(target=_note, args=(connection.getresponse(), heard), daemon=True).start()


def _note(answer: http.client.HTTPResponse, heard: list[float]) -> None:
    known: set[str] = set()
    for now, text in _messages(answer):
        new = set(_cues(json.loads(text))) - known
        known |= new
        heard.extend(now for _ in new)


def _messages(answer: http.client.HTTPResponse) -> Iterator[tuple[float, str]]:
    for line in iter(answer.readline, b""):
        if line.startswith(b"data:"):
            yield time.time() * 1000, line.removeprefix(b"data:").decode()


def _cues(value: Any) -> Iterator[str]:
    """The ids of cues anywhere in a message."""
    if isinstance(value, dict):
        if str(value.get("id", "")).startswith("cue_"):
            yield value["id"]
        for each in value.values():
            yield from _cues(each)
    elif isinstance(value, list):
        for each in value:
            yield from _cues(each)


def tap(room: Page, viewer: Page, pins: int) -> None:
    for _ in range(pins):
        room.keyboard.press("n")
        viewer.wait_for_timeout(BETWEEN * 1000)


def opened(context: BrowserContext, demo: Installation, show: dict[str, Any]) -> tuple[Page, Page]:
    """The control room, and the page of a viewer who sees the picture."""
    room = context.new_page()
    studio(demo, room, "en")
    room.goto(f"{demo.base}/studio/shows/{show['id']}")
    viewer = context.new_page()
    viewer.goto(f"{demo.base}/s/{show['slug']}?lang=en")
    for page in (room, viewer):
        while not page.evaluate("document.querySelector('video')?.currentTime > 0"):
            page.wait_for_timeout(50)
    return room, viewer


def measure(context: BrowserContext, demo: Installation, pins: int) -> list[str]:
    show, heard = make_show(demo), list[float]()
    with publisher(f"{demo.facts['rtmp_url']}/{show['stream_key']}"):
        go_live(demo, show)
        listen(demo, show, heard)
        room, viewer = opened(context, demo, show)
        room.evaluate(LISTEN_TO_TAPS)
        viewer.evaluate(LISTEN_TO_CARDS)
        tap(room, viewer, pins)
        taps = room.evaluate("window.taps")
        reached = {
            "web's answer in the studio": room.evaluate(ANSWERED),
            "the room's event": heard,
            "the card on the viewer's frame": viewer.evaluate("window.cards"),
        }
    return [row(name, taps, moments) for name, moments in reached.items()]


def row(name: str, taps: list[float], moments: list[float]) -> str:
    """Each tap's next moment before the tap that follows it."""
    ends = [*taps[1:], float("inf")]
    found = sorted(
        next(moment - begin for moment in moments if begin <= moment < end)
        for begin, end in zip(taps, ends, strict=True)
        if any(begin <= moment < end for moment in moments)
    )
    if not found:
        return f"| {name} | none | | 0 of {len(taps)} |"
    middle, worst = statistics.median(found), found[-1]
    return f"| {name} | {middle:.0f} | {worst:.0f} | {len(found)} of {len(taps)} |"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--pins", type=int, default=12)
    pins = options.parse_args().pins
    with tempfile.TemporaryDirectory() as folder:
        demo = start_demo(Path(folder) / "demo")
        try:
            with sync_playwright() as running:
                browser = running.chromium.launch(executable_path=chromium(), args=CHROMIUM)
                context = browser.new_context(viewport={"width": 1280, "height": 800})
                rows = measure(context, demo, pins)
                browser.close()
        finally:
            stop_demo(demo)
    print("| from the tap to | p50 ms | worst | pins |\n|---|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
