"""What the demo remembers, its brand's website, and where its film is."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx2
import pytest

from showfloor.app.demo import state as demo_state
from showfloor.app.demo.brand_site import create_site
from showfloor.app.demo.camera import FILM, WIDE_FILM, _positions
from showfloor.app.demo.state import FILES, DemoState

STATE = DemoState(
    show_id="show_1",
    slug="slow-morning",
    scheduled_show_id="show_2",
    scheduled_slug="evening",
    stream_key="sk_secret",
    tokens={"host": "sf_1"},
    product_ids={"mug": "prod_1"},
    skus=["MUG"],
    scarce_sku="WATCH",
    scarce_units=3,
)


def test_demo_remembers_what_it_made(tmp_path: Path) -> None:
    assert demo_state.load(tmp_path) is None

    demo_state.save(tmp_path, STATE)

    assert demo_state.load(tmp_path) == STATE
    assert (tmp_path / "demo-state.json").stat().st_mode & 0o077 == 0


def test_next_show_is_found_where_the_one_before_was(tmp_path: Path) -> None:
    demo_state.save(tmp_path, STATE)
    demo_state.report(tmp_path, STATE, {"base_url": "http://localhost:8080"})
    following = DemoState(
        **{**json.loads((tmp_path / "demo-state.json").read_text()), "show_id": "show_3"}
    )

    demo_state.move_on(tmp_path, following)

    told = json.loads((tmp_path / "demo.json").read_text())
    assert told["show_id"] == "show_3" and told["base_url"] == "http://localhost:8080"
    assert demo_state.load(tmp_path) == following


def test_next_show_before_anybody_was_told_tells_nobody(tmp_path: Path) -> None:
    demo_state.move_on(tmp_path, STATE)

    assert demo_state.load(tmp_path) == STATE
    assert not (tmp_path / "demo.json").exists()


def test_every_product_of_the_film_is_in_the_catalog() -> None:
    plan, known = demo_state.show_plan(), demo_state.catalog()["products"]
    shown = [entry["product_id"] for entry in plan["segments"] if "product_id" in entry]
    starts = [entry["from"] for entry in plan["segments"]]

    assert len(shown) >= 3
    assert starts == sorted(starts) and starts[0] == 0 and starts[-1] < plan["duration"]
    assert set(shown) <= {entry.get("id", entry["slug"]) for entry in known}


def test_films_and_pictures_come_with_the_package() -> None:
    assert FILM.stat().st_size > 100_000 and WIDE_FILM.stat().st_size > 100_000
    for product in demo_state.catalog()["products"]:
        for picture in product["pictures"]:
            assert (FILES / picture["file"]).stat().st_size > 1000, picture["file"]


class Site:
    def __init__(self, folder: Path) -> None:
        demo_state.save(folder, STATE)
        self.folder = folder
        self.app = create_site("http://shop.test", folder)

    async def get(self, path: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://brand.test") as client:
            return await client.get(path)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize(
    ("query", "lang", "direction"),
    [("", "en", "ltr"), ("?lang=ar", "ar", "rtl"), ("?lang=fr", "en", "ltr")],
)
async def test_brand_s_page_carries_the_show_in_its_language(
    site: Site, query: str, lang: str, direction: str
) -> None:
    page = (await site.get(f"/{query}")).text

    assert re.search(rf'<html[^>]* lang="{lang}"', page)
    assert (f'dir="{direction}"' in page) or direction == "ltr"
    assert "slow-morning" in page and "http://shop.test/embed.js" in page


async def test_brand_s_policy_lets_in_our_script_and_frame_alone(site: Site) -> None:
    policy = (await site.get("/")).headers["content-security-policy"]

    assert "default-src 'none'" in policy and "unsafe" not in policy
    for directive in ("script-src", "frame-src", "connect-src"):
        assert f"{directive} http://shop.test;" in policy


async def test_brand_s_page_follows_the_host_to_the_next_show(site: Site) -> None:
    following = DemoState(
        **{**json.loads((site.folder / "demo-state.json").read_text()), "slug": "next-one"}
    )
    demo_state.move_on(site.folder, following)

    assert "next-one" in (await site.get("/")).text


async def positions(report: bytes, duration: float) -> list[float]:
    """Where the film is by what ffmpeg says."""

    class Process:
        stdout = asyncio.StreamReader()

    process = Process()
    process.stdout = asyncio.StreamReader()
    process.stdout.feed_data(report)
    process.stdout.feed_eof()
    return [position async for position in _positions(process, duration)]  # type: ignore[arg-type] # as much of a process as is read


async def test_place_in_the_film_is_read_from_ffmpeg_s_report() -> None:
    report = (
        b"frame=10\nout_time_us=500000\nprogress=continue\n"
        b"out_time_us=N/A\nout_time_us=-40000\nout_time_us=61000000\nprogress=end\n"
    )

    assert await positions(report, 60.0) == [0.5, pytest.approx(59.96), pytest.approx(1.0)]
