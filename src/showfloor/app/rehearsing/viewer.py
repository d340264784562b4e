"""A synthetic viewer: in the room as every page is, and fetching the picture as it is made."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2

_NUMBER = re.compile(r"^#EXT-X-MEDIA-SEQUENCE:(\d+)", re.MULTILINE)
AGAIN = 1.0
"""Seconds before a viewer tries again where there is no room or no picture."""


async def follow_room(client: httpx2.AsyncClient, url: str) -> AsyncIterator[dict[str, Any]]:
    """The events of a room (snapshot, set, state), as long as the connection lasts. Raises
    httpx2.HTTPError.
    """
    async with client.stream("GET", url, timeout=httpx2.Timeout(10, read=60)) as answer:
        answer.raise_for_status()
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                name = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                yield {"event": name, **json.loads(line.removeprefix("data:"))}


async def watch(client: httpx2.AsyncClient, master: str) -> AsyncIterator[int]:
    """Bytes of each piece of picture, as they come, for ever; nothing while no camera sends. Every
    question for what is next waits in the server (RFC 8216bis §6.2.5.2).
    """
    token = httpx2.URL(master).query.decode()
    seen: set[str] = set()
    wanted: int | None = None
    while True:
        media = httpx2.URL(master).join("media.m3u8")
        block = f"&_HLS_msn={wanted}" if wanted is not None else ""
        try:
            answer = await client.get(f"{media}?{token}{block}", timeout=30)
            answer.raise_for_status()
            for uri in _segments(answer.text):
                if uri not in seen:
                    seen.add(uri)
                    piece = await client.get(media.join(uri), timeout=30)
                    piece.raise_for_status()
                    yield len(piece.content)
            wanted = _next(answer.text)
        except httpx2.HTTPError:
            wanted = None
            await asyncio.sleep(AGAIN)


def _segments(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


def _next(playlist: str) -> int | None:
    found = _NUMBER.search(playlist)
    return int(found[1]) + len(_segments(playlist)) if found else None
