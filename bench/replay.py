"""The demo's show that is over: watched again in Chromium, cut, and served beside nginx.

A pin's error after a seek is the moment of the frame on which its card appeared (the frame's place
in the replay, from `requestVideoFrameCallback`, on the show clock) minus the cue's start.

    python -m bench.replay
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import m3u8
from playwright.sync_api import Page, sync_playwright

from bench.idle import children, cpu_seconds
from tests.journeys.conftest import CHROMIUM, Installation, chromium, start_demo, stop_demo
from tests.ports import free_ports

STARTS, SEEKS = 5, 20
REQUESTS, CONNECTIONS = 3000, 8
LONGEST_CLIP = 60
PATIENCE = 120
NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr error; {user}
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""
WATCH = """
(() => {
  const video = document.querySelector('video');
  window.at = 0; window.cards = [];
  const look = (now, frame) => {
    window.at = frame.mediaTime; video.requestVideoFrameCallback(look); };
  video.requestVideoFrameCallback(look);
  let shown = '';
  new MutationObserver(() => {
    const name = document.querySelector('.feature h3')?.textContent?.trim() ?? '';
    if (name !== shown) { shown = name; if (name) window.cards.push([name, window.at]); }
  }).observe(document.querySelector('.show-layout'), { subtree: true, childList: true,
    characterData: true });
})()
"""
SEEK = """(to) => new Promise((done) => {
  const video = document.querySelector('video'), began = performance.now();
  const look = (now, frame) => Math.abs(frame.mediaTime - to) < 0.5
    ? done(performance.now() - began) : video.requestVideoFrameCallback(look);
  video.requestVideoFrameCallback(look);
  video.currentTime = to;
})"""
CLICK = """() => new Promise((done) => {
  const began = performance.now();
  const wait = () => {
    const video = document.querySelector('video');
    if (video) video.requestVideoFrameCallback(() => done(performance.now() - began));
    else requestAnimationFrame(wait);
  };
  document.querySelector('[data-bench]').click();
  wait();
})"""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def wait_for(demo: Installation, path: str, ready: Any) -> dict[str, Any]:
    began = time.monotonic()
    with demo.api("host") as api:
        while time.monotonic() - began < PATIENCE:
            found: dict[str, Any] = api.get(path).json()
            if ready(found):
                return found
            time.sleep(0.05)
    raise RuntimeError(f"{path} was not ready after {PATIENCE} s: {found}")


def clip_seconds(demo: Installation, show: dict[str, Any]) -> tuple[float, float]:
    """Seconds of the clip, and seconds from the click until it can be watched."""
    start = moment(show["replay"]["starts_at"])
    length = min(LONGEST_CLIP, int(show["replay"]["duration_s"]) - 1)
    body = {
        "title": "The bench",
        "from": start.isoformat(),
        "to": (start + timedelta(seconds=length)).isoformat(),
    }
    began = time.monotonic()
    with demo.api("host") as api:
        made = api.post(f"/shows/{show['id']}/clips", json=body)
        made.raise_for_status()

    def ready(found: dict[str, Any]) -> bool:
        states = {each["id"]: each["state"] for each in found["items"]}
        return bool(states[made.json()["id"]] == "ready")

    wait_for(demo, f"/shows/{show['id']}/clips", ready)
    return length, time.monotonic() - began


def click_to_picture(page: Page, address: str) -> float:
    """Milliseconds."""
    page.goto(address)
    button = page.get_by_role("button", name="Watch the replay")
    button.wait_for()
    button.evaluate("(button) => button.setAttribute('data-bench', '')")
    return float(page.evaluate(CLICK))


def seeks(page: Page, seconds: float) -> list[float]:
    """Milliseconds from each seek to its picture; far from each other, so none is buffered."""
    places = [0.5 + (7 * number % SEEKS) / SEEKS * (seconds - 2) for number in range(SEEKS)]
    return [float(page.evaluate(SEEK, place)) for place in places]


def pin_errors(page: Page, demo: Installation, show: dict[str, Any]) -> list[float]:
    """Milliseconds."""
    start = moment(show["replay"]["starts_at"])
    with demo.api() as api:
        cues = api.get(f"/shows/{show['id']}/timeline").json()["cues"]
    errors = []
    for cue in (cue for cue in cues if cue["kind"] == "pin"):
        due = (moment(cue["start"]) - start).total_seconds()
        if due < 1:
            continue
        page.evaluate(SEEK, due - 1)
        page.evaluate("window.cards.length = 0")
        page.wait_for_timeout(2500)
        name = cue["payload"]["name"]["en"]
        errors += [(at - due) * 1000 for card, at in page.evaluate("window.cards") if card == name]
    return errors


@contextlib.contextmanager
def nginx(root: Path) -> Iterator[tuple[int, int]]:
    """Its process id and its port."""
    port = free_ports(1)
    with tempfile.TemporaryDirectory() as name:
        user = "user root;" if os.getuid() == 0 else ""
        config = Path(name) / "nginx.conf"
        config.write_text(NGINX.format(folder=name, user=user, port=port, root=root))
        server = subprocess.Popen(["nginx", "-p", name, "-c", str(config)])
        try:
            time.sleep(1)
            yield server.pid, port
        finally:
            server.terminate()
            server.wait()


def answers_per_cpu_second(pid: int, port: int, paths: Sequence[str]) -> float:
    """Of a server that answers over connections that are kept."""
    wrong: list[int] = []

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for place in range(REQUESTS // CONNECTIONS):
            connection.request("GET", paths[(place + number) % len(paths)])
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                wrong.append(answer.status)

    used = cpu_seconds(pid)
    asking = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    if wrong:
        raise RuntimeError(f"refused: {wrong[0]}")
    return REQUESTS // CONNECTIONS * CONNECTIONS / (cpu_seconds(pid) - used)


def serving(demo: Installation, show: str) -> tuple[float, float, float]:
    """Ours, nginx's, and the mean size in bytes."""
    folder = demo.data / "replays" / show
    listed = m3u8.loads((folder / "media.m3u8").read_text()).segments
    names = [str(segment.uri) for segment in listed]
    size = statistics.mean((folder / name).stat().st_size for name in names)
    web = children(demo.supervisor.pid)["web"]
    ours = answers_per_cpu_second(web, demo.port, [f"/replays/{show}/{name}" for name in names])
    if not shutil.which("nginx"):
        return ours, float("nan"), size
    with nginx(demo.data / "replays") as (pid, port):
        theirs = answers_per_cpu_second(pid, port, [f"/{show}/{name}" for name in names])
    return ours, theirs, size


