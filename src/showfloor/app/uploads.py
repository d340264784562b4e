"""The routes that take a file, and each one's own bounds on its size and time. `protocol` and
`middleware` ask here, so that what the one allows the other does not cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from showfloor.kit import webvtt

LARGEST_COVER = 8 * 1024 * 1024
"""Bytes of a picture, as a phone takes it."""

LARGEST_IMPORT = 50 * 1024 * 1024
"""Bytes of a file of products with what a form puts around it."""


@dataclass(frozen=True, slots=True)
class Upload:
    method: str
    path: re.Pattern[str]
    most: int
    """Bytes."""
    within: float
    """Seconds for the whole body."""


UPLOADS = (
    # The largest picture at 1.1 Mbit/s.
    Upload("PUT", re.compile(r"/api/v1/shows/[^/]+/cover"), LARGEST_COVER, 60.0),
    Upload("POST", re.compile(r"/api/v1/products/[^/]+/pictures"), LARGEST_COVER, 60.0),
    # The largest file at 1.4 Mbit/s.
    Upload("POST", re.compile(r"/api/v1/imports"), LARGEST_IMPORT, 300.0),
    Upload("PUT", re.compile(r"/api/v1/shows/[^/]+/captions/[^/]+"), webvtt.MOST_BYTES, 60.0),
)


def upload_at(method: str, path: str) -> Upload | None:
    """What the address takes as a file; None where it takes none."""
    return next((one for one in UPLOADS if one.method == method and one.path.fullmatch(path)), None)
