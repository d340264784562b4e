"""Pictures that merchants send, among the uploads, written anew by `kit/pictures.py`."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from showfloor.catalog.errors import PictureTooManyPixels, PictureTooSmall, PictureUnreadable
from showfloor.catalog.types import StoredPicture
from showfloor.kit import pictures
from showfloor.kit.pictures import PictureStore

SHORTEST_SIDE = 100
"""Pixels, as Google Merchant Center asks of pictures of products."""
PREFIX = "/uploads/own-"
"""Of the addresses of pictures that somebody sent: an import leaves them alone."""


class PictureFolder:
    def __init__(self, uploads: Path) -> None:
        self._store = PictureStore(uploads, prefix=PREFIX, shortest=SHORTEST_SIDE)

    async def store(self, product_id: UUID, upload: bytes) -> StoredPicture:
        """Raises PictureUnreadable, PictureTooManyPixels, PictureTooSmall."""
        try:
            url, made = await self._store.store(product_id, upload)
        except pictures.PictureTooManyPixels as error:
            raise PictureTooManyPixels from error
        except pictures.PictureTooSmall as error:
            raise PictureTooSmall from error
        except pictures.PictureRefused as error:
            raise PictureUnreadable from error
        return StoredPicture(url, made.width, made.height)
