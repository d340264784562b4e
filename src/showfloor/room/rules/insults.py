"""Words that are not taken in a chat, in what people write and in the names that they write under.

The list (`insults.json`, by language; Arabic also as it is typed in Latin letters and digits) has
what hardly anybody says in a shop but to hurt. Words are compared as a reader sees them: in any
letters that look the same, with marks, tatweel, letters repeated, a blank or a dot between letters,
or a star in the place of one. A word within another is none: Scunthorpe sells mugs, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from showfloor.room.rules.names import bare, in_words, skeleton

_PREFIXES = ("", "و", "ف", "ب", "ل", "ال", "وال", "بال", "لل", "يال")
"""What Arabic writes in one piece with the word behind it: and, so, with, for, the."""
_SUFFIXES = ("", "s", "es", "ed", "er", "ers", "ing", "in", "y")
_ANY = "\u0298"
"""A letter that no list has, in the place of a star."""
_STAR = re.compile(r"(?<=\w)[*#]{1,3}(?=\w)")
_EMPHASIS = re.compile(r"[!|+]+(?!\w)|(?<!\w)[!|+]+")
"""Within a word these stand for letters, around it they do not."""
_SPELLED = re.compile(r"(?:(?<= )|^)\w(?: \w){2,}(?= |$)")
_LONG = re.compile(r"(\w)\1{2,}")
_RUN = re.compile(r"(\w)\1+")


def has_insult(text: str) -> bool:
    """Whether one of the list's words stands in it, in any of its spellings."""
    marked = _STAR.sub(lambda found: _ANY * len(found[0]), without_emphasis(text))
    seen, typed = skeleton(marked), in_words(bare(marked))
    words, with_digits = _listed()
    return any(_is_said(form, words) for form in _forms(seen)) or any(
        _is_said(form, with_digits) for form in _forms(typed)
    )


def without_emphasis(text: str) -> str:
    """Of `really!!` the word."""
    return _EMPHASIS.sub(" ", text)


def _forms(text: str) -> Iterator[list[str]]:
    """With letters that were spelled out put together, and runs of one letter made short."""
    for form in {text, _SPELLED.sub(lambda found: found[0].replace(" ", ""), text)}:
        yield _short(form).split()
        yield _RUN.sub(r"\1", form).split()


def _short(text: str) -> str:
    """No letter more than twice in a row: three are no word's, but where others look like it."""
    return _LONG.sub(r"\1\1", text)


def _is_said(words: Sequence[str], listed: frozenset[tuple[str, ...]]) -> bool:
    longest = max(map(len, listed), default=0)
    return any(
        tuple(each) in listed
        for at in range(len(words))
        for length in range(1, longest + 1)
        for each in _readings(words[at : at + length])
    ) or any(_ANY in word and _fits_star(word, listed) for word in words)


def _readings(words: Sequence[str]) -> Iterator[list[str]]:
    """As they stand, and without what Arabic joins in front and English behind."""
    first, last = words[0], words[-1]
    for prefix in _PREFIXES:
        if not first.startswith(prefix):
            continue
        rest = [first[len(prefix) :], *words[1:]]
        for suffix in _SUFFIXES if last.isascii() else ("",):
            if rest[-1].endswith(suffix):
                yield [*rest[:-1], rest[-1].removesuffix(suffix)]


def _fits_star(word: str, listed: frozenset[tuple[str, ...]]) -> bool:
    """At most half of it is stars."""
    if word.count(_ANY) * 2 > len(word):
        return False
    return any(
        len(each) == 1
        and len(each[0]) == len(word)
        and all(one in (_ANY, other) for one, other in zip(word, each[0], strict=True))
        for each in listed
    )


@cache
def _listed() -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """Those without digits by their skeletons; those with digits, which are letters of their own in
    the Arabic of keyboards, as they are typed.
    """
    table = json.loads(files("showfloor.room.rules").joinpath("insults.json").read_text("utf-8"))
    entries = [word for name, words in table.items() if name != "version" for word in words]
    seen, typed = set(), set()
    for entry in entries:
        if any(letter.isdigit() for letter in entry):
            typed.add(tuple(_short(in_words(bare(entry))).split()))
        else:
            seen.add(tuple(_short(skeleton(entry)).split()))
    return frozenset(seen), frozenset(typed)
