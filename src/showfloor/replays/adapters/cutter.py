"""Clips as files, cut by a program of its own (`adapters/cut.py`) out of recorded segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from showfloor.replays.adapters.program import Program

SECONDS = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """Segments that follow each other without a jump, and the part of them that is wanted:
    `[start_ms, end_ms)` from their first frame on.
    """

    init: str
    segments: list[str]
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Label:
    """Words that stand in the picture during `[start_ms, end_ms)` of the clip. `font` is a file."""

    text: str
    font: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class CutOrder:
    """What the program reads: it writes `clip.mp4`, `clip.m4s` and `poster.webp` into `folder`."""

    folder: str
    pieces: list[Piece]
    labels: list[Label]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A segment of `clip.m4s`: seconds, and its bytes."""

    seconds: float
    size: int
    offset: int


@dataclass(frozen=True, slots=True)
class CutClip:
    """What the program answers. `head` is the size of the initialization section of `clip.m4s`."""

    seconds: float
    head: int
    fragments: list[Fragment]
    width: int
    height: int
    codecs: str = ""
    """As HLS names them (RFC 6381)."""


class Cutter(Protocol):
    async def cut(self, order: CutOrder) -> CutClip | None:
        """None when it cannot be cut, whatever the reason."""
        ...


class ProcessCutter:
    """One clip at a time, as a process of its own."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._program = Program("showfloor.replays.adapters.cut", CutClip, seconds)

    async def cut(self, order: CutOrder) -> CutClip | None:
        return await self._program.run(order)
