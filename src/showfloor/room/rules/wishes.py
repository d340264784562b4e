"""Whether somebody says in the chat which product of the show they want: `12 M`, `mine 12`,
`حجز ١٢ M`.

What is said must be a wish from its first word to its last: one word that is none of a wish's makes
all of it ordinary talk. A number alone is no wish (an age, a price, an answer to the host), and
neither is a question. A wish is a number with the name of an option of that very product (`12 M`),
or with a word that claims it (`mine 12`), with options or without. Where the words may mean
something else (`I want 12`, `2 red please`: so many pieces? `12 42`: a sum?) the wish is not clear,
and its writer is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from showfloor.catalog.types import Product
from showfloor.room.rules.names import as_typed, plain
from showfloor.shows.types import LAST_ITEM_NUMBER

LONGEST_WISH = 60
"""Characters."""
MOST_PIECES = 99
"""That are read; how many one person may hold is decided where they are held."""
MOST_HELD = 10
"""By one person: a number up to this may be how many they want (as `stock` has it, says a test)."""
_MOST_WORDS_OF_OPTION = 4

_TALK = re.compile(r"[?؟%٪$£€¥﷼:;؛=<>@/\\^~&\"|]|\d[.,٫٬،'’-]\d")
"""Signs of questions, prices, times, shares, sums, links and names; numbers of several parts."""
_TOKEN = re.compile(r"(?<!\d)[2-9]-?x(?:s|l|small|large)(?![^\W_])|\d+|[^\W\d_]+|[+×*#]")
"""Sizes that begin with a digit are one: `2XL` is no item 2 in XL."""
_APOSTROPHES = str.maketrans("", "", "'’")


class Said(IntEnum):
    """How a number was made a wish."""

    WITH_OPTION = 0
    """By nothing but the name of an option."""
    WANTED = 1
    """By words that other sentences have, too, or by a number of pieces."""
    CLAIMED = 2
    """By a word that is said for nothing else."""


@dataclass(frozen=True, slots=True)
class Wished:
    """What stands in a text. `words` are what is said of options, each as `plain` writes it."""

    item_number: int
    quantity: int
    words: tuple[str, ...]
    said: Said
    is_doubtful: bool = False
    """The number may be something else than a product's, and no word claims it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The variants of the product that were meant. Clear: one, and nothing else can be meant."""

    skus: tuple[str, ...]
    is_clear: bool


def _phrases(*texts: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(plain(text.translate(_APOSTROPHES)).split()) for text in texts)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in plain(text).split())


_CLAIMS_BEFORE = _phrases(
    "sold", "mine", "claim", "claiming", "hold", "dibs", "dibs on",
    "حجز", "احجز", "احجزي", "احجزلي", "احجز لي", "احجزي لي", "حجزت", "ابي احجز", "اريد حجز",
    "ابغى احجز", "عايز احجز", "عايزة احجز", "بدي احجز", "هذا لي", "هذه لي",
)  # fmt: skip
_CLAIMS_BEHIND = _phrases(
    "mine", "is mine", "claim", "dibs", "حجز", "احجزلي", "احجز لي", "هذا لي", "هذه لي"
)
_WANTS_BEFORE = _phrases(
    "I want", "want", "I'll take", "I take", "I'd like", "I would like", "I need", "I'll have",
    "buy", "I buy", "buying", "I'll buy", "I want to buy", "order", "I'd like to order",
    "can I have", "can I get",
    "اريد", "أبغى", "ابغا", "ابي", "أبا", "عايز", "عايزة", "عاوز", "عاوزة", "بدي", "أطلب", "طلب",
    "اشتري", "أريد شراء", "آخذ", "باخذ", "خذ", "هات", "ودي", "نبي", "بغيت", "لي",
)  # fmt: skip
_WANTS_BEHIND = _phrases("for me", "لي")
_MARKERS = _words("item number no nr", "رقم الرقم المنتج القطعة نمرة") | {"#"}
"""Before the number."""
_POLITE = _words(
    "please pls plz thanks thx", "من فضلك لو سمحت سمحتي سمحتوا رجاء شكرا",
)  # fmt: skip
_OF_OPTIONS = _words("size colour color", "مقاس المقاس قياس القياس لون اللون بلون باللون حجم الحجم")
"""Said of the number behind the wish's own; before a number they make that one a size."""
_LINKS = _words("hi hello hey in the one", "مرحبا السلام عليكم هلا واحد واحدة حبة قطعة")
"""Said beside a claim; a number with them alone is talk (`12 in the red`)."""
_TIMES = frozenset("x×*+")
_COUNTED = _words("qty quantity", "عدد العدد الكمية")
"""Before how many pieces."""
_PIECES = _words("x pc pcs piece pieces", "حبات قطع حبة قطعة")
"""Behind how many pieces."""
_COUNTS: Mapping[str, int] = {
    word: count
    for count, words in (
        (2, _words("two", "حبتين قطعتين اثنين ثنتين")),
        (3, _words("three", "ثلاث ثلاثة")),
    )
    for word in words
}
_SAME = tuple(
    _words(names)
    for names in (
        "xs xsmall extrasmall", "s small صغير صغيرة سمول", "m medium med وسط متوسط متوسطة ميديم",
        "l large كبير كبيرة لارج", "xl xlarge extralarge اكسلارج",
        "xxl 2xl xxlarge 2xlarge", "xxxl 3xl xxxlarge 3xlarge", "xxs 2xs xxsmall 2xsmall",
        "red أحمر حمراء حمرا", "blue أزرق زرقاء زرقا", "green أخضر خضراء خضرا",
        "black أسود سوداء سودا", "white أبيض بيضاء بيضا", "yellow أصفر صفراء صفرا",
        "grey gray رمادي رمادية", "pink وردي وردية زهري", "brown بني بنية", "beige بيج",
        "orange برتقالي برتقالية", "purple violet بنفسجي بنفسجية", "navy كحلي كحلية",
        "gold golden ذهبي ذهبية", "silver فضي فضية",
    )
)  # fmt: skip
"""Names that say the same, as people type them."""
_TOO_COMMON = _words("with without yes no none", "مع بدون دون من نعم لا")
"""Names of options that other sentences have, too: alone behind a number they are talk (`12 no`).
"""
_KNOWN = frozenset(name for names in _SAME for name in names)


