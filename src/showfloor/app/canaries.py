"""Finds texts in bytes, whatever they were encoded or packed into."""

from __future__ import annotations

import bz2
import hashlib
import html
import json
import lzma
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from unicodedata import normalize
from urllib.parse import quote

import hyperscan

FREELY_UNPACKED = 256 * 1024 * 1024
LARGEST_DICTIONARY = 256 * 1024 * 1024
"""Bytes of memory that an LZMA stream may ask for; the largest preset of xz asks for 64 MiB."""
LARGEST_RATIO = 200
"""What unpacks to more bytes than the one and to more times itself than the other was made to
burst: text packs to a tenth.
"""
PART = 64 * 1024
"""Packed bytes that are unpacked together."""
MOST_AT_ONCE = 1024 * 1024
"""Unpacked bytes that are looked at together."""
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
    """Its letters in either case, composed and decomposed (Unicode Standard Annex 15): Hyperscan
    knows one letter for another only where both are ASCII.
    """
    composed = [text, normalize("NFC", text), normalize("NFD", text)]
    cases = [made for one in composed for made in (one, one.lower(), one.casefold(), one.upper())]
    return list(dict.fromkeys(cases))


def _written(text: str) -> Iterator[tuple[str, bytes]]:
    for spelling in _spellings(text):
        yield "plain", spelling.encode()
        yield "reversed", spelling[::-1].encode()
        yield "url", quote(spelling, safe="").encode()
        yield "json", json.dumps(spelling)[1:-1].encode()
        yield "html", html.escape(spelling).encode()
        for encoding in ("utf-16-le", "utf-16-be"):
            yield encoding, spelling.encode(encoding)
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
        self.names = list(forms.values())
        self.lengths = [len(data) for data, _ in forms]
        self.machine = _Machine(forms)

    @property
    def longest(self) -> int:
        """The bytes by which pieces of one stream have to overlap for nothing to be missed."""
        return max(self.machine.longest, _MAGIC.longest)

    def search(self, data: bytes) -> Iterator[Hit]:
        """Also in what is packed into `data`."""
        return Search(self).feed(data)


class Search:
    """Looks through one stream of bytes, given in parts of any size, in constant memory.

    What ends within its first `seen` bytes was looked at by somebody else.
    """

    def __init__(self, finder: Finder, *, depth: int = 0, seen: int = 0) -> None:
        self._finder = finder
        self._depth = depth
        self._seen = seen
        self._read = 0
        self._forms = _Scanner(finder.machine)
        self._magics = _Scanner(_MAGIC)
        self._packed: list[_Packed] = []
        self.unread = False
        """Whether something packed was left: it would burst, or cannot be unpacked here."""

    @property
    def unpacks(self) -> bool:
        """Whether something packed has begun and is not over."""
        return bool(self._packed)

    def feed(self, data: bytes) -> Iterator[Hit]:
        for which, end in self._forms.scan(data):
            if end > self._seen:
                canary, form = self._finder.names[which]
                yield Hit(canary, form, end - self._finder.lengths[which])
        yield from self.unpack(data)
        if self._depth < DEEPEST:
            for which, end in self._magics.scan(data):
                if end > self._seen:
                    name, magic, begin = _STREAMS[which]
                    packed = _Packed(self._finder, name, end - len(magic), begin(), self._depth + 1)
                    yield from packed.feed(magic)
                    yield from packed.feed(data, end - self._read)
                    self._keep([packed])
        self._read += len(data)

    def unpack(self, data: bytes) -> Iterator[Hit]:
        """Look at the next part, but only for what belongs to something packed before it."""
        packed, self._packed = self._packed, []
        for one in packed:
            yield from one.feed(data)
        self._keep(packed)

    def _keep(self, packed: list[_Packed]) -> None:
        self.unread |= any(one.unread for one in packed)
        self._packed += [one for one in packed if not one.over]


