"""A host whose browser has no WebCodecs: live by WebRTC, a server that dies, OBS in between."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
from collections.abc import Callable
from typing import Any

import imageio_ffmpeg
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.journeys.clock_camera import WATCH, WITHOUT_WEBCODECS, camera
from tests.journeys.conftest import IN_TURN, Installation, tomorrow, until
from tests.journeys.on_air import press_go_live
from tests.journeys.test_buy import VIDEO
from tests.journeys.test_faults import process_of
from tests.journeys.test_look import studio
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]


def obs(address: str) -> subprocess.Popen[bytes]:
    """A landscape picture by RTMP."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-re"]
    command += ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=15", "-f", "lavfi", "-i", "sine=r=48000"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15"]
    command += ["-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "flv", address]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


def arrives(demo: Installation, show: str, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Until the studio says that such a picture is published."""
    with demo.api("host") as api:

        def is_there() -> bool:
            ingest = api.get(f"/shows/{show}/studio").json()["ingest"]
            video = (ingest["health"] or {}).get("video")
            return ingest["state"] == "publishing" and bool(video) and wanted(video)

        until_blocking(is_there)


def goes_on(viewer: Page) -> None:
    """On a busy machine maybe with the sound alone, so its own clock counts."""
    seen = viewer.evaluate(f"{VIDEO}.currentTime")
    until(viewer, f"{VIDEO}.currentTime > {seen} + 6")


def is_offer(answer: Response) -> bool:
    return answer.url.endswith("/whip") and answer.request.method == "POST"


def test_browser_without_webcodecs_goes_live_by_whip(
    demo: Installation, page: Page, context: BrowserContext
) -> None:
    offers: list[int] = []
    page.on("response", lambda answer: offers.append(answer.status) if is_offer(answer) else None)
    page.add_init_script(WITHOUT_WEBCODECS)
    page.add_init_script(camera(360, 640))
    with demo.api("host") as api:
        title = {"title": {"en": "From another browser"}, "market": "gb"}
        show = api.post("/shows", json={**title, "starts_at": tomorrow()}).json()
        product = next(iter(demo.facts["product_ids"].values()))
        api.post(f"/shows/{show['id']}/products", json={"product_id": product})
        key = api.post(f"/shows/{show['id']}/stream-key").json()
    studio(demo, page, "en")
    page.goto(f"{demo.base}/studio/shows/{show['id']}/device?lang=en")

    live = page.get_by_role("button", name="Go live")
    page.get_by_label("None of these").check()
    expect(live).to_have_attribute("aria-disabled", "false")
    press_go_live(page, live, page.get_by_text("Viewers see this"))
    expect(page.get_by_text("Lost on the way")).to_be_visible()

    viewer = context.new_page()
    viewer.goto(f"{demo.base}/s/{show['slug']}?lang=en")
    until(viewer, f"{VIDEO}?.currentTime > 0 && {VIDEO}.videoHeight > {VIDEO}.videoWidth")
    viewer.evaluate("window.sameDocument = true")
    viewer.evaluate(WATCH)
    until(viewer, "window.delays.length > 5")
    # The picture is the host's own, of a moment ago: how long ago is the bench's business.
    assert 0 < statistics.median(viewer.evaluate("window.delays")) < BOUND * 1000

    # The process dies; the device offers again by itself, on the same timeline.
    before = len(offers)
    os.kill(process_of(demo, "rtc"), signal.SIGKILL)
    goes_on(viewer)
    assert len(offers) > before
    expect(page.get_by_text("Viewers see this")).to_be_visible()

    # OBS takes over, and the phone does not fight for its place.
    encoder = obs(f"{key['rtmp_url']}/{key['stream_key']}")
    try:
        expect(page.get_by_text("Another camera has taken over.")).to_be_visible()
        arrives(demo, show["id"], lambda video: video["width"] == 320)
        goes_on(viewer)
        before = len(offers)
        # And back, when its host wants it.
        page.get_by_role("button", name="Connect again").click()
        arrives(demo, show["id"], lambda video: video["height"] > video["width"])
        goes_on(viewer)
        assert len(offers) == before + 1
    finally:
        encoder.kill()
        encoder.wait()
    assert viewer.evaluate("window.sameDocument")
    with demo.api("host") as api:
        api.post(f"/shows/{show['id']}/end")
    expect(page.get_by_role("heading", name="Clips")).to_be_visible()
    assert len(offers) == before + 1
