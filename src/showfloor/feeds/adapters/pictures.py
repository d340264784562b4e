"""Pictures of products among the uploads, written anew by `kit/pictures.py`."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from showfloor.feeds.rules import PICTURES_PREFIX
from showfloor.kit import ids, pictures
from showfloor.kit.pictures import Rewritten

SHORTEST_SIDE = 100
"""Pixels, as Google Merchant Center asks of pictures of products."""


class PictureFolder:
    """One picture is decoded at a time, so that they cannot add up in memory."""

    def __init__(self, uploads: Path) -> None:
        self._uploads = uploads
        self._one = asyncio.Lock()

    async def store(self, product_id: UUID, data: bytes) -> tuple[str, Rewritten]:
        """The address, and what lies there. Raises PictureRefused."""
        async with self._one:
            made = await asyncio.to_thread(pictures.rewrite, data, shortest=SHORTEST_SIDE)
        digest = sha256(product_id.bytes + made.data).hexdigest()[:24]
        url = f"{PICTURES_PREFIX}{digest}.jpg"
        await asyncio.to_thread(self._write, url.rpartition("/")[2], made.data)
        return url, made

    def _write(self, name: str, data: bytes) -> None:
        self._uploads.mkdir(parents=True, exist_ok=True)
        draft = self._uploads / f".{name}.{ids.secret(4)}"
        draft.write_bytes(data)
        draft.replace(self._uploads / name)