def read_wish(text: str) -> Wished | None:
    """What a message may wish for, before anybody knows the product; None for ordinary talk."""
    if len(text) > LONGEST_WISH:
        return None
    seen = as_typed(text)
    if _TALK.search(seen):
        return None
    tokens = [token.replace("-", "") for token in _TOKEN.findall(seen.translate(_APOSTROPHES))]
    at, before = _lead(tokens)
    if at >= len(tokens) or not _is_item_number(tokens[at]):
        return None
    rest = _tail(tokens[at + 1 :])
    if rest is None:
        return None
    item_number = int(tokens[at])
    said, linked = max(before.said, rest.said), before.linked or rest.linked
    is_doubtful = said is not Said.CLAIMED and (
        item_number <= MOST_HELD or (rest.is_number and _OF_OPTIONS.isdisjoint(tokens))
    )
    if rest.counted and said is Said.WITH_OPTION:
        said = Said.WANTED
    if said is Said.WITH_OPTION and (linked or not rest.words):
        return None
    return Wished(item_number, rest.quantity, rest.words, said, is_doubtful)


def choose(wished: Wished, product: Product) -> Choice | None:
    """Which variants of the product with this number are meant; None where the words behind the
    number are none of its options, and what was said is no wish after all.
    """
    is_claimed = wished.said is not Said.WITH_OPTION
    named = _named(wished.words, _values(product, parts=is_claimed))
    others = [word for word, meant in named if not meant]
    if others and not (is_claimed and set(others) <= _KNOWN | _name_of(product)):
        return None
    meant = [found for _, found in named if found]
    if not is_claimed and _TOO_COMMON.issuperset(word for word, _ in named):
        return None
    # Of two sizes nobody knows which one it is: those fit that are most of what was said.
    fits = [
        sum(bool(found & set(variant.options.items())) for found in meant)
        for variant in product.variants
    ]
    most = max(fits, default=0)
    skus = tuple(
        variant.sku for variant, fit in zip(product.variants, fits, strict=True) if fit == most
    )
    if not skus:
        return None
    is_sure = not set(others) & _KNOWN and (wished.said is Said.CLAIMED or bool(meant))
    is_sure = is_sure and not wished.is_doubtful
    return Choice(skus, is_sure and len(skus) == 1 and most == len(meant))


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands on one side of the number."""

    said: Said = Said.WITH_OPTION
    linked: bool = False
    counted: bool = False
    quantity: int = 1
    words: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether nothing but digits was said of options."""
        return bool(self.words) and all(word.isdigit() for word in self.words)


def _is_item_number(token: str) -> bool:
    return token.isdigit() and len(token) <= len(str(LAST_ITEM_NUMBER)) and int(token) > 0


