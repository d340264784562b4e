"""Headers that are about bytes and transport: what browsers may assume, keep, and be sent in fewer
bytes.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from showfloor.app.asgi import create_app
from showfloor.app.compression import Compress
from showfloor.app.settings import Settings
from showfloor.identity import service as identity
from showfloor.identity.types import CollectionPoint
from showfloor.kit.db import Database
from showfloor.web.files import built_file
from showfloor.web.templating import MANIFEST, STATIC
from tests.people import add_floor, put_on_air

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


async def test_browsers_stay_with_https_where_the_address_is_https(
    database_url: str, tmp_path: Path
) -> None:
    for base, kept in (
        ("https://live.example", "max-age=31536000"),
        ("http://shop.localhost:8000", None),
    ):
        settings = Settings(
            mode="test",
            data=tmp_path,
            database_url=database_url,
            base_url=base,
            secret="s" * 32,
            internal_token="t" * 32,
        )
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(create_app(settings)), base_url=base
        ) as client:
            answer = await client.get("/studio", headers=BROWSER)

        assert answer.headers.get("strict-transport-security") == kept


async def test_uploads_are_what_their_name_says(client: httpx2.AsyncClient, tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "mug.webp").write_text("<script>alert(1)</script>")

    answer = await client.get("/uploads/mug.webp")

    assert (
        answer.headers["content-type"] == "image/webp"
        and answer.headers["x-content-type-options"] == "nosniff"
    )


async def test_built_script_is_sent_as_it_was_packed(client: httpx2.AsyncClient) -> None:
    name = json.loads(MANIFEST.read_text())["entries/show.ts"]["file"]
    answers = {
        coding: await client.get(f"/static/{name}", headers={"Accept-Encoding": wish})
        for coding, wish in {"br": "gzip, br", "gzip": "gzip, br;q=0", None: "identity"}.items()
    }

    sizes = [(STATIC / f"{name}{ending}").stat().st_size for ending in (".br", ".gz", "")]
    assert (
        [int(answer.headers["content-length"]) for answer in answers.values()]
        == sizes
        == sorted(sizes)
    )
    assert len({answer.headers["etag"] for answer in answers.values()}) == 3
    for coding, answer in answers.items():
        assert answer.headers.get("content-encoding") == coding
        assert (
            answer.headers["vary"] == "Accept-Encoding"
            and "immutable" in answer.headers["cache-control"]
        )
        assert answer.headers["content-type"].startswith("text/javascript")
    assert answers["gzip"].content == answers[None].content == (STATIC / name).read_bytes()


async def test_packed_file_that_the_browser_has_is_not_sent_again(
    client: httpx2.AsyncClient,
) -> None:
    headers = {"Accept-Encoding": "gzip"}
    first = await client.get("/static/embed.js", headers=headers)

    again = await client.get(
        "/static/embed.js", headers={**headers, "If-None-Match": first.headers["etag"]}
    )

    assert again.status_code == 304 and again.headers["vary"] == "Accept-Encoding"


async def test_loader_for_brands_is_packed_too(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/embed.js", headers={"Accept-Encoding": "gzip"})

    assert (
        answer.headers["content-encoding"] == "gzip"
        and answer.headers["cross-origin-resource-policy"] == "cross-origin"
    )


def test_what_an_older_build_packed_is_not_sent(tmp_path: Path) -> None:
    built, packed = tmp_path / "embed.js", tmp_path / "embed.js.gz"
    packed.write_bytes(gzip.compress(b"old"))
    os.utime(packed, (1, 1))
    built.write_text("new")

    assert built_file(str(built), httpx2.Headers({"accept-encoding": "gzip"}), {}).path == str(
        built
    )  # type: ignore[arg-type] # reads alike


async def test_pages_are_packed(client: httpx2.AsyncClient, database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)

    packed = await client.get(
        f"/s/{floor.show.slug}", headers={**BROWSER, "Accept-Encoding": "gzip", "Cookie": "lang=en"}
    )
    plain = await client.get(
        f"/s/{floor.show.slug}", headers={**BROWSER, "Accept-Encoding": "identity"}
    )

    assert (
        packed.headers["content-encoding"] == "gzip"
        and int(packed.headers["content-length"]) < len(plain.content) / 2
    )
    assert "Accept-Encoding" in packed.headers["vary"] and "Cookie" in packed.headers["vary"]
    assert "content-encoding" not in plain.headers and packed.text == plain.text


@pytest.mark.parametrize("shown", ["nothing", "key", "cookie"])
async def test_only_what_everybody_may_see_is_packed(
    client: httpx2.AsyncClient, database: Database, shown: str
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
        key = await identity.add_api_key(
            session,
            admission=identity.admit(CollectionPoint.API, adult=True),
            person_id=floor.host.id,
            label="test",
        )
    headers = {
        "nothing": {},
        "key": {"Authorization": f"Bearer {key}"},
        "cookie": {"Cookie": "showfloor=a"},
    }[shown]

    answer = await client.get("/api/v1/shows", headers={**headers, "Accept-Encoding": "gzip"})

    assert answer.status_code == 200 and len(answer.content) > 1000
    assert answer.headers.get("content-encoding") == ("gzip" if shown == "nothing" else None)


@pytest.mark.parametrize(("method", "coding"), [("GET", "gzip"), ("POST", None), ("DELETE", None)])
async def test_answer_to_a_change_is_never_packed(method: str, coding: str | None) -> None:
    transport = httpx2.ASGITransport(Compress(PlainTextResponse("secret " * 1000)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.localhost") as client:
        answer = await client.request(method, "/", headers={"Accept-Encoding": "gzip"})

    assert answer.headers.get("content-encoding") == coding
