"""What must not stand in a chat, in what people write and in the names that they write under:
numbers of payment cards and of telephones, and addresses of mail.

They are covered before anything is stored, so that nobody ever sees them. Of the show's team
nothing is covered: it may name its own.
"""

from __future__ import annotations

import itertools
import re

import phonenumbers

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
_WITHOUT_ZERO = ("US", "ES")
"""Countries whose numbers are dialled within them without a zero in front; `US` stands for all of
the North American plan.
"""
_GROUPS = re.compile(
    r"(?<!\d)(?<!\d[ .-])\(?\d{3}(?:\) ?|[ .-])"
    r"(?:\d{3}[ .-]\d{3,4}|\d{2}(?:[ .-]\d{2}){2})(?![ .-]?\d)"
)
"""As such numbers are written. Nine or ten digits in one piece could be an order's."""
_MOST_ASKED = 6
"""Numbers of one message that are looked up, which takes a part of a millisecond each. Who writes
more of them has all covered.
"""


def cover_private(text: str) -> str:
    """The text with `COVER` in the place of each address, card number and telephone number."""
    covered = _PHONE.sub(_unless_date_or_sizes, _CARD.sub(_covered, _MAIL.sub(COVER, text)))
    if len(_GROUPS.findall(covered)) > _MOST_ASKED:
        return _GROUPS.sub(COVER, covered)
    return _GROUPS.sub(_if_given_out, covered)


def _if_given_out(found: re.Match[str]) -> str:
    """Covered when one of the countries has given such a number out. Groups that all end with the
    same digit are prices: `699 749 799`.
    """
    if len({group[-1] for group in re.findall(r"\d+", found[0])}) == 1:
        return found[0]
    return COVER if any(_is_number_in(region, found[0]) for region in _WITHOUT_ZERO) else found[0]


def _is_number_in(region: str, text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


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
