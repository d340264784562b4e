"""Pure decisions of `viewers`."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from showfloor.identity.types import AccountAge
from showfloor.kit.pace import Limit
from showfloor.kit.retention import lasts

SIGN_IN_LASTS = timedelta(minutes=15)
SESSION_LASTS = lasts("viewer_session")
"""Nobody types a code for each show; every session can be ended from any other."""
MOST_TRIES = 5
"""Codes that may be tried for one mail: with `MOST_MAILS` a stranger guesses one of a million
twenty-five times an hour.
"""
MOST_MAILS, MAILS_WITHIN = 5, timedelta(hours=1)
"""Mails to one address, whoever asks for them."""
FROM_ONE_NETWORK = Limit(3, MAILS_WITHIN.total_seconds())
"""Of these. A stranger cannot use up alone what the owner of the address needs."""
CODE_DIGITS = 6
REMIND_BEFORE = timedelta(hours=1)
"""Of a show that was planned; of any other when it goes on the air."""
MOST_FOLLOWED = 300
"""Hosts, and single shows beside them."""
MOST_A_DAY = 3
"""Mails about hosts whom a viewer follows. Of a show that they asked for they always get one."""
MOST_ADDRESSES = 10
"""A person's own, a few of family and work."""
_MAC_BYTES = 18
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Opera", re.compile(r"\b(?:OPR|OPX)/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_DEVICES = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("Mac", re.compile(r"\bMacintosh\b")),
    ("Linux", re.compile(r"\b(?:Linux|X11)\b")),
)


def lookup_of(secret: str, email: str) -> bytes:
    """By what an address is found again. Without the installation's secret nobody can try
    addresses against it, which a plain digest would allow.
    """
    return hmac.digest(secret.encode(), b"viewer address:" + email.encode(), sha256)


def code_of(secret: str, sign_in_id: UUID) -> str:
    """The digits of a mail: derived, so that no row holds them. The digest of so few would be
    undone in a second.
    """
    made = hmac.digest(secret.encode(), b"viewer code:" + sign_in_id.bytes, sha256)
    return f"{int.from_bytes(made[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def link_of(secret: str, sign_in_id: UUID) -> str:
    """What the link of a mail carries: derived, as the code is."""
    return urlsafe_b64encode(sign_in_id.bytes + _link_mac(secret, sign_in_id)).decode().rstrip("=")


def sign_in_of_link(secret: str, link: str) -> UUID | None:
    """None for what no mail of ours carried."""
    try:
        raw = urlsafe_b64decode(link + "=" * (-len(link) % 4))
    except ValueError:
        return None
    if len(raw) != 16 + _MAC_BYTES:
        return None
    sign_in_id = UUID(bytes=raw[:16])
    return sign_in_id if hmac.compare_digest(raw[16:], _link_mac(secret, sign_in_id)) else None


def may_be_reminded(age: AccountAge) -> bool:
    """Nobody writes to somebody who may be a child to make them come and buy."""
    return not age.is_limited


def reminder_token(secret: str, reminder_id: UUID) -> str:
    """What the link carries with which the reader of a mail stops all that are like it."""
    made = hmac.digest(secret.encode(), b"viewer reminder:" + reminder_id.bytes, sha256)
    return urlsafe_b64encode(reminder_id.bytes + made[:_MAC_BYTES]).decode().rstrip("=")


def reminder_of_token(secret: str, token: str) -> UUID | None:
    """None for what no mail of ours carried."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    if len(raw) != 16 + _MAC_BYTES:
        return None
    reminder_id = UUID(bytes=raw[:16])
    known = hmac.compare_digest(reminder_token(secret, reminder_id).encode(), token.encode())
    return reminder_id if known else None


def _link_mac(secret: str, sign_in_id: UUID) -> bytes:
    made = hmac.digest(secret.encode(), b"viewer link:" + sign_in_id.bytes, sha256)
    return made[:_MAC_BYTES]


def is_code(secret: str, sign_in_id: UUID, typed: str) -> bool:
    return hmac.compare_digest(code_of(secret, sign_in_id).encode(), typed.encode())


def csrf_of(session_token: str) -> str:
    """Derived from the cookie's secret; useless without the cookie."""
    return sha256(f"viewer csrf:{session_token}".encode()).hexdigest()


def browser_of(user_agent: str) -> str:
    """`Safari, iPhone`: enough for its owner, the same for millions of others."""
    found = [
        next((name for name, mark in kinds if mark.search(user_agent)), "")
        for kinds in (_BROWSERS, _DEVICES)
    ]
    return ", ".join(name for name in found if name)