def main() -> None:
    print("| what | figure | reach |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        demo = start_demo(Path(folder) / "demo")
        try:
            past, slug = demo.facts["past_show_id"], demo.facts["past_slug"]
            path = f"/shows/{past}"
            show = wait_for(
                demo, path, lambda found: (found.get("replay") or {}).get("state") == "ready"
            )
            wait_for(demo, f"{path}/clips", lambda found: len(found.get("items", ())) >= 3)
            with sync_playwright() as running:
                browser = running.chromium.launch(executable_path=chromium(), args=CHROMIUM)
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                address = f"{demo.base}/s/{slug}?lang=en"
                starts = [click_to_picture(page, address) for _ in range(STARTS)]
                page.evaluate(WATCH)
                found = sorted(seeks(page, show["replay"]["duration_s"]))
                errors = pin_errors(page, demo, show)
                browser.close()
            length, taken = clip_seconds(demo, show)
            ours, theirs, size = serving(demo, past)
        finally:
            stop_demo(demo)
    worst = sorted(abs(error) for error in errors)
    print(
        f"| click to picture, median of {STARTS} | {statistics.median(starts):.0f} ms | 1,000 ms |"
    )
    print(f"| seek to picture, median of {SEEKS} | {statistics.median(found):.0f} ms | 400 ms |")
    print(f"| the slowest seek | {found[-1]:.0f} ms | |")
    print(
        f"| pin after a seek, the worst of {len(errors)} | {worst[-1] if worst else -1:.0f} ms "
        "| 40 ms |"
    )
    print(f"| a clip of {length:.0f} s, from the click | {taken:.1f} s | 15 s for 60 s |")
    print(
        f"| segments of {size / 1000:.0f} kB served per CPU second, web beside nginx | {ours:.0f} "
        f"beside {theirs:.0f} | 0.5 of it: {ours / theirs:.2f} |"
    )


if __name__ == "__main__":
    main()
