"""A text is found in whatever it was encoded or packed into."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import html
import io
import json
import lzma
import os
import struct
import unicodedata
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest

from showfloor.app import canaries
from showfloor.app.canaries import Finder, Search

CANARY = "Kid 7f3a9c21@Example.com & نورة"
FINDER = Finder(["another text", CANARY])
NOISE = os.urandom(5000)


def _zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", data)
    return buffer.getvalue()


PLAIN = CANARY.encode()
WAYS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: PLAIN,
    "other case": lambda: b"kID 7F3A9C21@example.COM & " + "نورة".encode(),
    "url": lambda: quote(CANARY).encode(),
    "json": lambda: json.dumps({"name": CANARY}).encode(),
    "html": lambda: html.escape(CANARY).encode(),
    "utf-16": lambda: CANARY.encode("utf-16"),
    "hex": lambda: PLAIN.hex().upper().encode(),
    "reversed": lambda: CANARY[::-1].encode(),
    "base64": lambda: b64encode(PLAIN),
    "base64, one further": lambda: b64encode(b"x" + PLAIN + b"y"),
    "base64, two further": lambda: urlsafe_b64encode(b"xy" + PLAIN + b"yz"),
    "md5": lambda: hashlib.md5(PLAIN, usedforsecurity=False).hexdigest().encode(),
    "sha1 of lower case": lambda: hashlib.sha1(
        CANARY.lower().encode(), usedforsecurity=False
    ).digest(),
    "sha256": lambda: hashlib.sha256(PLAIN).digest(),
    "sha256 in base64": lambda: b64encode(hashlib.sha256(PLAIN).digest()),
    "gzip": lambda: gzip.compress(PLAIN),
    "zip": lambda: _zipped(PLAIN),
    "zlib": lambda: zlib.compress(PLAIN),
    "bzip2": lambda: bz2.compress(PLAIN),
    "xz": lambda: lzma.compress(PLAIN),
    "json in gzip in zip": lambda: _zipped(gzip.compress(json.dumps(CANARY).encode())),
}


@pytest.mark.parametrize("way", WAYS)
def test_text_is_found_in_every_form(way: str) -> None:
    hits = list(FINDER.search(NOISE + WAYS[way]() + NOISE))

    assert hits and {hit.canary for hit in hits} == {1}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [1, 7, 700])
def test_text_is_found_in_parts_of_any_size(way: str, size: int) -> None:
    noise = NOISE[:50]
    data = noise + WAYS[way]() + noise
    search = Search(FINDER)

    hits = [
        hit
        for start in range(0, len(data), size)
        for hit in search.feed(data[start : start + size])
    ]

    assert hits == list(FINDER.search(data))


def test_end_of_a_long_packed_stream_is_reached() -> None:
    data = gzip.compress(os.urandom(17 * 1024 * 1024).hex().encode() + PLAIN, 1)

    assert {hit.form for hit in FINDER.search(data)} == {"plain in gzip"}


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress, lzma.compress])
def test_what_would_burst_is_left_and_told(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canaries, "FREELY_UNPACKED", 1024 * 1024)
    bomb, search = pack(bytes(8 * 1024 * 1024) + PLAIN), Search(FINDER)

    assert [hit.canary for hit in search.feed(bomb + NOISE + PLAIN)] == [1]
    assert search.unread and not search.unpacks


def test_bomb_in_a_packed_stream_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canaries, "FREELY_UNPACKED", 1024 * 1024)
    search = Search(FINDER)

    assert list(search.feed(gzip.compress(NOISE + zlib.compress(bytes(8 * 1024 * 1024))))) == []
    assert search.unread


def test_members_of_an_archive_are_found_as_they_are_stored() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, way in (("stored", 0), ("deflated", 8), ("bzip2", 12), ("lzma", 14)):
            archive.writestr(f"{name}/{'x' * 300}", PLAIN + name.encode(), way)

    forms = [hit.form for hit in FINDER.search(NOISE + buffer.getvalue())]

    assert sorted(forms) == ["plain", "plain in bzip2", "plain in zip", "plain in zip"]


@pytest.mark.parametrize(("flags", "method"), [(1, 8), (0, 9), (0, 93), (0, 99)])
def test_member_that_cannot_be_read_is_said_to_be_unread(flags: int, method: int) -> None:
    search = Search(FINDER)
    member = struct.pack("<4sHHH16xHH", b"PK\x03\x04", 20, flags, method, 1, 0) + b"a" + NOISE

    assert list(search.feed(NOISE + member)) == [] and search.unread


def test_lzma_that_asks_for_too_much_memory_is_left() -> None:
    search = Search(FINDER)
    member = struct.pack("<4sHHH16xHH", b"PK\x03\x04", 63, 0, 14, 1, 0) + b"a"

    assert list(search.feed(member + struct.pack("<2xHBI", 5, 93, 0xFFFFFFFF) + NOISE)) == []
    assert search.unread


@pytest.mark.parametrize("canary", ["ÉLISE.DUPONT", "élise.dupont", "Straße-12", "Ελένη-Νικ"])
def test_letters_beyond_ascii_are_found_in_either_case(canary: str) -> None:
    finder = Finder([canary])
    written = [canary.lower(), canary.upper(), unicodedata.normalize("NFD", canary)]

    assert all(list(finder.search(NOISE + text.encode())) for text in written)
    assert all(list(finder.search(json.dumps(text).encode())) for text in written)


def test_nothing_is_found_where_nothing_is() -> None:
    broken = gzip.compress(PLAIN)[:20] + b"PK\x03\x04broken" + b"BZh9broken" + b"x\x9cbroken"

    assert list(FINDER.search(NOISE + os.urandom(200_000))) == []
    search = Search(FINDER)
    assert list(search.feed(NOISE + broken + NOISE)) == [] and not search.unread


def test_place_of_a_hit_is_where_it_begins() -> None:
    assert [hit.offset for hit in FINDER.search(NOISE + PLAIN)] == [len(NOISE)]


@pytest.mark.parametrize("texts", [[], ["short"], ["long enough", ""]])
def test_texts_that_stand_everywhere_are_not_looked_for(texts: list[str]) -> None:
    with pytest.raises(ValueError):
        Finder(texts)
