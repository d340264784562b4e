"""Names to write under, and which of them read like somebody else's.

Two names that a reader cannot tell apart have the same skeleton (Unicode UTS 39 §4), so a name is
compared by it: with compatibility forms folded, marks taken off, and letters of other scripts that
look like Latin ones replaced by these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence, Set

from showfloor.kit.text import clean_line
from showfloor.room.rules.private import COVER, cover_private
from showfloor.room.rules.words import thin_marks

LONGEST_NAME = 30
"""Characters."""
ROLES = (
    "host",
    "moderator",
    "mod",
    "admin",
    "administrator",
    "official",
    "support",
    "customer service",
    "customer care",
    "staff",
    "team",
    "seller",
    "merchant",
    "showfloor",
    "system",
    "operator",
    "مضيف",
    "المضيف",
    "مضيفة",
    "مقدم",
    "المقدم",
    "المقدمة",
    "مقدمة",
    "مشرف",
    "المشرف",
    "مشرفة",
    "المشرفة",
    "ادارة",
    "الادارة",
    "الدعم",
    "البائع",
    "التاجر",
    "النظام",
    "خدمة العملاء",
    "المتجر",
    "فريق",
    "الرسمي",
    "الرسمية",
)
"""Words that say what somebody is: what our badges say, and what people would believe."""
_FILLERS = ("the", "real", "your", "our", "customer", "service", "care", "shop", "store")
"""Words that make nobody of the team by themselves, but stand beside those that do."""
_LETTERS = ("L", "M", "N", "Z")
_MARKS_IN_NAMES = " .'’-_&\u200c\u200d"
_INVISIBLE = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Letters by their category that draw nothing (Unicode: Default_Ignorable_Code_Point)."""
_UNSEEN = dict.fromkeys(map(ord, _INVISIBLE))
_MOST_REMEMBERED = 5000
"""Letters: more than anybody writes with."""
_LOOK_ALIKES = {
    # Letters of other scripts, and digits in their place, by the letter that they look like.
    "a": "аɑαа4@ᴀ",
    "b": "ьвßβᏏƄ8ʙ",
    "c": "сϲᴄⅽⲥ¢",
    "d": "ԁɗժᏧⅾ",
    "e": "еєҽεёє3℮ꬲ",
    "f": "ғƒϝք",
    "g": "ɡցԍ9",
    "h": "һհнᏂ",
    "i": "іıιɩӏӀ1!|lјjⅰ",
    "k": "кκᴋ",
    "m": "мᴍ",
    "n": "пոռηᴨɴ",
    "o": "оοօσ0ⲟ٥ᴏө",
    "p": "рρⲣᴘ",
    "q": "ԛզ",
    "r": "гᴦяʀ",
    "s": "ѕꜱ5$",
    "t": "тτᴛ7+",
    "u": "υսцᴜʋ",
    "v": "ѵνᴠ",
    "w": "ѡԝωшᴡ",
    "x": "хχⅹ",
    "y": "уүγʏ",
    "z": "ᴢʐ2",
    "ي": "ىیئے",
    "ك": "کڪ",
    "ه": "ةہھۀە",
    "ا": "أإآٱى",
    "و": "ؤۋ",
}
# Capitals that look like others than their small letters do.
_CAPITALS = str.maketrans("ΒΕΖΗΙΚΜΝΡΤΥΧ", "BEZHIKMNPTYX")
_FOLDED = {ord(other): letter for letter, others in _LOOK_ALIKES.items() for other in others}
_FOLDED[ord("ى")] = "ي"
_ARABIC_FORMS = {ord(other): letter for letter in "وهيكا" for other in _LOOK_ALIKES[letter]}
_ARABIC_FORMS[ord("ى")] = "ي"
"""Forms of one Arabic letter that people type for each other, and the letter that stands for them.
"""
_APART = re.compile(r"[\W_]+")
_PAIRS = (("rn", "m"), ("vv", "w"))


