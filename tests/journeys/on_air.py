"""Cameras and live shows of a journey's own, so that it may end them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Locator, Page

from showfloor.app.demo.camera import FILM, send_in_a_loop
from tests.journeys.conftest import Installation
from tests.waiting import until_blocking

PRESS = "all => all.filter((one) => one.ariaDisabled === 'false').forEach((one) => one.click())"


@contextmanager
def publisher(address: str, film: Path = FILM) -> Iterator[subprocess.Popen[bytes]]:
    """Any camera: the film, not encoded again."""
    command = [get_ffmpeg_exe(), "-v", "error", *send_in_a_loop(film, address)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def go_live(api: httpx2.Client, path: str) -> None:
    """As soon as the server has the picture: on a busy machine the newest report of it may be too
    old at that moment.
    """
    answers: list[str] = []

    def is_on() -> bool:
        answer = api.post(f"{path}/go-live")
        answers.append(answer.text)
        return answer.is_success

    until_blocking(is_on, otherwise=lambda: answers[-1])


def press_go_live(page: Page, live: Locator, on: Locator) -> None:
    """A host whose picture falters at that moment reads so, and presses again."""

    def is_on() -> bool:
        if on.count():  # waits: the loop around it looks again
            return True
        live.evaluate_all(PRESS)
        return False

    until_blocking(
        is_on,
        # waits: Playwright hands events to the test only while it waits itself
        pause=lambda: page.wait_for_timeout(50),
        otherwise=lambda: page.locator("main").inner_text(),
    )


@dataclass(frozen=True)
class LiveShow:
    """A show of the demo's host that is live while the test runs."""

    id: str
    slug: str
    api: httpx2.Client

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/shows/{self.id}").json()
        return found


@contextmanager
def on_air(
    demo: Installation, title: dict[str, str], products: Sequence[str] = (), film: Path = FILM
) -> Iterator[LiveShow]:
    """Live with these products on the shelf, until the test leaves it or ends it."""
    with demo.api("host") as api:
        made = {"title": title, "market": "gb", "disclosures": []}
        created = api.post("/shows", json=made).json()
        path = f"/shows/{created['id']}"
        for product in products:
            api.post(f"{path}/products", json={"product_id": product}).raise_for_status()
        key = api.post(f"{path}/stream-key").json()["stream_key"]
        with publisher(f"{demo.facts['rtmp_url']}/{key}", film):
            go_live(api, path)
            show = LiveShow(created["id"], created["slug"], api)
            try:
                yield show
            finally:
                if show.read()["state"] != "ended":
                    api.post(f"{path}/end").raise_for_status()
