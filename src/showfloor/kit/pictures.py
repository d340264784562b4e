"""Pictures that others made: decoded, made small and written anew, so that no byte of them is ever
served, and no place where one was taken.
"""

from __future__ import annotations

import asyncio
import io
import warnings
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageCms, ImageOps

from showfloor.kit import ids

FORMATS = ("JPEG", "PNG", "WEBP")
"""What is decoded at all, whatever its sender calls it."""
MOST_PIXELS = 30_000_000
"""Decoded at once: about 120 MB of memory. Larger JPEGs are decoded at a fraction of their size,
but for progressive ones: their coefficients are held in full, six bytes of each pixel.
"""
LONGEST_SIDE = 1920
QUALITY = 85
PAPER = (255, 255, 255)
"""Under what is transparent."""


class PictureRefused(Exception):
    """What cannot be taken as a picture."""


class PictureUnreadable(PictureRefused):
    pass


class PictureTooManyPixels(PictureRefused):
    pass


class PictureTooSmall(PictureRefused):
    pass


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A JPEG."""

    data: bytes
    width: int
    height: int


def rewrite(upload: bytes, *, shortest: int) -> Rewritten:
    """The picture as a JPEG in sRGB, upright, at most `LONGEST_SIDE` long, without metadata.
    `shortest` is how long its shorter side has to be.

    Raises PictureUnreadable, PictureTooManyPixels, PictureTooSmall.
    """
    try:
        # Pillow only warns of a picture between its limit and twice that.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(upload), formats=FORMATS) as picture:
                return _rewritten(picture, shortest)
    except Image.DecompressionBombError as error:
        raise PictureTooManyPixels from error
    except PictureRefused:
        raise
    except Exception as error:
        # Pillow's decoders raise a dozen kinds of errors for broken files.
        raise PictureUnreadable from error


def _rewritten(picture: Image.Image, shortest: int) -> Rewritten:
    if min(picture.size) < shortest:
        raise PictureTooSmall
    if picture.info.get("progressive"):
        _check_pixels(picture)
    # Sets a JPEG's scale of decoding; other formats are not touched by it.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    _check_pixels(picture)
    profile = picture.info.get("icc_profile")
    upright = _opaque(ImageOps.exif_transpose(picture))
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    _in_srgb(upright, profile).save(
        written, "JPEG", quality=QUALITY, progressive=True, optimize=True
    )
    return Rewritten(written.getvalue(), upright.width, upright.height)


def _check_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureTooManyPixels


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


class PictureStore:
    """A folder of pictures that are served. One is decoded at a time, so that they cannot add up in
    memory.
    """

    def __init__(self, uploads: Path, *, prefix: str, shortest: int) -> None:
        self._uploads, self._prefix, self._shortest = uploads, prefix, shortest
        self._one = asyncio.Lock()

    async def store(self, owner_id: UUID, data: bytes) -> tuple[str, Rewritten]:
        """The address, and what lies there; its name is made of the owner and the picture, so that
        no two owners share a file. Raises PictureRefused.
        """
        async with self._one:
            made = await asyncio.to_thread(rewrite, data, shortest=self._shortest)
        digest = sha256(owner_id.bytes + made.data).hexdigest()[:24]
        url = f"{self._prefix}{digest}.jpg"
        await asyncio.to_thread(self._write, url.rpartition("/")[2], made.data)
        return url, made

    def _write(self, name: str, data: bytes) -> None:
        self._uploads.mkdir(parents=True, exist_ok=True)
        draft = self._uploads / f".{name}.{ids.secret(4)}"
        draft.write_bytes(data)
        draft.replace(self._uploads / name)
