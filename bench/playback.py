"""Glass to glass in Chromium, and pins against their frame.

The whole product runs as in the demo; the second show gets a camera with a clock in its picture
(`bench/barcode.py`), a zerolatency encoder or one set as people set OBS, and a viewer in headless
Chromium reads the clock back from the video. Pins are set over the API; a pin's error is the clock
of the frame on which its card appeared, put on the show clock by decoding a segment with PyAV (no
part of our player is asked), minus the cue's start.

    python -m bench.playback [--seconds 25]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import m3u8
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Page, Playwright, sync_playwright

from bench.barcode import STRIP, read
from showfloor.app.demo.camera import FILM
from tests.journeys.conftest import CHROMIUM, Installation, chromium, start_demo, stop_demo

WIDTH, HEIGHT, FPS = 1280, 720, 30
OPENINGS = 9
SETTLE = 6.0
"""Seconds at the start that are not counted: the player settles within five."""
RATE = ["-preset", "veryfast", "-b:v", "2500k"]
ENCODERS = {
    "zerolatency": [*RATE, "-tune", "zerolatency", "-g", "30", "-bf", "0"],
    "as OBS: veryfast, CBR, look-ahead, 2 B-frames": [
        *RATE,
        "-maxrate",
        "2500k",
        "-bufsize",
        "2500k",
        "-g",
        "60",
        "-bf",
        "2",
    ],
}
WATCH = """
(() => {
  const video = document.querySelector('video'), width = %d, cells = 32, cell = width / cells;
  const canvas = new OffscreenCanvas(width, 1), pen = canvas.getContext('2d', {
    willReadFrequently: true });
  window.samples = []; window.stamp = 0; window.stalls = 0; window.cards = [];
  video.addEventListener('waiting', () => window.stalls++);
  const look = () => {
    pen.drawImage(video, 0, 12, video.videoWidth, 1, 0, 0, width, 1);
    const line = pen.getImageData(0, 0, width, 1).data;
    let value = 0;
    for (let place = 0; place < cells; place++) {
            value = value * 2 + (line[4 * (place * cell + cell / 2)] > 128 ? 1 : 0);
        }
    window.stamp = value;
    window.samples.push((Date.now() %% 4294967296) - value);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  let shown = '';
  const card = () => {
    const name = document.querySelector('.feature h3')?.textContent?.trim() ?? '';
    if (name && name !== shown) { shown = name; window.cards.push([name, window.stamp]); }
  };
  new MutationObserver(card).observe(document.querySelector('.show-layout'), { subtree: true,
    childList: true, characterData: true });
})()
"""


@dataclass
class Camera:
    """How late its frames were, p95 and worst in ms; known when it has stopped."""

    late: str = ""


@contextlib.contextmanager
def camera(address: str, encoder: list[str]) -> Iterator[Camera]:
    source = subprocess.Popen(
        [sys.executable, "-m", "bench.barcode", str(WIDTH), str(HEIGHT), str(FPS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running = Camera()
    command = [
        *[
            get_ffmpeg_exe(),
            "-v",
            "error",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "yuv420p",
            "-s",
            f"{WIDTH}x{HEIGHT}",
            "-r",
            str(FPS),
            "-i",
            "-",
        ],
        *["-re", "-f", "lavfi", "-i", "sine=frequency=220:sample_rate=48000"],
        *[
            "-c:v",
            "libx264",
            "-threads",
            "1",
            *encoder,
            "-c:a",
            "aac",
            "-b:a",
            "96k",
            "-flush_packets",
            "1",
            "-f",
            "flv",
            address,
        ],
    ]
    process = subprocess.Popen(command, stdin=source.stdout)
    assert source.stdout is not None
    # The encoder is the only reader left, so that the camera notices when it goes.
    source.stdout.close()
    try:
        yield running
    finally:
        process.kill()
        process.wait()
        try:
            running.late = source.communicate(timeout=10)[1].decode().replace(" ", " | ")
        except subprocess.TimeoutExpired:
            source.kill()
            source.wait()


def go_live(demo: Installation) -> dict[str, Any]:
    with demo.api("host") as api:
        for _ in range(200):
            answer = api.post(f"/shows/{demo.facts['scheduled_show_id']}/go-live")
            if answer.status_code == 200 or answer.json()["code"] == "show_state_conflict":
                show: dict[str, Any] = api.get(f"/shows/{demo.facts['scheduled_show_id']}").json()
                return show
            time.sleep(0.1)
    raise RuntimeError("the show did not go live")


def pin(demo: Installation, show: dict[str, Any], number: int) -> dict[str, Any]:
    product = show["products"][number % len(show["products"])]
    with demo.api("host") as api:
        body = {"kind": "pin", "product_id": product["id"], "replace": True}
        cue: dict[str, Any] = api.post(f"/shows/{show['id']}/cues", json=body).json()
    return {"name": product["name"]["en"], "start": _milliseconds(cue["start"])}


def _milliseconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


def show_clock_minus_stamp(demo: Installation, show_id: str) -> float:
    """Milliseconds between the show clock and the clock in the picture, by decoding the newest
    whole segment.
    """
    base = f"http://127.0.0.1:{demo.port + 1}/live/{show_id}"

    def fetch(name: str) -> bytes:
        with urllib.request.urlopen(f"{base}/{name}", timeout=5) as answer:
            return bytes(answer.read())

    playlist = m3u8.loads(fetch("media.m3u8").decode())
    segment = [
        found
        for found in playlist.segments
        if found.uri and found.duration and found.program_date_time
    ][-1]
    media = fetch(segment.init_section.uri) + fetch(segment.uri)
    with av.open(io.BytesIO(media), "r") as container:
        picture = next(container.decode(video=0))
        luma = picture.planes[0]
        line = bytes(luma)[STRIP // 2 * luma.line_size :][:WIDTH]
        first = min(packet.pts for packet in _packets(media) if packet.pts is not None)
        late = float((picture.pts - first) * picture.time_base) * 1000
    begins: datetime = segment.program_date_time
    return begins.timestamp() * 1000 + late - _unwrap(read(line, WIDTH))


def _packets(media: bytes) -> list[Any]:
    with av.open(io.BytesIO(media), "r") as container:
        return list(container.demux(video=0))


def _unwrap(stamp: int) -> float:
    """The stamp's 32 bits, made whole with today's."""
    now = int(time.time() * 1000)
    return now - ((now - stamp) & 0xFFFFFFFF)


def measure(page: Page, demo: Installation, name: str, seconds: float) -> str:
    page.goto(f"{demo.base}/s/{demo.facts['scheduled_slug']}?lang=en")
    opened = time.monotonic()
    while not page.evaluate("document.querySelector('video')?.currentTime > 0"):
        page.wait_for_timeout(10)
    first = (time.monotonic() - opened) * 1000
    page.evaluate(WATCH % WIDTH)
    page.wait_for_timeout(SETTLE * 1000)
    page.evaluate("window.samples.length = 0; window.stalls = 0; window.cards.length = 0")
    show = go_live(demo)
    cues = []
    for number in range(int(seconds // 3)):
        cues.append(pin(demo, show, number))
        page.wait_for_timeout(3000)
    offset = show_clock_minus_stamp(demo, show["id"])
    samples = sorted(page.evaluate("window.samples"))
    cards = page.evaluate("window.cards")
    errors = [
        _unwrap(stamp) + offset - cue["start"]
        for cue in cues
        for card, stamp in cards
        if card == cue["name"]
    ]
    glass = f"{statistics.median(samples):.0f} | {samples[int(len(samples) * 0.95)]:.0f}"
    worst = sorted(abs(error) for error in errors)
    pins = (
        f"{statistics.median(errors):+.0f} | {worst[int(len(worst) * 0.95)]:.0f} ({len(errors)} "
        f"of {len(cues)} pins)"
    )
    return f"| {name} | {glass} | {page.evaluate('window.stalls')} | {pins} | {first:.0f} |"


NOTHING_BUT_THE_FILM = """<!doctype html><meta charset="utf-8"><title>The film</title>
<video src="film.mp4" autoplay muted playsinline></video>
"""
FIRST_PICTURE = """
new MutationObserver(() => {
  const video = document.querySelector('video');
  if (!video || video.watched) return;
  video.watched = true;
  window.appeared = performance.now();
  video.requestVideoFrameCallback(() => window.firstPicture = performance.now());
}).observe(document, { childList: true, subtree: true });
"""


def measure_opening(running: Playwright, demo: Installation) -> list[str]:
    """Rows of milliseconds from the start of the navigation, each in a browser with nothing in its
    cache; what the page itself needs stands beside it, and the limit: a page with nothing but the
    demo's film as a file.
    """
    pictures, pages, limits = [], [], []
    with a_page_with_the_film() as limit:
        for _ in range(OPENINGS):
            stands, seen = open_once(running, f"{demo.show_page}?lang=en")
            pages.append(stands)
            pictures.append(seen)
            limits.append(open_once(running, limit)[1])
    return [
        f"| {name} | {statistics.median(found):.0f} | {min(found):.0f} | {max(found):.0f} |"
        for name, found in (
            ("the page stands, with its player", pages),
            ("the first picture", pictures),
            ("limit: a page with nothing but a film", limits),
        )
    ]


def open_once(running: Playwright, address: str) -> tuple[float, float]:
    """When the video stood in the page and when its first picture was shown."""
    browser = running.chromium.launch(executable_path=chromium(), args=CHROMIUM)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(FIRST_PICTURE)
    page.goto(address, wait_until="commit")
    while not page.evaluate("window.firstPicture ?? 0"):
        page.wait_for_timeout(20)
    moments = page.evaluate("[window.appeared, window.firstPicture]")
    browser.close()
    return moments[0], moments[1]


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def a_page_with_the_film() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "index.html").write_text(NOTHING_BUT_THE_FILM)
        (folder / "film.mp4").symlink_to(FILM)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=name))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def frames_held(encoder: list[str]) -> tuple[int, int]:
    """How many later frames the encoder takes before it gives a frame out, at least and at most.
    No viewer can see a frame earlier, by whatever way: a player shows frames in their order, so the
    most counts.
    """
    settings = {
        name.removeprefix("-").partition(":")[0]: value
        for name, value in zip(encoder[::2], encoder[1::2], strict=True)
    }
    held = []
    with av.open("/dev/null", "w", format="null") as nowhere:
        stream = nowhere.add_stream("libx264", rate=FPS, options=settings)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1  # as the camera's
        for number in range(4 * FPS):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            frame.pts = number
            held += [number - packet.pts for packet in stream.encode(frame) if packet.pts]
    return min(held[FPS:]), max(held[FPS:])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=24)
    seconds = parser.parse_args().seconds
    print(
        "| encoder | glass to glass, p50 ms | p95 ms | stalls after 6 s | pin error, p50 ms "
        "| p95 of its size, ms | first frame, ms | camera late, p95 ms | worst, ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        demo = start_demo(Path(folder) / "demo")
        try:
            with sync_playwright() as running:
                openings = measure_opening(running, demo)
                browser = running.chromium.launch(executable_path=chromium(), args=CHROMIUM)
                for name, encoder in ENCODERS.items():
                    address = f"{demo.facts['rtmp_url']}/{demo.facts['stream_key']}"
                    with camera(address, encoder) as running_camera:
                        go_live(demo)
                        page = browser.new_page(viewport={"width": 1280, "height": 800})
                        page.wait_for_timeout(3000)
                        row = measure(page, demo, name, seconds)
                        page.close()
                    print(f"{row} {running_camera.late} |", flush=True)
                browser.close()
        finally:
            stop_demo(demo)
    print("\n| encoder | it holds a frame for, frames | ms at most |\n|---|---|---|")
    for name, encoder in ENCODERS.items():
        least, most = frames_held(encoder)
        print(f"| {name} | {least} to {most} | {1000 * most / FPS:.0f} |")
    print("\n| from navigation in a cold browser | p50 ms | least | most |\n|---|---|---|---|")
    print("\n".join(openings))
    print(
        "\nFirst frame: after opening the page of a show that is on. A camera that is late by more "
        "than a frame was held up by an encoder slower than real time, on this machine. Not tried: "
        "Apple devices, and OBS itself (its settings are)."
    )


if __name__ == "__main__":
    main()
