"""Whether two people ask the same.

Two questions are one when the words that say something are the same, but for a few that only one of
them has: *how long to Muscat?* and *how long is delivery to Muscat?* A word in the place of another
makes another question (*in red?*, *in blue?*), and so does another number, or a denial. Where it is
not sure they stay apart: a question asked twice costs the host a glance, one that was merged into
another is never answered.

Each question is compared with hundreds while others wait, so only its beginning is taken apart:
what stands behind that has to be the same, letter by letter but for its case.
"""

from __future__ import annotations

import re
from collections.abc import Set
from hashlib import sha256
from uuid import UUID

from showfloor.room.rules.names import plain

ENOUGH = 0.6
"""Of the words of both, those that both have (Jaccard)."""
SAME_WORD = 0.7
"""Of the trigrams of two words, those that both have (Dice): a letter left out or doubled."""
SHORTEST_TYPO = 5
"""Letters. One letter more or less makes a shorter word another one."""
MOST_TYPOS = 2
"""Words that each of two questions spells in its own way."""
LONGEST_COMPARED = 120
"""Characters."""
MOST_COMPARED = 16
"""Words, also those that a question may have or not."""
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
_JOINED = re.compile(r"\b(?:[وبفك]ال|لل|ال)(?=\w{3})")
"""What Arabic writes in one piece with a noun: the, and the, with the, for the."""
_ENDING = re.compile(r"(?<=\w{3})(?:ات|(?<!s)s)\b")


def words_of(text: str) -> frozenset[str]:
    """The words that say something; all words where none does. What is too long to be compared word
    by word is one more, which has a digit: it has to be the same.
    """
    compared, rest = _cut(text.casefold())
    whole = plain(_NOT.sub(" not", _CONTRACTED.sub("", compared))).split()
    telling = " ".join(word for word in whole if word not in _FILLERS)
    words = _stems(telling).split() or whole
    if rest:
        words.append(f"0{sha256(rest.encode()).hexdigest()}")
    return frozenset(words)


def _cut(text: str) -> tuple[str, str]:
    """Where a word ends, if one does there."""
    head = text[:LONGEST_COMPARED]
    if len(head) < len(text):
        head = head.rpartition(" ")[0] or head
    head = " ".join(head.split(" ", MOST_COMPARED)[:MOST_COMPARED])
    return head, text[len(head) :].strip()


def is_same(one: Set[str], other: Set[str]) -> bool:
    """Whether these are the words of one question."""
    fewer, more = sorted((one, other), key=len)
    spelled = fewer - more
    if not fewer or len(fewer) < ENOUGH * len(more) or len(spelled) > MOST_TYPOS:
        return False
    if _telling(one) != _telling(other):
        return False
    left = set(more - fewer)
    for word in sorted(spelled):
        match = next((each for each in sorted(left) if _reads(word, each)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def key_of(text: str, product_id: UUID | None) -> bytes:
    """A digest that the same words about the same product share, in whatever order."""
    about = product_id.bytes if product_id else b""
    return sha256(about + " ".join(sorted(words_of(text))).encode()).digest()


def _stems(words: str) -> str:
    """Without what Arabic joins in front, and without the endings of plurals."""
    return _ENDING.sub("", _JOINED.sub("", words))


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


_NEVER = frozenset(_stems(plain(_DENIALS)).split())
_FILLERS = frozenset(word for words in _SAID_ALONG for word in plain(words).split())
