"""Headers that are about bytes and transport: what browsers may assume, keep, and be sent in fewer bytes."""

from __future__ import annotations

from pathlib import Path

import httpx2

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


async def test_browsers_stay_with_https_where_the_address_is_https(database_url: str, tmp_path: Path) -> None:
    for base, kept in (("https://live.example", "max-age=31536000"), ("http://shop.localhost:8000", None)):
        settings = Settings(mode="test", data=tmp_path, database_url=database_url, base_url=base, secret="s" * 32, internal_token="t" * 32)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(create_app(settings)), base_url=base) as client:
            answer = await client.get("/studio", headers=BROWSER)

        assert answer.headers.get("strict-transport-security") == kept
