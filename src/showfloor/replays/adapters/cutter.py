"""Clips as files, cut by a program of its own (`adapters/cut.py`) out of recorded segments."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from typing import Protocol

import structlog

from showfloor.kit.contract import ContractError, from_json

log = structlog.get_logger()
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


class Cutter(Protocol):
    async def cut(self, order: CutOrder) -> CutClip | None:
        """None when it cannot be cut, whatever the reason."""
        ...


class ProcessCutter:
    """One clip at a time, as a process of its own."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._one = asyncio.Lock()

    async def cut(self, order: CutOrder) -> CutClip | None:
        async with self._one:
            program = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "showfloor.replays.adapters.cut"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(self._seconds):
                    answer, said = await program.communicate(json.dumps(asdict(order)).encode())
                return from_json(CutClip, answer)
            except (TimeoutError, ContractError):
                reason = "it took too long" if program.returncode is None else said.decode()[-800:]
                log.warning("a clip could not be cut", folder=order.folder, reason=reason)
                return None
            finally:
                if program.returncode is None:
                    program.kill()
                    await program.wait()
