"""Pictures out of recorded segments, drawn by a program of its own (`adapters/draw.py`): a decoder
reads what a camera sent, so it has limits of memory and time, and takes nothing with it when it
falls.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from showfloor.replays.adapters.program import Program
from showfloor.replays.types import Still

SECONDS = 120
"""For all pictures of a replay; a thousandth of that for each is typical."""


@dataclass(frozen=True, slots=True)
class StillFile:
    """A `Still` as the program gets it: paths of the init segment and of the segment."""

    init: str
    segment: str
    offset_ms: int


@dataclass(frozen=True, slots=True)
class Order:
    """What the program reads: everything is written into `folder`, under names with `mark`."""

    folder: str
    mark: str
    tiles: list[StillFile]
    poster: StillFile | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tile of this number lies. A tile that could not be decoded has none."""

    tile: int
    sheet: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the program answers: names of files in the folder."""

    width: int
    height: int
    places: list[Place]
    poster: str | None = None


NOTHING = Drawn(0, 0, [])


class Painter(Protocol):
    async def draw(self, order: Order) -> Drawn:
        """NOTHING when the recording cannot be decoded, whatever the reason."""
        ...


class ProcessPainter:
    """One drawing at a time, as a process of its own."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._program = Program("showfloor.replays.adapters.draw", Drawn, seconds)

    async def draw(self, order: Order) -> Drawn:
        return await self._program.run(order) or NOTHING


def still_file(still: Still, folder: Path) -> StillFile:
    segment = still.segment
    return StillFile(str(folder / segment.init), str(folder / segment.name), still.offset_ms)
