"""Uploaded files, each under the id of its import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

FOLDER = "imports"
"""In the data folder."""
_SUFFIX = ".upload"


class ImportFolder:
    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def path(self, import_id: UUID) -> Path:
        return self._folder / f"{import_id.hex}{_SUFFIX}"

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

    async def stored_before(self, moment: datetime) -> set[UUID]:
        """Of which imports there are files so old."""
        return await asyncio.to_thread(self._stored_before, moment.timestamp())

    def _stored_before(self, moment: float) -> set[UUID]:
        files = self._folder.glob(f"*{_SUFFIX}")
        return {UUID(file.stem) for file in files if file.stat().st_mtime < moment}

    async def remove(self, import_id: UUID) -> None:
        """Removing twice is fine."""
        await asyncio.to_thread(self.path(import_id).unlink, missing_ok=True)
