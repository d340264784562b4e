"""A show's recording on disk: `streaming` writes it and continues from it, `replays` reads it.

`recordings/{show_id}/` holds `init-{hash}.mp4` and `{msn}.m4s` (fMP4, RFC 8216bis §3.1.2),
`index.jsonl`, which only grows, and `newest.json`, the index's newest `OpenLine` again in a file of
constant size: a full disk still lets it be overwritten, so that no number is given out twice.
Standard library only, because `streaming` starts without pydantic.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from showfloor.kit.contract import ContractError, read

FOLDER = "recordings"
INDEX = "index.jsonl"
NEWEST = "newest.json"
_NEWEST_SIZE = 256
L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A segment has begun: its number is taken. `discontinuities` are the tags of the show up to
    and with it.
    """

    open: int
    start: float
    """Epoch ms on the show clock."""
    ingest: str = ""
    discontinuity: bool = False
    discontinuities: int = 0


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A segment is whole on disk."""

    msn: int
    start: float
    """Epoch ms on the show clock."""
    duration: int
    """Milliseconds."""
    init: str
    """File name of its init segment."""
    codecs: str
    size: list[int] | None = None
    """Width and height in pixels; None for sound alone."""
    discontinuity: bool = False
    preview: bool = False
    """From before the show went live: the team's alone."""
    independent: bool = True
    """Begins with a key frame."""
    bytes: int = 0

    @property
    def end(self) -> float:
        return self.start + self.duration

    @property
    def name(self) -> str:
        return segment_name(self.msn)


@dataclass(frozen=True, slots=True)
class Index:
    """What `index.jsonl` and `newest.json` say. `ended`: the show is over and nothing follows."""

    opened: list[OpenLine]
    segments: list[SegmentLine]
    ended: bool


def segment_name(msn: int) -> str:
    return f"{msn}.m4s"


def encode(line: OpenLine | SegmentLine) -> bytes:
    return json.dumps(asdict(line), separators=(",", ":")).encode()


def encode_newest(line: OpenLine) -> bytes:
    """Always of one size."""
    return encode(line).ljust(_NEWEST_SIZE)


ENDED = json.dumps({"ended": True}, separators=(",", ":")).encode()


def read_index(folder: Path) -> Index:
    """Empty when nothing was recorded. What a crash tore, or another version wrote, is skipped."""
    lines = _objects(folder / INDEX)
    return Index(
        opened=_lines_of(OpenLine, "open", [*lines, *_objects(folder / NEWEST)]),
        segments=_lines_of(SegmentLine, "msn", lines),
        ended=any(line.get("ended") for line in lines[-3:]),
    )


def _lines_of(kind: type[L], member: str, lines: list[dict[str, object]]) -> list[L]:
    found = []
    for line in lines:
        if member in line:
            try:
                found.append(read(kind, line))
            except ContractError:
                continue
    return found


def _objects(file: Path) -> list[dict[str, object]]:
    """JSON objects, one a line."""
    try:
        raw = file.read_bytes()
    except OSError:
        return []
    found = []
    for text in raw.split(b"\n"):
        try:
            line = json.loads(text) if text.strip() else None
        except ValueError:
            continue
        if isinstance(line, dict):
            found.append(line)
    return found
