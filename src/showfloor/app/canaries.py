"""Finds texts in bytes, whatever they were encoded or packed into."""

from __future__ import annotations

import bz2
import contextlib
import hashlib
import html
import io
import json
import lzma
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from ahocorasick_rs import BytesAhoCorasick, Implementation

LARGEST_UNPACKED = 256 * 1024 * 1024
"""Bytes: a packed file may be made to burst."""
LARGEST_PACKED = 16 * 1024 * 1024
SAMPLE = 512
"""Bytes that show whether something is a packed stream at all."""
DEEPEST = 3
"""Packed in packed in packed."""
HASHES = ("md5", "sha1", "sha256")


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which a text may stand somewhere. `folded`: compared without regard to case."""

    name: str
    data: bytes
    folded: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """`canary` is the number of the text in the list: the text itself is not repeated."""

    canary: int
    form: str
    offset: int


def forms_of(text: str) -> list[Form]:
    """Every way that is looked for."""
    found = [
        *((name, made, True) for name, made in _written(text)),
        *((name, made, False) for spelling in _spellings(text) for name, made in _coded(spelling)),
    ]
    return [Form(name, data.lower() if folded else data, folded) for name, data, folded in found]


def _spellings(text: str) -> list[str]:
    return list(dict.fromkeys([text, text.lower(), text.casefold()]))


def _written(text: str) -> Iterator[tuple[str, bytes]]:
    yield "plain", text.encode()
    yield "reversed", text[::-1].encode()
    yield "url", quote(text, safe="").encode()
    yield "json", json.dumps(text)[1:-1].encode()
    yield "html", html.escape(text).encode()
    for encoding in ("utf-16-le", "utf-16-be"):
        yield encoding, text.encode(encoding)
    for spelling in _spellings(text):
        yield "hex", spelling.encode().hex().encode()
        for name in HASHES:
            digest = hashlib.new(name, spelling.encode(), usedforsecurity=False)
            yield f"{name} in hex", digest.hexdigest().encode()


def _coded(text: str) -> Iterator[tuple[str, bytes]]:
    """What a change of case would make something else of."""
    yield from (("base64", made) for made in _base64(text.encode()))
    for name in HASHES:
        digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        yield name, digest
        yield f"{name} in base64", b64encode(digest).rstrip(b"=")


def _base64(data: bytes) -> Iterator[bytes]:
    """The characters that stand for nothing but `data`, at each of the three places in a group of
    three bytes at which it may begin (RFC 4648 §4).
    """
    for before in range(3):
        coded = b64encode(bytes(before) + data)
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        yield coded[first:last]
        yield coded[first:last].replace(b"+", b"-").replace(b"/", b"_")


class Finder:
    """Looks for all texts in all forms at once."""

    def __init__(self, canaries: Sequence[str]) -> None:
        short = [canary for canary in canaries if len(canary) < 6]
        if short or not canaries:
            raise ValueError("a text that is looked for needs six characters or more")
        forms: dict[tuple[bytes, bool], tuple[int, str]] = {}
        for number, canary in enumerate(canaries):
            for form in forms_of(canary):
                forms.setdefault((form.data, form.folded), (number, form.name))
        self._folded = _Automaton({key[0]: name for key, name in forms.items() if key[1]})
        self._exact = _Automaton({key[0]: name for key, name in forms.items() if not key[1]})

    def search(self, data: bytes, depth: int = 0) -> Iterator[Hit]:
        """Also in what is packed into `data`."""
        yield from self._folded.search(data.lower())
        yield from self._exact.search(data)
        if depth < DEEPEST:
            for name, offset, unpacked in unpack(data):
                for hit in self.search(unpacked, depth + 1):
                    yield Hit(hit.canary, f"{hit.form} in {name}", offset)


class _Automaton:
    def __init__(self, names: dict[bytes, tuple[int, str]]) -> None:
        self._names = list(names.values())
        self._machine = BytesAhoCorasick(list(names), implementation=Implementation.DFA)

    def search(self, data: bytes) -> Iterator[Hit]:
        for which, start, _ in self._machine.find_matches_as_indexes(data):
            canary, form = self._names[which]
            yield Hit(canary, form, start)


def unpack(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """What looks packed and is: its kind, where it begins, what is in it."""
    view = memoryview(data)
    zipped = False
    for which, start, _ in _MAGIC.find_matches_as_indexes(data, overlapping=True):
        if which == len(_STREAMS):
            # The archive is opened as a whole, from its first member.
            if not zipped and (unpacked := _zip(data[start:])):
                yield "zip", start, unpacked
            zipped = True
            continue
        name, _, begin = _STREAMS[which]
        if unpacked := _decompress(begin, view[start : start + LARGEST_PACKED]):
            yield name, start, unpacked


class _Decompressor(Protocol):
    def decompress(self, data: memoryview, most: int, /) -> bytes: ...


def _decompress(begin: Callable[[], _Decompressor], packed: memoryview) -> bytes:
    """As far as it goes; nothing when already the first bytes are no such stream."""
    try:
        begin().decompress(packed[:SAMPLE], SAMPLE * 1100)
        return begin().decompress(packed, LARGEST_UNPACKED)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return b""


_NOT_UNPACKED = (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError)
"""What `zipfile` raises for what is damaged, and RuntimeError for what is encrypted or packed in a
way that it does not know.
"""


def _zip(data: bytes) -> bytes:
    """All members of the archive that can be unpacked, one after the other."""
    found = []
    with contextlib.suppress(*_NOT_UNPACKED), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.file_size <= LARGEST_UNPACKED:
                with contextlib.suppress(*_NOT_UNPACKED):
                    found.append(archive.read(member))
    return b"\n".join(found)


_STREAMS: tuple[tuple[str, bytes, Callable[[], _Decompressor]], ...] = (
    ("gzip", b"\x1f\x8b\x08", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)),
    ("bzip2", b"BZh", bz2.BZ2Decompressor),
    ("xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor),
    *(("zlib", bytes([0x78, level]), zlib.decompressobj) for level in (0x01, 0x5E, 0x9C, 0xDA)),
)
_MAGIC = BytesAhoCorasick([*(magic for _, magic, _ in _STREAMS), b"PK\x03\x04"])
