"""Whether two people ask the same.

Two questions are one when the words that say something are the same, but for a few that only one of
them has: *how long to Muscat?* and *how long is delivery to Muscat?* A word in the place of another
makes another question (*in red?*, *in blue?*), and so does another number, or a denial. Where it is
not sure they stay apart: a question asked twice costs the host a glance, one that was merged into
another is never answered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from hashlib import sha256
from uuid import UUID

from showfloor.room.rules.names import ARABIC_FORMS, bare, in_words

ENOUGH = 0.6
"""Of the words of both, those that both have (Jaccard)."""
SAME_WORD = 0.7
"""Of the trigrams of two words, those that both have (Dice): a letter left out or doubled."""
SHORTEST_TYPO = 5
"""Letters. One letter more or less makes a shorter word another one."""
_CONTRACTED = re.compile("[\u2019'](?:s|re|ll|d|ve|m)\\b")
_NOT = re.compile("n[\u2019']t\\b")
_SAID_ALONG = (
    "a an the is are was be it its this that these those do does did u you your yours we our i me "
    "my have has had got in on at of to for with and or if so also just really please pls plz hi "
    "hello hey there what which how can could will would one ones made come comes coming available "
    "any some thanks thank thx tell us about know want like get",
    "هل ما ماذا هو هي هذا هذه ذلك تلك في من على عن إلى مع أو أم عندكم عندك لديكم لديك يوجد توجد "
    "متوفر متوفرة متوفرين فيه فيها منه منها له لها لو سمحت سمحتي سمحتم فضلك فضلكم رجاء السلام "
    "عليكم مرحبا أهلا يا أي و ممكن أريد أعرف شكرا اللي بس كذلك أيضا",
)
"""Words that a question may have or not without being another one, in English and Arabic. Those
that ask (when, where, who, why; متى، أين، كم) say something, and are none of them.
"""
_DENIALS = "not no never without لا ليس ليست بدون دون غير لم لن مو مش"
_BEFORE = ("وال", "بال", "فال", "كال", "لل", "ال")
"""What Arabic writes in one piece with a noun: the, and the, with the, for the."""
_SHORTEST_STEM = 3


def words_of(text: str) -> frozenset[str]:
    """The words that say something; all words where none does."""
    plain = _NOT.sub(" not", _CONTRACTED.sub("", text.casefold()))
    words = [_stem(word) for word in _plain(plain).split() if word not in _FILLERS]
    return frozenset(words or _plain(plain).split())


def is_same(one: Set[str], other: Set[str]) -> bool:
    """Whether these are the words of one question."""
    fewer, more = sorted((one, other), key=len)
    if not fewer or _telling(one) != _telling(other):
        return False
    left = set(more)
    for word in sorted(fewer):
        match = word if word in left else next((each for each in left if _reads(word, each)), None)
        if match is None:
            return False
        left.remove(match)
    return len(fewer) / len(more) >= ENOUGH


def key_of(text: str, product_id: UUID | None) -> bytes:
    """A digest that the same words about the same product share, in whatever order."""
    about = product_id.bytes if product_id else b""
    return sha256(about + " ".join(sorted(words_of(text))).encode()).digest()


def _plain(text: str) -> str:
    """Small letters, each Arabic letter in one form, digits as in Latin."""
    folded = bare(text).translate(ARABIC_FORMS)
    digits = (str(unicodedata.digit(each, each)) if each.isdigit() else each for each in folded)
    return in_words("".join(digits))


def _stem(word: str) -> str:
    """Without what Arabic joins in front, and without a plural's ending."""
    for prefix in _BEFORE:
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_STEM:
            word = word[len(prefix) :]
            break
    for ending in ("ات", "s"):
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= _SHORTEST_STEM
            and word[-2:] != "ss"
        ):
            return word[: -len(ending)]
    return word


def _telling(words: Set[str]) -> set[str]:
    """Numbers and denials."""
    return {word for word in words if word in _NEVER or any(each.isdigit() for each in word)}


def _reads(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST_TYPO or one.isdigit() or other.isdigit():
        return False
    first, second = _trigrams(one), _trigrams(other)
    return 2 * len(first & second) / (len(first) + len(second)) >= SAME_WORD


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


_NEVER = frozenset(_stem(word) for word in _plain(_DENIALS).split())
_FILLERS = frozenset(word for words in _SAID_ALONG for word in _plain(words).split())
