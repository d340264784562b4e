"""Pure decisions of `identity`."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from showfloor.kit.text import clean_email

SESSION_LIFETIME = timedelta(hours=12)
"""A working day; a show host signs in before the show."""


SHORTEST_PASSWORD = 12
"""Characters. No other rule: length is what helps."""


def normalise_email(text: str) -> str:
    """Addresses are compared in lower case, without the marks of where they were copied."""
    return clean_email(text).lower()


def csrf_of(session_token: str) -> str:
    """Derived from the cookie's secret, so that nothing more is stored; useless without the
    cookie.
    """
    return sha256(f"csrf:{session_token}".encode()).hexdigest()
