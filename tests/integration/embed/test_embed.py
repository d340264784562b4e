"""What a brand's website asks for: the frame in its colours, and oEmbed for its editor."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest

from showfloor.kit.db import Database
from tests.people import Floor, add_floor, put_on_air

BROWSER = {"Accept": "text/html"}


@pytest.fixture
async def floor(database: Database) -> Floor:
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
    return floor


def data_of(page: str) -> dict[str, Any]:
    """What the page hands to its script."""
    found = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.parametrize(
    ("query", "theme"),
    [
        ("", None),
        ("?accent=%231F4b49", {"accent": "#1F4b49"}),
        (
            "?accent=%231f4b49&accent_dark=%23abcdef&corners=0",
            {"accent": "#1f4b49", "accent_dark": "#abcdef", "corners": 0},
        ),
        ("?corners=24", {"corners": 24}),
        ("?accent=red", None),
        ("?accent=%231f4b4", None),
        ("?accent=%231f4b49;}body{display:none", None),
        ("?accent=%231f4b49%0a", None),
    ],
)
async def test_frame_takes_colours_that_are_colours(
    client: httpx2.AsyncClient, floor: Floor, query: str, theme: dict[str, Any] | None
) -> None:
    answer = await client.get(f"/embed/{floor.show.slug}{query}", headers=BROWSER)

    assert answer.status_code == 200
    assert data_of(answer.text)["embed"]["theme"] == theme
    assert "display:none" not in answer.text


@pytest.mark.parametrize("corners", ["-1", "25", "round", "1.5"])
async def test_frame_with_impossible_corners_is_refused(
    client: httpx2.AsyncClient, floor: Floor, corners: str
) -> None:
    answer = await client.get(f"/embed/{floor.show.slug}?corners={corners}", headers=BROWSER)

    assert answer.status_code == 422


async def test_frame_without_registered_origins_is_shown_nowhere(
    client: httpx2.AsyncClient, floor: Floor
) -> None:
    answer = await client.get(f"/embed/{floor.show.slug}", headers=BROWSER)

    policy = answer.headers["content-security-policy"].split("; ")
    assert "frame-ancestors 'none'" in policy


async def test_frame_remembers_no_language(client: httpx2.AsyncClient, floor: Floor) -> None:
    frame = await client.get(f"/embed/{floor.show.slug}?lang=ar", headers=BROWSER)
    page = await client.get(f"/s/{floor.show.slug}?lang=ar", headers=BROWSER)

    assert frame.headers["content-language"] == page.headers["content-language"] == "ar"
    assert "set-cookie" not in frame.headers
    assert page.headers["set-cookie"].startswith("lang=ar;")


async def test_page_in_a_language_that_we_do_not_speak_remembers_none(
    client: httpx2.AsyncClient, floor: Floor
) -> None:
    page = await client.get(f"/s/{floor.show.slug}?lang=tlh", headers=BROWSER)

    assert page.headers["content-language"] == "en"
    assert "set-cookie" not in page.headers


async def test_loader_may_be_used_by_any_site_and_is_asked_for_again_soon(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/embed.js")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "address",
    [
        "{base}/",
        "{base}/studio",
        "{base}/s/",
        "{base}/s/nothing-here",
        "{base}/s/{slug}/more",
        "https://evil.example/s/{slug}",
        "{base}.evil.example/s/{slug}",
        "/s/{slug}",
        "javascript:alert(1)",
        "",
    ],
)
async def test_oembed_knows_addresses_of_shows_alone(
    client: httpx2.AsyncClient, floor: Floor, address: str
) -> None:
    base = str(client.base_url).rstrip("/")

    answer = await client.get(
        "/oembed", params={"url": address.format(base=base, slug=floor.show.slug)}
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "show_not_found")


@pytest.mark.parametrize("tail", ["", "/", "?lang=ar", "?utm_source=mail&x=/s/other"])
async def test_oembed_takes_the_address_as_people_copy_it(
    client: httpx2.AsyncClient, floor: Floor, tail: str
) -> None:
    base = str(client.base_url).rstrip("/")

    answer = await client.get("/oembed", params={"url": f"{base}/s/{floor.show.slug}{tail}"})

    assert f"{base}/embed/{floor.show.slug}" in answer.json()["html"]
    assert (answer.json()["width"], answer.json()["height"]) == (400, 711)


@pytest.mark.parametrize("size", ["0", "-1", "wide"])
async def test_oembed_refuses_sizes_that_are_none(
    client: httpx2.AsyncClient, floor: Floor, size: str
) -> None:
    url = f"{client.base_url}/s/{floor.show.slug}"

    answer = await client.get("/oembed", params={"url": url, "maxwidth": size})

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_oembed_title_is_in_the_reader_s_language(
    client: httpx2.AsyncClient, floor: Floor
) -> None:
    url = str(client.base_url).rstrip("/") + f"/s/{floor.show.slug}"

    titles = [
        (
            await client.get("/oembed", params={"url": url}, headers={"Accept-Language": lang})
        ).json()["title"]
        for lang in ("en", "ar")
    ]

    assert titles == [floor.show.title["en"], floor.show.title["ar"]]
