"""A camera with a key frame every 8.3 s, as OBS sends by default: whoever joins between two of them
has a picture soon, and it goes on.
"""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Page

from tests.journeys.conftest import IN_TURN, Installation, until
from tests.journeys.on_air import go_live, publisher
from tests.journeys.webdriver import firefox, lacks_firefox
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]
VIDEO = "document.querySelector('showfloor-show video')"
HAS_PICTURE = f"{VIDEO}?.getVideoPlaybackQuality().totalVideoFrames > 0"
PLAYS_ON = f"{VIDEO}.error === null && {VIDEO}.currentTime > window.joined + 3"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """25 s in groups of 250 pictures, with sound."""
    target = tmp_path_factory.mktemp("film") / "long-groups.flv"
    picture = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 250 -sc_threshold 0 -b:v 400k"
    subprocess.run(
        [
            *(get_ffmpeg_exe(), "-v", "error"),
            *("-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=25"),
            *("-f", "lavfi", "-i", "sine=r=48000:d=25"),
            *picture.split(),
            *("-c:a", "aac", str(target)),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return target


@pytest.fixture
def show(demo: Installation, film: Path) -> Iterator[tuple[str, str]]:
    """Page and playlist of a live show whose newest media is inside a group."""
    with demo.api("host") as api:
        body = {
            "title": {"en": "Long groups"},
            "market": "gb",
            "slug": f"g-{secrets.token_hex(4)}",
            "disclosures": [],
        }
        made = api.post("/shows", json=body).json()
        key = api.post(f"/shows/{made['id']}/stream-key").json()
        with publisher(f"{key['rtmp_url']}/{key['stream_key']}", film):
            go_live(api, f"/shows/{made['id']}")
            address = api.get(f"/shows/{made['id']}").json()["playback"]["hls_url"]
            playlist = re.sub(r"//[^:/]+", "//127.0.0.1", address).replace("index", "media")
            until_blocking(lambda: "#EXT-X-START:TIME-OFFSET=-3" in _text(playlist))
            yield f"{demo.base}/s/{made['slug']}?lang=en", playlist


def _text(address: str) -> str:
    return httpx2.get(address, timeout=BOUND, trust_env=False).text


def test_join_inside_a_group_starts_at_its_key_frame(page: Page, show: tuple[str, str]) -> None:
    address, playlist = show
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if ".m4s" in request.url else None)

    page.goto(address)
    until(page, HAS_PICTURE)
    page.evaluate(f"window.joined = {VIDEO}.currentTime")
    until(page, PLAYS_ON)

    first = re.search(r"(\d+)[.\d]*\.m4s", asked[0])
    assert first is not None
    media = httpx2.get(playlist.replace("media.m3u8", f"{first[1]}.m4s"), trust_env=False).content
    sample = media.index(b"trun") + 16
    assert media[sample + 8 : sample + 12] == bytes.fromhex("02000000")  # decoding can start


@pytest.mark.skipif(lacks_firefox() is not None, reason=f"not installed: {lacks_firefox()}")
def test_join_inside_a_group_plays_in_firefox(show: tuple[str, str]) -> None:
    with firefox() as driver:
        driver.goto(show[0])
        driver.until(HAS_PICTURE)
        driver.evaluate(f"(window.joined = {VIDEO}.currentTime, true)")

        driver.until(PLAYS_ON)
