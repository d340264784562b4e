"""Words of other shops as plain text, and names that stay the same from file to file."""

from __future__ import annotations

import html
import re
import unicodedata
from hashlib import sha256

import nh3

from showfloor.kit.text import LONGEST_SKU, clean_line, clean_paragraphs, is_visible

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 8000
LONGEST_OPTION = 120
DEFAULT_OPTION = "default title"
_LINES = {"p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_TAG = re.compile(r"</?([a-z0-9]++)[^<>]*+>")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_LITERAL_BREAK = re.compile(r"\\r\\n|\\n")


def plain_text(text: str) -> str:
    """Paragraphs without markup: nh3 reads HTML as browsers do, drops scripts with what is in
    them, and leaves well-formed tags, which become lines.
    """
    # WooCommerce writes line breaks as a backslash and an n.
    text = _LITERAL_BREAK.sub("\n", text)
    if _MARKUP.search(text):
        # Between tags a line break is a blank like another.
        text = re.sub(r"\s+", " ", text)
        tags = nh3.clean(text, tags=_LINES, attributes={}, link_rel=None, strip_comments=True)
        text = html.unescape(_TAG.sub(_line_of, tags))
    return clean_paragraphs(text)[:LONGEST_DESCRIPTION].rstrip()


def _line_of(tag: re.Match[str]) -> str:
    closing = tag[0].startswith("</")
    if tag[1] == "li":
        return "" if closing else "\n• "
    if tag[1] == "br":
        return "\n"
    return "\n\n" if closing else "\n"


def plain_line(text: str, most: int = LONGEST_NAME) -> str:
    """One line without markup."""
    if _MARKUP.search(text):
        text = html.unescape(nh3.clean(text, tags=set()))
    return clean_line(text)[:most].rstrip()


def slug(text: str, longest: int = 60) -> str:
    """ASCII letters, digits and dashes; empty when nothing of it is left."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:longest].strip("-")


def mark(text: str) -> str:
    """A few characters that stand for a text."""
    return sha256(text.encode()).hexdigest()[:8]


def code_of(text: str) -> str:
    """An identifier for an option or a value: readable where its letters allow it."""
    readable = slug(text, 40)
    # `S/M` and `S-M` would be one, and `أحمر` nothing.
    return readable if readable == text.lower() else f"{readable or 'x'}-{mark(text)}"


def sku_for(key: str, options: list[str]) -> str:
    """A SKU for a variant that has none: from what its shop knows it by, so that the next file
    makes the same.
    """
    options = [value for value in options if value.lower() != DEFAULT_OPTION]
    parts = [slug(key, 60) or mark(key), *(slug(value) or mark(value) for value in options)]
    made = "-".join(parts)
    if len(made) <= LONGEST_SKU and all(map(_is_plain, (key, *options))):
        return made
    return f"{made[: LONGEST_SKU - 9]}-{mark(repr((key, options)))}"


def _is_plain(text: str) -> bool:
    """Whether a slug says all of it: two such texts never have the same slug."""
    return len(text) <= 60 and slug(text) == text.lower()


__all__ = ["code_of", "is_visible", "mark", "plain_line", "plain_text", "sku_for", "slug"]