class _Packed:
    """Something packed within a stream, from its first byte on."""

    def __init__(
        self, finder: Finder, name: str, offset: int, unpacker: _Unpacker, depth: int
    ) -> None:
        self._finder = finder
        self._name = name
        self._offset = offset
        self._unpacker = unpacker
        self._depth = depth
        self._search: Search | None = None
        self._taken = self._given = 0
        self.over = self.unread = False

    def feed(self, data: bytes, start: int = 0) -> Iterator[Hit]:
        while start < len(data) and not self.over:
            part = data[start : start + PART]
            start += PART
            self._taken += len(part)
            try:
                for unpacked in self._unpacker.unpack(part):
                    yield from self._look(unpacked)
                    if self.over:
                        return
            except _UnknownPacking:
                self.over = self.unread = True
            except _NOT_PACKED:
                self.over = True
            self.over |= self._unpacker.over

    def _look(self, unpacked: bytes) -> Iterator[Hit]:
        if self._search is None:
            self._search = Search(self._finder, depth=self._depth)
        for hit in self._search.feed(unpacked):
            yield Hit(hit.canary, f"{hit.form} in {self._name}", self._offset)
        self._given += len(unpacked)
        too_much = self._given > max(FREELY_UNPACKED, LARGEST_RATIO * self._taken)
        self.unread |= too_much or self._search.unread
        self.over |= too_much


class _Unpacker(Protocol):
    """Takes a packed stream in parts; raises one of `_NOT_PACKED` when it is none."""

    @property
    def over(self) -> bool: ...

    def unpack(self, data: bytes) -> Iterator[bytes]: ...


class _UnknownPacking(Exception):
    """It is packed, and there is no way here to unpack it."""


_NOT_PACKED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


class _Deflated:
    def __init__(self, window: int) -> None:
        self._stream = zlib.decompressobj(window)

    @property
    def over(self) -> bool:
        return self._stream.eof

    def unpack(self, data: bytes) -> Iterator[bytes]:
        more = True
        while more and not self._stream.eof:
            made = self._stream.decompress(data, MOST_AT_ONCE)
            data = self._stream.unconsumed_tail
            more = bool(data) or len(made) == MOST_AT_ONCE
            if made:
                yield made


