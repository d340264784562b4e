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


def _digit(least: int, most: int) -> str:
    """A digit between the two, Latin, Arabic, Persian or full-width: what `\\d` finds and people
    type.
    """
    zeros = map(ord, "0٠۰０")
    return f"[{''.join(f'{chr(zero + least)}-{chr(zero + most)}' for zero in zeros)}]"


_DATE = (
    rf"(?<!\w)(?:{_digit(0, 2)}\d|{_digit(3, 3)}{_digit(0, 1)})(?P<sign>[./-])"
    rf"(?:{_digit(0, 0)}{_digit(1, 9)}|{_digit(1, 1)}{_digit(0, 2)})(?P=sign)\d\d(?:\d\d)? "
    rf"(?:(?:{_digit(0, 1)}\d|{_digit(2, 2)}{_digit(0, 3)})[.:]|\d:){_digit(0, 5)}\d(?!\d)"
)
"""Day, month and year with a time after them."""
_PHONE = re.compile(
    rf"(?P<date>{_DATE})"
    r"|(?:(?<![\d+＋])[+＋] ?\(?|(?<![\w+])[0٠۰０]{2} ?)[^\D0٠۰０](?:[ .()/-]{0,2}\d){6,13}(?!\d)"
    r"|(?<!\w)\(?[0٠۰０][^\D0٠۰０](?:[ .()/-]{0,2}\d){7,10}(?![\d-])"
)
"""A number as it is dialled from abroad (ITU-T E.164: 7 to 14 digits after `+` or `00`), or in its
own country with the zero in front (9 to 12 digits). Without either it could be the number of an
order. A date with a time has as many digits, and no number begins within it.
"""
_STEPS = range(1, 5)
"""Between a size and the next."""
_PAIRS = re.compile(r"\d\d(?: \d\d)++")


def cover_private(text: str) -> str:
    """The text with `COVER` in the place of each address, card number and telephone number."""
    return _PHONE.sub(_unless_date_or_sizes, _CARD.sub(_covered, _MAIL.sub(COVER, text)))


def _covered(found: re.Match[str]) -> str:
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
    return COVER if passes_luhn(digits) else found[0]


def _unless_date_or_sizes(found: re.Match[str]) -> str:
    return found[0] if found["date"] or _is_sizes(found[0]) else COVER


def _is_sizes(text: str) -> bool:
    """`06 08 10 12 14`: each is as much more than the one before, and not much."""
    if not _PAIRS.fullmatch(text):
        return False
    pairs = [int(pair) for pair in text.split()]
    steps = {more - less for less, more in itertools.pairwise(pairs)}
    return len(steps) == 1 and steps.pop() in _STEPS


def passes_luhn(digits: list[int]) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1 annex B); a number of one digit repeated is
    no card.
    """
    if len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
