"""Words found in what people write, in whatever spelling.

Words are compared as a reader sees them: in any letters that look the same, with marks, tatweel,
letters repeated, a blank or a dot between letters, or a star in the place of one. A word within
another is none: Scunthorpe sells mugs, too. A number that stands by itself is no word in look-alike
letters (455), and a word with a digit in it, as in the Arabic of keyboards (9a7ba) or the name of a
product, is looked for as it is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from showfloor.room.rules.names import plain, skeleton


@dataclass(frozen=True, slots=True)
class Listed:
    """Entries by their first word, and those of one word by their first letter."""

    by_word: Mapping[str, Sequence[tuple[str, ...]]]
    by_letter: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class WordList:
    """`words` are compared by their skeletons, `typed`, which have digits, as they are typed."""

    words: Listed
    typed: Listed


_BEFORE_PHRASES = ("", "و", "ف")
"""What Arabic writes in one piece with the word behind it: and, so."""
_BEFORE_WORDS = (*_BEFORE_PHRASES, "ب", "ل", "ال", "وال", "بال", "لل", "يال")
"""Also with, for, the. Not before phrases: "بكس" is a box."""
_ANY = "\u0298"
"""A letter that no list has, in the place of a star."""
_STAR = re.compile(r"(?<=[^\W\d_])[*#]{1,8}(?!\d)")
"""Not between the numbers of a size: 5*17."""
_EMPHASIS = re.compile(r"[!|+]++(?!\w)|(?<![\w!|+])[!|+]++")
"""Within a word these stand for letters, around it they do not."""
_SIGNS = re.compile(r"[!|+]++")
_SPELLED = re.compile(r"(?:(?<= )|^)\w(?: \w){2,}(?= |$)")
_LONG = re.compile(rf"([^\W{_ANY}])\1{{2,}}")
_RUN = re.compile(rf"([^\W{_ANY}])\1+")
_SHORT = 6
"""Letters. With one letter more than it has, a shorter word may be another: Swedish "kyss"."""
_NUMBER = re.compile(r"(?<!\w)\d{2,}(?!\w)")


def word_list(entries: Iterable[str]) -> WordList:
    """Words and phrases to look for; an entry that `entry_key` finds empty is left out."""
    words: set[tuple[str, ...]] = set()
    typed: set[tuple[str, ...]] = set()
    for entry in entries:
        if key := entry_key(entry):
            (typed if _has_digit(entry) else words).add(tuple(key.split()))
    return WordList(_indexed(words), _indexed(typed))


def entry_key(entry: str) -> str:
    """The same for entries that find the same; empty for one without a word of two letters."""
    calm = without_emphasis(entry)
    text = plain(calm) if _has_digit(calm) else skeleton(calm)
    key = _short(_SPELLED.sub(_closed, text))
    return key if any(len(word) > 1 for word in key.split()) else ""


def has_any(text: str, listed: WordList) -> bool:
    """Whether an entry of the list stands in the text, in any of its spellings."""
    calm = without_emphasis(text)
    # Signs within a word are a letter of it (sh!!t), or stand between two words.
    for read in {_SIGNS.sub(lambda found: found[0][0], calm), _SIGNS.sub(" ", calm)}:
        marked = _STAR.sub(lambda found: _ANY * len(found[0]), read)
        seen = skeleton(_NUMBER.sub(_ANY, marked))
        if any(_is_said(form, listed.words) for form in _forms(seen)):
            return True
        if _has_digit(marked) and any(
            _is_said(form, listed.typed) for form in _forms(plain(marked))
        ):
            return True
    return False


def without_emphasis(text: str) -> str:
    """Of `really!!` the word."""
    return _EMPHASIS.sub(" ", text)


def _forms(text: str) -> Iterator[list[str]]:
    """With letters that were spelled out put together, and runs of one letter made short."""
    for form in {text, _SPELLED.sub(_closed, text)}:
        yield _short(form).split()
        if _RUN.search(form):
            yield [_single(word) for word in form.split()]


def _short(text: str) -> str:
    """No letter more than twice in a row: three are no word's, but where others look like it."""
    return _LONG.sub(r"\1\1", text)


def _single(word: str) -> str:
    """No letter twice in a row, unless one letter less makes a short word another one."""
    single = _RUN.sub(r"\1", word)
    return single if len(single) >= _SHORT or len(word) - len(single) > 1 else word


def _is_said(words: Sequence[str], listed: Listed) -> bool:
    for at, word in enumerate(words):
        if any(_follows(words, at, phrase) for phrase in _begun_by(word, listed)):
            return True
        if _ANY in word and any(
            _fits_star(word, entry) for entry in listed.by_letter.get(word[0], ())
        ):
            return True
    return False


def _follows(words: Sequence[str], at: int, phrase: Sequence[str]) -> bool:
    """Whether the words of the phrase behind its first stand there."""
    return all(
        at + step < len(words) and words[at + step] == phrase[step]
        for step in range(1, len(phrase))
    )


def _begun_by(word: str, listed: Listed) -> Iterator[tuple[str, ...]]:
    """Entries that begin with it, as it stands or without what Arabic joins in front."""
    for prefix in ("",) if word.isascii() else _BEFORE_WORDS:
        if word.startswith(prefix):
            for phrase in listed.by_word.get(word[len(prefix) :], ()):
                if len(phrase) == 1 or prefix in _BEFORE_PHRASES:
                    yield phrase


def _fits_star(word: str, entry: str) -> bool:
    """Half of the entry is shown, and each star is a letter; or stars together stand for as many
    letters or fewer (f***k), at the end also for none.
    """
    shown = len(word) - word.count(_ANY)
    if shown * 2 < len(entry):
        return False
    head, _, rest = word.partition(_ANY)
    tail = rest.lstrip(_ANY)
    if _ANY in tail:
        return len(word) == len(entry) and all(
            one in (_ANY, other) for one, other in zip(word, entry, strict=True)
        )
    hidden = len(entry) - shown
    return (
        (1 if tail else 0) <= hidden <= word.count(_ANY)
        and entry.startswith(head)
        and entry.endswith(tail)
    )


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _closed(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


def _indexed(phrases: Iterable[tuple[str, ...]]) -> Listed:
    by_word: dict[str, list[tuple[str, ...]]] = {}
    by_letter: dict[str, list[str]] = {}
    for phrase in sorted(phrases):
        by_word.setdefault(phrase[0], []).append(phrase)
        if len(phrase) == 1:
            by_letter.setdefault(phrase[0][0], []).append(phrase[0])
    return Listed(by_word, by_letter)
