"""What is said, cleaned: a line of plain text that cannot reach beyond itself."""

from __future__ import annotations

import re
import unicodedata

from showfloor.kit.text import clean_line, is_visible

LONGEST = 500
"""Characters of a message."""
MOST_MARKS = 3
"""Combining marks on one letter: Arabic writes two (a doubled consonant and its vowel), Vietnamese
two, Hebrew three. Zalgo text writes dozens, over the lines around it.
"""
_TAGS = re.compile("[\U000e0000-\U000e0fff\ufff9-\uffff]")


def clean_message(text: str) -> str:
    """One line, without controls, marks of direction and towers of accents; empty when a reader
    would see nothing.
    """
    line = clean_line(_TAGS.sub("", text))
    return thin_marks(line) if is_visible(line) else ""


_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\ufe0e\ufe0f\u200d\u20e30-9#* ]+"
)
"""Emoji and what joins them (Unicode UTS 51 §1.4); digits for keycaps."""


def is_emoji(text: str) -> bool:
    """Nothing but emoji and spaces."""
    return _EMOJI.fullmatch(text) is not None and not text.isascii()


def thin_marks(text: str) -> str:
    """At most `MOST_MARKS` combining marks in a row; joiners between them draw nothing and end no
    row.
    """
    kept, marks = [], 0
    for letter in text:
        if unicodedata.category(letter) in ("Mn", "Me"):
            marks += 1
        elif letter not in "\u200c\u200d":
            marks = 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)
