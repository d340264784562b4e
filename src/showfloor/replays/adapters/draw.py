"""A program: reads a `painter.Order` from its input, draws, and writes a `painter.Drawn`. It runs
with low priority, and with limits of memory and time.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import av
from PIL import Image

from showfloor.kit.contract import from_json
from showfloor.replays.adapters.painter import Drawn, Order, Place, StillFile

MEMORY = 1 << 30
"""Bytes of address space; a frame of 4K needs 12 MB, and the decoder a dozen of them."""
CPU_SECONDS = 90
TILE = 160
"""Pixels of a tile's longer side."""
POSTER = 1280
COLUMNS, ROWS = 5, 5
LARGEST_FILE = 64 << 20


def main() -> None:
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    av.logging.set_level(av.logging.PANIC)
    order = from_json(Order, sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(asdict(draw(order))))


def draw(order: Order) -> Drawn:
    folder = Path(order.folder)
    tiles = ((number, _small(still)) for number, still in enumerate(order.tiles))
    width, height, places = _sheets(((n, tile) for n, tile in tiles if tile), folder, order.mark)
    poster = decode(order.poster) if order.poster else None
    name = None
    if poster is not None:
        poster.thumbnail((POSTER, POSTER), Image.Resampling.LANCZOS)
        name = f"poster-{order.mark}.webp"
        poster.save(folder / name, "WEBP", quality=80)
    return Drawn(width, height, places, name)


def decode(still: StillFile) -> Image.Image | None:
    """None for what cannot be decoded: pictures are a help, never a reason to fail."""
    try:
        return _decode(still)
    except (av.FFmpegError, OSError, ValueError, MemoryError):
        return None


def _decode(still: StillFile) -> Image.Image | None:
    data = b"".join(_read(name) for name in (still.init, still.segment))
    with av.open(io.BytesIO(data), mode="r", format="mp4") as media:
        if not media.streams.video:
            return None
        track = media.streams.video[0]
        track.thread_count = 1
        first: float | None = None
        shown: Image.Image | None = None
        for frame in media.decode(track):
            if frame.time is None:
                continue
            first = frame.time if first is None else first
            # A frame is on screen until the next one comes.
            if shown is not None and (frame.time - first) * 1000 > still.offset_ms:
                return shown
            shown = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV types it no further
            if still.offset_ms == 0:
                return shown
        return shown


def _read(name: str) -> bytes:
    with Path(name).open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError("too large for a segment")
    return data


def _small(still: StillFile) -> Image.Image | None:
    picture = decode(still)
    if picture is not None:
        picture.thumbnail((TILE, TILE), Image.Resampling.BILINEAR)
    return picture


def _sheets(
    tiles: Iterator[tuple[int, Image.Image]], folder: Path, mark: str
) -> tuple[int, int, list[Place]]:
    """All tiles have the size of the first; one of another shape (the camera was turned) stands in
    the middle of its place. One sheet is in memory at a time.
    """
    size: tuple[int, int] | None = None
    sheet: Image.Image | None = None
    places: list[Place] = []
    for count, (number, tile) in enumerate(tiles):
        size = size or tile.size
        at = count % (COLUMNS * ROWS)
        name = f"story-{mark}-{count // (COLUMNS * ROWS)}.webp"
        if at == 0:
            sheet = Image.new("RGB", (size[0] * COLUMNS, size[1] * ROWS))
        assert sheet is not None
        x, y = at % COLUMNS * size[0], at // COLUMNS * size[1]
        tile.thumbnail(size)
        sheet.paste(tile, (x + (size[0] - tile.width) // 2, y + (size[1] - tile.height) // 2))
        places.append(Place(number, name, x, y))
        if at == COLUMNS * ROWS - 1:
            sheet.save(folder / name, "WEBP", quality=70)
            sheet = None
    if sheet is not None and places:
        sheet.save(folder / places[-1].sheet, "WEBP", quality=70)
    return (*size, places) if size else (0, 0, places)


if __name__ == "__main__":
    main()
