"""Identifiers: UUID version 7 (RFC 9562 §5.7) but for a few that nobody may guess, shown to people
with a prefix that says what they name: `hold_0192…`.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import uuid_utils

from showfloor.kit.errors import NotFound

_EPOCH = datetime.fromtimestamp(0, UTC)
_DIGITS = re.compile(r"[0-9a-fA-F]{32}")


class MalformedId(NotFound, ValueError):
    """The text is not an identifier of the expected kind: to the caller, a thing that does not
    exist.
    """


def new() -> UUID:
    """A new identifier; later ones sort after earlier ones."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def unguessable() -> UUID:
    """An identifier of 122 random bits (RFC 9562 §5.4), where knowing it is the right to read what
    it names. It says nothing of its time and sorts nowhere.
    """
    return uuid4()


def is_unguessable(value: UUID) -> bool:
    """Whether `unguessable` made it."""
    return value.version == 4


def made_at(value: UUID) -> datetime:
    """The moment in an identifier (RFC 9562 §5.7), to the millisecond."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)


def after(moment: datetime) -> UUID:
    """Sorts after every identifier that `new` made up to this moment, to the millisecond."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return UUID(int=(milliseconds + 1) << 80)


def encode(prefix: str, value: UUID) -> str:
    """`encode("hold", id)` is `hold_` and 32 hexadecimal digits."""
    return f"{prefix}_{value.hex}"


def parse(prefix: str, text: str) -> UUID:
    """The inverse of `encode`; raises MalformedId."""
    head, _, digits = text.rpartition("_")
    # UUID would also read signs, blanks, `0x` and the digits of other scripts.
    if head != prefix or _DIGITS.fullmatch(digits) is None:
        raise MalformedId
    return UUID(hex=digits)


def secret(size: int = 24) -> str:
    """A random token of `size` bytes, safe in a URL and a header."""
    return secrets.token_urlsafe(size)


def digest(token: str) -> bytes:
    """What is stored instead of a random token. Fast on purpose: the tokens have 192 bits,
    passwords go elsewhere.
    """
    return sha256(token.encode()).digest()
