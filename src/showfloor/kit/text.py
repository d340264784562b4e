"""Text as people paste it: from chats, from right-to-left pages, from word processors.

It arrives with marks that nobody sees (Unicode's bidi controls, zero-width characters, byte order
marks) and with double blanks. Every text of a request passes one of these cleaners at the edge (in
models by the types of `kit.fields`); the front end's twin is `frontend/i18n/text.ts`, and
tests/unit/kit/text_cases.json holds both to the same results.
"""

from __future__ import annotations

import re

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties), in ranges; the braille blank is
# drawn as nothing, too.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROL = "\x00-\x1f\x7f-\x9f"
_UNSEEN = re.compile(rf"[\s{_CONTROL}{_IGNORABLE}]*")
# Bidi_Control, and what has no width and no meaning for a reader. The joiners U+200C and U+200D
# shape Persian, Indic scripts and emoji: they stay inside a word.
_IGNORED = re.compile(f"[{_IGNORABLE}]")
_MARKS = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# A row of joiners is looked at once, from its beginning, not again from each of them.
_JOINER_AT_AN_EDGE = re.compile(
    r"(?<!\S)[\u200c\u200d]++|(?<![\u200c\u200d])[\u200c\u200d]++(?!\S)"
)
_BLANKS = re.compile(rf"[\s{_CONTROL}]+")
_DASHES = re.compile("[\\-\u058a\u05be\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９", "0123456789" * 3)


def is_visible(text: str) -> bool:
    """Whether a reader sees anything: a name of zero-width characters alone is none."""
    return _UNSEEN.fullmatch(text) is None


def clean_line(text: str) -> str:
    """One line of words (a name, a street, a title): no marks, single blanks, nothing around it."""
    if not is_visible(text):
        return ""
    return _JOINER_AT_AN_EDGE.sub("", _BLANKS.sub(" ", _MARKS.sub("", text))).strip()


def clean_paragraphs(text: str) -> str:
    """Words of several lines: each line is clean, and at most one empty line separates two."""
    lines = [clean_line(line) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def clean_code(text: str) -> str:
    """What has no mark at all (a key, a token): neither marks nor joiners, no blank around it."""
    return _IGNORED.sub("", text).strip()


def clean_email(text: str) -> str:
    """An address, also when it was copied as a link. A blank inside stays, and is refused."""
    return clean_code(text).removeprefix("mailto:")


def clean_digits(text: str) -> str:
    """A number that people group with blanks and dashes (a card): European digits, joined."""
    return _DASHES.sub("", _BLANKS.sub("", clean_code(text))).translate(_DIGITS)


def clean_postal_code(text: str) -> str:
    """As it is written on a letter: capitals, European digits, one kind of dash, single blanks."""
    return _DASHES.sub("-", clean_line(text).translate(_DIGITS)).upper()


LONGEST_SKU = 100
"""Characters of a merchant's name for a variant, which is taken as it is."""
