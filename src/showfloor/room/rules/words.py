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


# Emoji=Yes of emoji-data.txt, without the letters of flags and the digits of keycaps. From U+1F300
# on whole blocks, in which new emoji are added every year.
_ONE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf"
    "\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e"
    "\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640"
    "\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e\u267f\u2692-\u2697\u2699"
    "\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8\u26ce"
    "\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d"
    "\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755"
    "\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50"
    "\u2b55\u3030\u303d\u3297\u3299\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f"
    "\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f202\U0001f21a\U0001f22f"
    "\U0001f232-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f900-\U0001f9ff\U0001fa70-\U0001faff]"
)
_WITH_LOOK = f"{_ONE}(?:[\U0001f3fb-\U0001f3ff]|\ufe0f)?+"
_SEQUENCE = (
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a keycap
    f"|{_WITH_LOOK}(?:\u200d{_WITH_LOOK})*+"
)
_EMOJI = re.compile(f"(?:(?:{_SEQUENCE}) ?+)++")
"""Emoji sequences (Unicode UTS 51 §1.4.9 and ED-20) and spaces between them.

A skin tone is both the look of the emoji before it and an emoji alone: without the possessive
quantifiers each one in a message would double the ways to try.
"""


def is_emoji(text: str) -> bool:
    """Nothing but emoji and spaces. A digit, `#` or `*` is one as a keycap alone, a letter of a
    flag in a pair alone.
    """
    return _EMOJI.fullmatch(text) is not None


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
