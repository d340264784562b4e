"""Uploaded files, each under the id of its import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

FOLDER = "imports"
"""In the data folder."""


class ImportFolder:
    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def path(self, import_id: UUID) -> Path:
        return self._folder / f"{import_id.hex}.upload"

    async def store(self, import_id: UUID, pieces: AsyncIterator[bytes]) -> bytes:
        """The digest of what was written."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        digest = sha256()
        file = await asyncio.to_thread(self.path(import_id).open, "wb")
        try:
            async for piece in pieces:
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
        finally:
            await asyncio.to_thread(file.close)
        return digest.digest()

    async def remove(self, import_id: UUID) -> None:
        """Removing twice is fine."""
        await asyncio.to_thread(self.path(import_id).unlink, missing_ok=True)
