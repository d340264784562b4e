"""Covers of shows, as files, written anew by `kit/pictures.py`."""

from __future__ import annotations

import asyncio
import re
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from showfloor.kit import ids, pictures
from showfloor.kit.pictures import PictureRefused, PictureTooManyPixels, PictureTooSmall
from showfloor.shows.errors import CoverTooManyPixels, CoverTooSmall, CoverUnreadable

SHORTEST_SIDE = 320
"""Link previews leave out anything smaller."""
_NAME = re.compile(r"/uploads/(cover-[0-9a-f]{24}\.jpg)")


class CoverFolder:
    """The covers among the uploads. One picture is decoded at a time, so that uploads cannot add up
    in memory.
    """

    def __init__(self, uploads: Path) -> None:
        self._uploads = uploads
        self._one = asyncio.Lock()

    async def store(self, show_id: UUID, upload: bytes) -> str:
        """The address of the cover. Its name is made of the show and the picture, so that no two
        shows share a file.

        Raises CoverUnreadable, CoverTooManyPixels, CoverTooSmall.
        """
        async with self._one:
            cover = await asyncio.to_thread(rewrite, upload)
        digest = sha256(show_id.bytes + cover).hexdigest()[:24]
        name = f"cover-{digest}.jpg"
        await asyncio.to_thread(self._write, name, cover)
        return f"/uploads/{name}"

    def _write(self, name: str, cover: bytes) -> None:
        self._uploads.mkdir(parents=True, exist_ok=True)
        draft = self._uploads / f".{name}.{ids.secret(4)}"
        draft.write_bytes(cover)
        draft.replace(self._uploads / name)

    async def remove(self, url: str | None) -> None:
        """Pictures that came another way (the demo's) stay; removing twice is fine."""
        if found := _NAME.fullmatch(url or ""):
            await asyncio.to_thread((self._uploads / found[1]).unlink, missing_ok=True)


def rewrite(upload: bytes) -> bytes:
    """Raises CoverUnreadable, CoverTooManyPixels, CoverTooSmall."""
    try:
        return pictures.rewrite(upload, shortest=SHORTEST_SIDE).data
    except PictureTooManyPixels as error:
        raise CoverTooManyPixels from error
    except PictureTooSmall as error:
        raise CoverTooSmall from error
    except PictureRefused as error:
        raise CoverUnreadable from error
