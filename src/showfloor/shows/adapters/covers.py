"""Covers of shows, as files: decoded, made small and written anew, so that no byte of an upload is
ever served.
"""

from __future__ import annotations

import asyncio
import io
import re
import warnings
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageCms, ImageOps

from showfloor.kit import ids
from showfloor.kit.errors import AppError
from showfloor.shows.errors import CoverTooManyPixels, CoverTooSmall, CoverUnreadable

FORMATS = ("JPEG", "PNG", "WEBP")
"""What is decoded at all, whatever the request calls it."""
MOST_PIXELS = 30_000_000
"""Decoded at once: about 120 MB of memory. Larger JPEGs are decoded at a fraction of their size."""
LONGEST_SIDE = 1920
SHORTEST_SIDE = 320
"""Link previews leave out anything smaller."""
QUALITY = 85
PAPER = (255, 255, 255)
"""Under what is transparent."""
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
    """The picture as a JPEG in sRGB, upright, at most `LONGEST_SIDE` long, without metadata.

    Raises CoverUnreadable, CoverTooManyPixels, CoverTooSmall.
    """
    try:
        # Pillow only warns of a picture between its limit and twice that.
        with warnings.catch_warnings(), Image.open(io.BytesIO(upload), formats=FORMATS) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _rewritten(picture)
    except Image.DecompressionBombError as error:
        raise CoverTooManyPixels from error
    except AppError:
        raise
    except Exception as error:
        # Pillow's decoders raise a dozen kinds of errors for broken files.
        raise CoverUnreadable from error


def _rewritten(picture: Image.Image) -> bytes:
    if min(picture.size) < SHORTEST_SIDE:
        raise CoverTooSmall
    # Sets a JPEG's scale of decoding; other formats are not touched by it.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    if picture.width * picture.height > MOST_PIXELS:
        raise CoverTooManyPixels
    profile = picture.info.get("icc_profile")
    upright = _opaque(ImageOps.exif_transpose(picture))
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    _in_srgb(upright, profile).save(
        written, "JPEG", quality=QUALITY, progressive=True, optimize=True
    )
    return written.getvalue()


def _opaque(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    solid = picture.convert("RGBA")
    paper = Image.new("RGB", solid.size, PAPER)
    paper.paste(solid, mask=solid.getchannel("A"))
    return paper


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones store wider colours with a profile; without it they would look dull."""
    if not profile:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        converted = None
    plain = converted or picture
    plain.info.pop("icc_profile", None)
    return plain