def clean_name(text: str) -> str:
    """One line of letters, digits and the marks that names have; empty for what is none.

    Symbols go: a tick or a shield beside a name would read as a badge. What is covered in messages
    goes as well, also where symbols stood between its digits.
    """
    line = thin_marks(unicodedata.normalize("NFC", clean_line(_without_private(text))))
    kept = "".join(
        letter
        for letter in line
        if letter not in _INVISIBLE
        and (unicodedata.category(letter)[0] in _LETTERS or letter in _MARKS_IN_NAMES)
    )
    name = clean_line(_without_private(kept)).strip(" .'’-_&")
    return name if any(unicodedata.category(letter)[0] == "L" for letter in name) else ""


def _without_private(text: str) -> str:
    return cover_private(text).replace(COVER, " ")


def skeleton(text: str) -> str:
    """What names that look the same have in common; words stay apart by a blank."""
    return in_words(bare(text).translate(_FOLDED))


class _Letters(dict[int, str]):
    """A table for `str.translate` that asks once for each letter that comes: the letters in its
    place, or none.
    """

    def __init__(self, written: Callable[[str], str]) -> None:
        super().__init__()
        self._written = written

    def __missing__(self, code: int) -> str:
        written = self._written(chr(code))
        if len(self) < _MOST_REMEMBERED:
            self[code] = written
        return written


def _drawn(letter: str) -> str:
    is_mark = unicodedata.category(letter) in ("Mn", "Me", "Cf") or letter == "\u0640"
    return "" if is_mark else letter


def _typed(letter: str) -> str:
    if letter.isdigit():
        return str(unicodedata.digit(letter, letter))
    return _ARABIC_FORMS.get(ord(letter), letter)


_DRAWN = _Letters(_drawn)
_TYPED = _Letters(_typed)


def bare(text: str) -> str:
    """Small letters without marks, tatweel and what draws nothing, in compatibility forms."""
    if text.isascii():
        return text.casefold()
    seen = text.translate(_UNSEEN)
    folded = unicodedata.normalize("NFKD", seen).translate(_CAPITALS).casefold()
    return folded.translate(_DRAWN)


def as_typed(text: str) -> str:
    """Small letters, each Arabic letter in one form, digits as in Latin; signs stay as they are."""
    return bare(text).translate(_TYPED)


def plain(text: str) -> str:
    """As `as_typed`, with words apart by a blank and no signs."""
    return in_words(as_typed(text))


def in_words(text: str) -> str:
    """Letters and digits, with one blank in the place of all else."""
    return _APART.sub(" ", text).strip()


def _joined(words: Sequence[str]) -> str:
    """One word, with pairs of letters that look like one replaced by it."""
    text = "".join(words)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text


_ROLES = frozenset(_joined(skeleton(role).split()) for role in ROLES)
_WITH_ROLES = _ROLES | {_joined([skeleton(word)]) for word in _FILLERS}


def is_reserved(name: str, of_team: Iterable[str]) -> bool:
    """Whether a reader would take it for one of the team: it has a role's word in it, or somebody's
    name (all of it, or the first word alone), in whatever letters, with blanks or without, and with
    a number behind it.
    """
    team = [skeleton(other).split() for other in of_team]
    typed = (skeleton(name).split(), skeleton(name.rstrip("0123456789 .'-_&")).split())
    return any(
        _has_role(words, team) or any(_reads_like(words, each) for each in team) for words in typed
    )


def _has_role(words: Sequence[str], team: Iterable[Sequence[str]]) -> bool:
    """By a word of its own, or in one with other words of that kind: `linasupport`."""
    alone = {_joined(words), *(_joined([word]) for word in words)}
    if alone & _ROLES:
        return True
    names = {_joined(each[:count]) for each in team if each for count in (1, len(each))}
    return any(_is_made_of(word, _WITH_ROLES | names, _ROLES | names) for word in alone)


def _is_made_of(text: str, parts: Set[str], telling: Set[str]) -> bool:
    """Whether these words alone make up the text, and one of them is a telling one."""
    whole = {0: False}
    for end in range(1, len(text) + 1):
        ways = [whole[at] or text[at:end] in telling for at in whole if text[at:end] in parts]
        if ways:
            whole[end] = any(ways)
    return whole.get(len(text), False)


def _reads_like(words: Sequence[str], other: Sequence[str]) -> bool:
    if not other:
        return False
    if len(other) > 1:
        return _joined(other) in _joined(words) or _joined(words) == _joined(other[:1])
    return _joined(other) in (_joined(words), *(_joined([word]) for word in words))