def _lead(tokens: Sequence[str]) -> tuple[int, _Around]:
    """Where the number should stand, and what was said before it."""
    at, said, linked = 0, Said.WITH_OPTION, False
    while at < len(tokens) and not tokens[at].isdigit():
        claim, want = _begins(tokens, at, _CLAIMS_BEFORE), _begins(tokens, at, _WANTS_BEFORE)
        if claim and claim >= want:
            at, said = at + claim, Said.CLAIMED
        elif want:
            at, said = at + want, max(said, Said.WANTED)
        elif tokens[at] in _MARKERS | _POLITE | _LINKS:
            linked = linked or tokens[at] in _LINKS
            at += 1
        else:
            return len(tokens), _Around()
    return at, _Around(said, linked)


def _tail(tokens: Sequence[str]) -> _Around | None:
    """What was said behind the number; None where two numbers of pieces are."""
    at, said, linked, words = 0, Said.WITH_OPTION, False, list[str]()
    counts = list[int]()
    while at < len(tokens):
        token, following = tokens[at], tokens[at + 1 : at + 2]
        number = following[0] if following and following[0].isdigit() else None
        claim, want = _begins(tokens, at, _CLAIMS_BEHIND), _begins(tokens, at, _WANTS_BEHIND)
        if claim:
            at, said = at + claim, Said.CLAIMED
        elif want:
            at, said = at + want, max(said, Said.WANTED)
        elif number is not None and (token in _TIMES or token in _COUNTED):
            at, counts = at + 2, [*counts, int(number[:4])]
        elif token.isdigit() and _is_counted(tokens, at):
            at, counts = at + 2, [*counts, int(token[:4])]
        elif token in _COUNTS:
            at, counts = at + 1, [*counts, _COUNTS[token]]
        elif token in _LINKS | _POLITE | _OF_OPTIONS:
            at, linked = at + 1, linked or token in _LINKS
        else:
            words.append(token)
            at += 1
    if len(counts) > 1 or any(not 0 < count <= MOST_PIECES for count in counts):
        return None
    return _Around(said, linked, bool(counts), counts[0] if counts else 1, tuple(words))


def _is_counted(tokens: Sequence[str], at: int) -> bool:
    """Whether this number is one of pieces: `3 pcs`, `3 x`, and not the 42 of `42 x2`."""
    behind, next_one = [*tokens[at + 1 : at + 3], "", ""][:2]
    return behind in _PIECES and not (behind in _TIMES and next_one.isdigit())


def _begins(tokens: Sequence[str], at: int, phrases: frozenset[tuple[str, ...]]) -> int:
    """How many tokens the longest phrase has that stands there."""
    for length in range(min(5, len(tokens) - at), 0, -1):
        if tuple(tokens[at : at + length]) in phrases:
            return length
    return 0


_Meant = frozenset[tuple[str, str]]
"""Values of options, by axis and code: in a product `rose` may be a colour and a scent."""


def _values(product: Product, *, parts: bool) -> dict[str, _Meant]:
    """By what people type for them: their names, names that say the same and, with `parts`, a word
    of a name that no other value has. Codes are none: nobody sees them.
    """
    whole: dict[str, set[tuple[str, str]]] = {}
    part: dict[str, set[tuple[str, str]]] = {}
    for axis in product.options:
        for value in axis.values:
            meant = (axis.code, value.code)
            for key in _keys(value.name.values()):
                whole.setdefault(key, set()).add(meant)
            for word in _parts(value.name.values()):
                part.setdefault(word, set()).add(meant)
    only = {word: meant for word, meant in part.items() if parts and len(meant) == 1}
    return {key: frozenset(meant) for key, meant in (only | whole).items()}


def _keys(names: Iterable[str]) -> set[str]:
    keys = {_joined(plain(name)) for name in names}
    return {key for key in keys if key}.union(*(same for same in _SAME if same & keys))


def _parts(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        words = plain(name).split()
        yield from (word for word in words if len(word) > 1 and not word.isdigit())


def _name_of(product: Product) -> frozenset[str]:
    """Its words, with the Arabic article and without."""
    words = _words(*product.name.values())
    return words | {f"ال{word}" for word in words}


def _named(words: Sequence[str], values: Mapping[str, _Meant]) -> list[tuple[str, _Meant | None]]:
    """The words with the values that they name, the longest names first."""
    named: list[tuple[str, _Meant | None]] = []
    at = 0
    while at < len(words):
        for length in range(min(_MOST_WORDS_OF_OPTION, len(words) - at), 0, -1):
            typed = "".join(words[at : at + length])
            if meant := values.get(typed) or values.get(typed.removeprefix("ال")):
                named.append((typed, meant))
                at += length
                break
        else:
            named.append((words[at], None))
            at += 1
    return named


def _joined(text: str) -> str:
    return text.replace(" ", "")