class _Stepwise:
    """bzip2 and xz, whose classes of the standard library are used alike."""

    def __init__(self, stream: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._stream = stream

    @property
    def over(self) -> bool:
        return self._stream.eof

    def unpack(self, data: bytes) -> Iterator[bytes]:
        more = True
        while more and not self._stream.eof:
            made = self._stream.decompress(data, MOST_AT_ONCE)
            data = b""
            more = not self._stream.needs_input
            if made:
                yield made


class _ZipMember:
    """One member of an archive: its header, and what is deflated or packed by LZMA behind it
    (APPNOTE.TXT 4.3.7, 5.8).

    What is only stored stands in the archive as it is, and so does the magic of a member that is
    packed by bzip2 or xz. Members that are encrypted or packed in a rarer way are not read.
    """

    HEADER = struct.Struct("<4sHHH16xHH")
    NEWEST_VERSION = 63
    ENCRYPTED, STORED, DEFLATED, BZIP2, LZMA, XZ = 1, 0, 8, 12, 14, 95
    RARER = (1, 6, 9, 93, 96, 97, 98, 99)

    def __init__(self) -> None:
        self._begun = b""
        self._stream: _Unpacker | None = None

    @property
    def over(self) -> bool:
        return self._stream is not None and self._stream.over

    def unpack(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._begun += data
            if len(self._begun) < self.HEADER.size:
                return
            _, version, flags, method, name, extra = self.HEADER.unpack_from(self._begun)
            self._check(version & 0xFF, flags, method)
            size = self.HEADER.size + name + extra
            settings = _RawLzma.HEADER.size if method == self.LZMA else 0
            if len(self._begun) < size + settings:
                return
            about = self._begun[size : size + settings]
            self._stream = _RawLzma(about) if about else _Deflated(-zlib.MAX_WBITS)
            data, self._begun = self._begun[size + settings :], b""
        yield from self._stream.unpack(data)

    def _check(self, version: int, flags: int, method: int) -> None:
        """Raises ValueError for what is no member or stands as it is, _UnknownPacking."""
        known = (self.STORED, self.DEFLATED, self.BZIP2, self.LZMA, self.XZ)
        if version > self.NEWEST_VERSION or method not in (*known, *self.RARER):
            raise ValueError("no member of an archive")
        if flags & self.ENCRYPTED or method in self.RARER:
            raise _UnknownPacking
        if method not in (self.DEFLATED, self.LZMA):
            raise ValueError("not packed, or with a magic of its own")


class _RawLzma:
    """LZMA1 without a header of its own, as a member of an archive has it (APPNOTE.TXT 5.8.8)."""

    HEADER = struct.Struct("<2xHBI")

    def __init__(self, header: bytes) -> None:
        size, settings, dictionary = self.HEADER.unpack(header)
        if size != 5 or settings >= 9 * 5 * 5:
            raise ValueError("no LZMA")
        if dictionary > LARGEST_DICTIONARY:
            raise _UnknownPacking
        rest, lc = divmod(settings, 9)
        pb, lp = divmod(rest, 5)
        spec = {"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}
        self._stream = _Stepwise(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[spec]))

    @property
    def over(self) -> bool:
        return self._stream.over

    def unpack(self, data: bytes) -> Iterator[bytes]:
        yield from self._stream.unpack(data)


class _Scanner:
    """Finds patterns in a stream that is given in parts; each match is its number and its end."""

    def __init__(self, machine: _Machine) -> None:
        self._machine = machine
        self._tail = b""
        self._read = 0

    def scan(self, data: bytes) -> list[tuple[int, int]]:
        window = self._tail + data
        begin = self._read - len(self._tail)
        found = [(which, begin + end) for which, end in self._machine.scan(window)]
        new = [(which, end) for which, end in found if end > self._read]
        self._read += len(data)
        self._tail = window[-self._machine.longest :]
        return new


class _Machine:
    """Finds patterns that are what they say, each with whether its case is all one.

    Windows that overlap, and not Hyperscan's own streams: those of the Python package (0.9.1)
    ended the process when they were tried.
    """

    def __init__(self, patterns: Iterable[tuple[bytes, bool]]) -> None:
        listed = list(patterns)
        self.longest = max(len(data) for data, _ in listed)
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=["".join(f"\\x{byte:02x}" for byte in data).encode() for data, _ in listed],
            ids=range(len(listed)),
            elements=len(listed),
            flags=[hyperscan.HS_FLAG_CASELESS if folded else 0 for _, folded in listed],
        )

    def scan(self, data: bytes) -> list[tuple[int, int]]:
        """The number of each pattern that was found, and where it ends."""
        found: list[tuple[int, int]] = []

        def note(which: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((which, end))

        self._database.scan(data, note)
        return found


_STREAMS: tuple[tuple[str, bytes, Callable[[], _Unpacker]], ...] = (
    ("gzip", b"\x1f\x8b\x08", lambda: _Deflated(zlib.MAX_WBITS | 16)),
    ("bzip2", b"BZh", lambda: _Stepwise(bz2.BZ2Decompressor())),
    ("xz", b"\xfd7zXZ\x00", lambda: _Stepwise(lzma.LZMADecompressor())),
    ("zip", b"PK\x03\x04", _ZipMember),
    *(
        ("zlib", bytes([0x78, level]), lambda: _Deflated(zlib.MAX_WBITS))
        for level in (0x01, 0x5E, 0x9C, 0xDA)
    ),
)
_MAGIC = _Machine((magic, False) for _, magic, _ in _STREAMS)
