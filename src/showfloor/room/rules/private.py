"""What must not stand in a chat, in what people write and in the names that they write under:
numbers of payment cards and of telephones, and addresses of mail.

They are covered before anything is stored, so that nobody ever sees them. Of the show's team
nothing is covered: it may name its own.
"""

from __future__ import annotations

import itertools
import re

COVER = "•••"
_MAIL = re.compile(
    r"[\w.+-]{1,64}(?:@| ?[(\[]at[)\]] ?)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}", re.IGNORECASE
)
_CARD = re.compile(r"(?<!\d)(?:\d{12,19}|\d{4}(?:[ .-]\d{4}){2,3}|\d{4}[ .-]\d{6}[ .-]\d{5})(?!\d)")
"""12 to 19 digits (ISO/IEC 7812-1), in one piece or in the groups that stand on cards."""
_PHONE = re.compile(
    r"(?:(?<![\d+＋])[+＋] ?\(?|(?<![\w+])[0٠۰０]{2} ?)[^\D0٠۰０](?:[ .()/-]{0,2}\d){6,13}(?!\d)"
    r"|(?<!\w)(?!\d\d([./-])\d\d\1\d\d(?:\d\d)? )(?!(?<=\b\d\d[./-])\d\d[./-]\d\d(?:\d\d)?(?!\d))"
    r"\(?[0٠۰０][^\D0٠۰０](?:[ .()/-]{0,2}\d){7,10}(?![\d-])"
)
"""A number as it is dialled from abroad (ITU-T E.164: 7 to 14 digits after `+` or `00`), or in its
own country with the zero in front (9 to 12 digits), which is no date. Without either it could be
the number of an order.
"""
_PAIRS = re.compile(r"\d\d(?: \d\d)++")


def cover_private(text: str) -> str:
    """The text with `COVER` in the place of each address, card number and telephone number."""
    return _PHONE.sub(_unless_sizes, _CARD.sub(_covered, _MAIL.sub(COVER, text)))


def _covered(found: re.Match[str]) -> str:
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
    return COVER if passes_luhn(digits) else found[0]


def _unless_sizes(found: re.Match[str]) -> str:
    """`06 08 10 12 14` is a row of sizes: each is as much more than the one before."""
    if _PAIRS.fullmatch(found[0]):
        pairs = [int(pair) for pair in found[0].split()]
        if len({more - less for less, more in itertools.pairwise(pairs)}) == 1:
            return found[0]
    return COVER


def passes_luhn(digits: list[int]) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1 annex B); a number of one digit repeated is
    no card.
    """
    if len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
