"""What must not stand in a chat whoever wrote it: numbers of payment cards and addresses of mail.

They are covered before anything is stored, so that nobody ever sees them.
"""

from __future__ import annotations

import re

COVER = "•••"
_MAIL = re.compile(
    r"[\w.+-]{1,64}(?:@| ?[(\[]at[)\]] ?)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}", re.IGNORECASE
)
_CARD = re.compile(r"(?<!\d)(?:\d{12,19}|\d{4}(?:[ .-]\d{4}){2,3}|\d{4}[ .-]\d{6}[ .-]\d{5})(?!\d)")
"""12 to 19 digits (ISO/IEC 7812-1), in one piece or in the groups that stand on cards."""


def cover_private(text: str) -> str:
    """The text with `COVER` in the place of each address and card number."""
    return _CARD.sub(_covered, _MAIL.sub(COVER, text))


def _covered(found: re.Match[str]) -> str:
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
    return COVER if passes_luhn(digits) else found[0]


def passes_luhn(digits: list[int]) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1 annex B); a number of one digit repeated is
    no card.
    """
    if len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
