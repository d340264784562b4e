"""Pictures of imported products among the uploads, written anew by `kit/pictures.py`."""

from __future__ import annotations

from pathlib import Path

from showfloor.feeds.rules import PICTURES_PREFIX
from showfloor.kit.pictures import PictureStore

SHORTEST_SIDE = 100
"""Pixels, as Google Merchant Center asks of pictures of products."""


class PictureFolder(PictureStore):
    def __init__(self, uploads: Path) -> None:
        super().__init__(uploads, prefix=PICTURES_PREFIX, shortest=SHORTEST_SIDE)
