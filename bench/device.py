"""A browser's own camera, glass to glass: by WebCodecs over a WebSocket, and by WebRTC (WHIP).

A host's Chromium publishes a canvas whose every picture says when it was made and flashes with a
beep at each whole second (`tests/journeys/clock_camera.py`); a viewer's Chromium reads the clock
back. Processor time is that of `streaming` and `rtc`, one viewer included.

    python -m bench.device [--seconds 20] [--lines 720]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.journeys.clock_camera import WATCH, WITHOUT_WEBCODECS, camera
from tests.journeys.conftest import CHROMIUM, Installation, chromium, start_demo, stop_demo
from tests.journeys.test_faults import process_of
from tests.journeys.test_look import studio

SETTLE = 8.0
TICKS = os.sysconf("SC_CLK_TCK")
PROCESSES = ("streaming", "rtc")


def used(demo: Installation, name: str) -> float:
    """Seconds of processor time so far."""
    stat = Path(f"/proc/{process_of(demo, name)}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / TICKS


def make_show(demo: Installation) -> dict[str, str]:
    with demo.api("host") as api:
        title = {"title": {"en": "From a browser"}, "market": "gb"}
        show: dict[str, str] = api.post(
            "/shows", json={**title, "starts_at": "2027-01-01T10:00:00Z"}
        ).json()
        product = next(iter(demo.facts["product_ids"].values()))
        api.post(f"/shows/{show['id']}/products", json={"product_id": product})
    return show


def measure(demo: Installation, browser: Browser, way: str, seconds: float, lines: int) -> str:
    show = make_show(demo)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    host = context.new_page()
    if way == "WHIP":
        host.add_init_script(WITHOUT_WEBCODECS)
    host.add_init_script(camera(lines, lines * 16 // 9))
    studio(demo, host, "en")
    host.goto(f"{demo.base}/studio/shows/{show['id']}/device?lang=en")
    host.get_by_label("None of these").check()
    host.locator("[aria-disabled=false]", has_text="Go live").click()
    viewer = context.new_page()
    viewer.goto(f"{demo.base}/s/{show['slug']}?lang=en")
    while not viewer.evaluate("document.querySelector('video')?.videoHeight > 0"):
        viewer.wait_for_timeout(50)
    viewer.evaluate(WATCH)
    viewer.wait_for_timeout(SETTLE * 1000)
    viewer.evaluate("window.delays.length = 0")
    before, began = [used(demo, name) for name in PROCESSES], time.monotonic()
    viewer.wait_for_timeout(seconds * 1000)
    passed = time.monotonic() - began
    cost = [
        100 * (used(demo, name) - was) / passed for name, was in zip(PROCESSES, before, strict=True)
    ]
    delays = sorted(viewer.evaluate("window.delays"))
    with demo.api("host") as api:
        video = api.get(f"/shows/{show['id']}/studio").json()["ingest"]["health"]["video"]
        api.post(f"/shows/{show['id']}/end")
    context.close()
    sent = f"{video['width']} × {video['height']}, {video['fps']:.0f} fps"
    if not delays:
        return f"| {way} | no picture was read | | {sent} | {cost[0]:.1f} | {cost[1]:.1f} |"
    return (
        f"| {way} | {statistics.median(delays):.0f} | {delays[int(len(delays) * 0.95)]:.0f} "
        f"| {sent} | {cost[0]:.1f} | {cost[1]:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--lines", type=int, default=720)
    options = parser.parse_args()
    print(
        "| way | glass to glass, p50 ms | p95 ms | picture | streaming, % of a core "
        "| rtc, % of a core |"
    )
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        demo = start_demo(Path(folder) / "demo")
        try:
            with sync_playwright() as running:
                for way in ("WebCodecs", "WHIP"):
                    browser = running.chromium.launch(executable_path=chromium(), args=CHROMIUM)
                    print(measure(demo, browser, way, options.seconds, options.lines), flush=True)
                    browser.close()
        finally:
            stop_demo(demo)
    print(
        "\nThe demo's own show runs beside it, so `streaming` has two shows. Encoders, both pages "
        "and the server share the machine."
    )


if __name__ == "__main__":
    main()
