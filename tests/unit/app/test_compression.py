"""What is packed, and what never is because its length would tell a secret."""

from __future__ import annotations

import gzip

import pytest

from showfloor.app.compression import Compress
from tests.unit.app.asgi import Page, ask, scope

LONG = b"the same words again and again, " * 100
PACKS = {"accept-encoding": "gzip"}


@pytest.mark.parametrize(
    ("path", "method", "headers", "packed"),
    [
        ("/s/x", "GET", {}, True),
        ("/s/x", "GET", {"cookie": "session=1"}, True),
        ("/api/v1/shows", "GET", {}, True),
        ("/api/v1/shows", "GET", {"authorization": "Bearer x"}, False),
        ("/api/v1/shows", "GET", {"cookie": "session=1"}, False),
        ("/api/v1/checkouts", "POST", {}, False),
        ("/s/x", "POST", {}, False),
        ("/static/assets/a.js", "GET", {}, False),
        ("/uploads/mug.webp", "GET", {}, False),
        ("/embed.js", "GET", {}, False),
        ("/internal/ingests", "GET", {}, False),
    ],
)
async def test_only_what_is_for_everybody_is_packed(
    path: str, method: str, headers: dict[str, str], packed: bool
) -> None:
    page = Page(LONG, {"content-type": "text/html"})

    answer = await ask(Compress(page), scope(path, method=method, headers=PACKS | headers))

    assert (answer.headers.get("content-encoding") == "gzip") is packed
    assert (gzip.decompress(answer.body) if packed else answer.body) == LONG


async def test_caller_who_cannot_unpack_gets_it_as_it_is() -> None:
    answer = await ask(Compress(Page(LONG, {"content-type": "text/html"})), scope("/s/x"))

    assert answer.body == LONG and answer.headers["vary"] == "Accept-Encoding"


async def test_small_answer_is_left_alone() -> None:
    answer = await ask(Compress(Page(b"x" * 999)), scope("/s/x", headers=PACKS))

    assert "content-encoding" not in answer.headers
