"""RSS 2.0 and Atom with Google's names, read as rows while the file is parsed.

No document type, so no entities of its own and no bomb of them; expat stays in bounds of depth and
size that a feed never reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from showfloor.catalog.imports.tables import LARGEST_CELL, MOST_ROWS
from showfloor.catalog.imports.types import Row, Unreadable

_ITEMS = {"item", "entry"}
_PIECE = 1 << 16
_DEEPEST = 32
_HEAD = 1 << 12
COLUMNS = frozenset({"id", "title", "price", "link"})


def is_feed(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    return text.lstrip("\ufeff \r\n\t").startswith("<")


def read_items(path: Path) -> Iterator[tuple[int, Row]]:
    """Items with their numbers, the first is 1. Raises Unreadable."""
    parser = _Parser()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield from parser.feed(piece, last=False)
    yield from parser.feed(b"", last=True)


class _Parser:
    def __init__(self) -> None:
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._data
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._depth = self._number = 0
        self._item: dict[str, str] | None = None
        self._item_depth = 0
        self._text: list[str] = []
        self._size = 0
        self._ready: list[tuple[int, Row]] = []

    def feed(self, piece: bytes, *, last: bool) -> list[tuple[int, Row]]:
        try:
            self._expat.Parse(piece, last)
        except (expat.ExpatError, ValueError):
            # ValueError: an encoding that nobody knows.
            row = str(self._number + 1)
            raise Unreadable("xml_unreadable", row=row) from None
        ready, self._ready = self._ready, []
        return ready

    def _doctype(self, *_declaration: object) -> None:
        raise Unreadable("xml_document_type")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable("file_too_complex")
        if self._item is None and _local(name) in _ITEMS:
            self._item, self._item_depth = {}, self._depth
        self._text, self._size = [], 0

    def _end(self, name: str) -> None:
        if self._item is not None:
            if self._depth == self._item_depth:
                self._number += 1
                if self._number > MOST_ROWS:
                    raise Unreadable("too_many_rows", most=str(MOST_ROWS))
                self._ready.append((self._number, self._item))
                self._item = None
            elif self._depth == self._item_depth + 1 and (text := "".join(self._text).strip()):
                self._keep(_local(name), text)
        self._depth -= 1
        self._text, self._size = [], 0

    def _keep(self, column: str, text: str) -> None:
        assert self._item is not None
        if column == "additional_image_link" and column in self._item:
            text = f"{self._item[column]},{text}"
        elif column in self._item:
            return
        self._item[column] = text

    def _data(self, text: str) -> None:
        if self._item is None:
            return
        self._size += len(text)
        if self._size > LARGEST_CELL:
            raise Unreadable("row_unreadable", row=str(self._number + 1))
        self._text.append(text)


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()
