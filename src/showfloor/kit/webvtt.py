"""WebVTT (W3C) that somebody uploads: cues of plain words and their times; strict and bounded.

Regions, styles and positions are the player's business and are left out; what a browser's parser
would silently drop is refused with its line, so that nobody publishes captions with holes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from showfloor.kit.text import clean_line

MOST_BYTES = 2 * 1024 * 1024
MOST_CUES = 20_000
LONGEST_TEXT = 500
LONGEST_CUE_MS = 60_000
_HEADER = re.compile(r"WEBVTT(?:[ \t][^\n]*)?")
_STAMP = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t]+[^\n]*)?")
_SKIPPED = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t].*)?")
_TIMES_OF_MPEG = 1 << 33
_TAG = re.compile(r"<[^<>]{0,200}>")


class Line(NamedTuple):
    """Milliseconds from the beginning, `[start, end)`."""

    start: int
    end: int
    text: str


class WebVttError(ValueError):
    """`reason` is one of not_utf8, too_long, no_header, times, order, empty_text, long_text;
    `line` counts from 1.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"{reason} in line {line}")
        self.reason, self.line = reason, line


def parse(data: bytes) -> list[Line]:
    """Raises WebVttError."""
    if len(data) > MOST_BYTES:
        raise WebVttError("too_long", _line_at(data, MOST_BYTES))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise WebVttError("not_utf8", _line_at(data, problem.start)) from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not _HEADER.fullmatch(lines[0]):
        raise WebVttError("no_header", 1)
    found: list[Line] = []
    for number, block in _blocks(lines):
        if _SKIPPED.fullmatch(block[0]) and not any("-->" in line for line in block):
            continue
        if len(found) >= MOST_CUES:
            raise WebVttError("too_long", number)
        cue = _cue(number, block)
        if found and cue.start < found[-1].start:
            raise WebVttError("order", number)
        found.append(cue)
    return found


def _line_at(data: bytes, place: int) -> int:
    return data[:place].count(b"\n") + 1


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """What stands between blank lines after the header's own block, with its line's number."""
    at = 1
    while at < len(lines) and lines[at].strip():
        at += 1
    block: list[str] = []
    for number, line in enumerate([*lines[at:], ""], at + 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cue(number: int, block: list[str]) -> Line:
    """An identifier may stand before the times."""
    at = 0 if "-->" in block[0] else 1
    times = _TIMES.fullmatch(block[at].strip()) if at < len(block) else None
    if times is None:
        raise WebVttError("times", number + min(at, len(block) - 1))
    start, end = _milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:])
    if not start < end <= start + LONGEST_CUE_MS:
        raise WebVttError("times", number + at)
    for further, line in enumerate(block[at + 1 :], at + 1):
        if "-->" in line:
            raise WebVttError("times", number + further)
    return Line(start, end, _words(block[at + 1 :], number + at))


def _milliseconds(parts: Iterable[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _words(lines: list[str], number: int) -> str:
    text = clean("\n".join(html.unescape(_TAG.sub("", line)) for line in lines))
    if not text:
        raise WebVttError("empty_text", number)
    if len(text) > LONGEST_TEXT:
        raise WebVttError("long_text", number)
    return text


def clean(text: str) -> str:
    """Lines of clean words; none is empty."""
    return "\n".join(line for each in text.splitlines() if (line := clean_line(each)))


def write(lines: Iterable[Line], mapped: tuple[int, int] | None = None) -> str:
    """A file that `parse` reads back. `mapped` is for HLS (RFC 8216bis §3.1.4): a presentation time
    of the media at 90 kHz, and the position that it belongs to.
    """
    cues = (
        f"\n{_stamp(line.start)} --> {_stamp(line.end)}\n{html.escape(line.text, quote=False)}\n"
        for line in lines
    )
    head = ["WEBVTT\n"]
    if mapped is not None:
        time, position = mapped
        head.append(f"X-TIMESTAMP-MAP=MPEGTS:{time % _TIMES_OF_MPEG},LOCAL:{_stamp(position)}\n")
    return "".join([*head, *cues])


def _stamp(ms: int) -> str:
    seconds, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"
