"""Pure decisions of `identity`."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import inf

from showfloor.identity.types import BirthDate, CollectionPoint, DoorCount, GateCount, Scope
from showfloor.kit.retention import lasts
from showfloor.kit.text import clean_email
from showfloor.markets.types import Band

SESSION_LIFETIME = lasts("staff_session")
"""A working day; a show host signs in before the show."""


SHORTEST_PASSWORD = 12
"""Characters. Beside it only what guessers try first is refused: length is what helps."""
FEWEST_GUESSES = 1_000_000
"""A password that a guesser reaches sooner is common (zxcvbn's estimate)."""
REMEMBERED = 3600.0
"""Seconds for which a wrong password counts."""
FREE_GUESSES, FREE_OF_ALL = 3, 100
"""Wrong passwords at one account after which a stranger has to wait: those from the own address,
and those from all addresses together.
"""
LONGEST_OWN_DELAY, LONGEST_DELAY_OF_ALL = 900.0, 60.0
MOST_REMEMBERED = 50_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED_FOR = timedelta(hours=24)
"""For so long a browser that was refused is refused again."""
COUNTED = timedelta(days=7)
"""Refusals of the gate that operators see."""
SMALLEST_COUNT = 20
"""From here on a count about people is shown (trust.md CH-23)."""
FIRST_YEAR = 1900
"""Nobody alive was born earlier."""


def normalise_email(text: str) -> str:
    """Addresses are compared in lower case, without the marks of where they were copied."""
    return clean_email(text).lower()


def bare_email(text: str) -> str:
    """An address without the tag that many mail servers pass over (RFC 5233): `anna+shop@…` and
    `anna@…` are one mailbox.
    """
    local, at, domain = normalise_email(text).rpartition("@")
    return local.partition("+")[0] + at + domain


def csrf_of(session_token: str) -> str:
    """Derived from the cookie's secret, so that nothing more is stored; useless without the
    cookie.
    """
    return sha256(f"csrf:{session_token}".encode()).hexdigest()


def own_delay(wrong: int) -> float:
    """Seconds from the last wrong password until the next try, after so many from one address or
    device.
    """
    over = wrong - FREE_GUESSES
    return 0.0 if over < 0 else min(2.0 ** min(over, 20), LONGEST_OWN_DELAY)


def delay_of_all(wrong: int) -> float:
    """The same for all strangers together: it grows slowly, because the owner may be among them."""
    over = (wrong - FREE_OF_ALL) // 25
    return 0.0 if over < 0 else min(2.0 ** min(over, 20), LONGEST_DELAY_OF_ALL)


class WrongPasswords:
    """How often somebody was wrong lately. Bounded: the oldest are forgotten first."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def add(self, key: str, now: float) -> None:
        count, _ = self._lately(key, now)
        self._counts[key] = count + 1, now
        self._counts.move_to_end(key)
        if len(self._counts) > MOST_REMEMBERED:
            self._counts.popitem(last=False)

    def forget(self, key: str) -> None:
        self._counts.pop(key, None)

    def wait(self, key: str, delay: Callable[[int], float], now: float) -> float:
        """Seconds until the next try is allowed; 0 when it is allowed now."""
        count, last = self._lately(key, now)
        return max(0.0, delay(count) - (now - last))

    def _lately(self, key: str, now: float) -> tuple[int, float]:
        count, last = self._counts.get(key, (0, -inf))
        return (count, last) if now - last < REMEMBERED else (0, -inf)


def device_token(secret: str, account: str, nonce: str) -> str:
    """What a browser shows later to be told from strangers. It opens nothing by itself, and says
    nothing about the account to who has no secret.
    """
    signed = hmac.new(secret.encode(), f"device:{account}:{nonce}".encode(), sha256).hexdigest()
    return f"{nonce}.{signed}"


def device_of(secret: str, account: str, token: str | None) -> str | None:
    """The device's nonce when it signed in to this account before."""
    nonce, _, _ = (token or "").partition(".")
    expected = device_token(secret, account, nonce)
    known = hmac.compare_digest(expected.encode(), (token or "").encode())
    return nonce if known and nonce else None


_SCOPES: dict[str, tuple[Scope, Scope]] = {
    "orders": (Scope.ORDERS_READ, Scope.ORDERS_WRITE),
    "products": (Scope.CATALOG_WRITE, Scope.CATALOG_WRITE),
    "merchants": (Scope.MERCHANT_WRITE, Scope.MERCHANT_WRITE),
    "shows": (Scope.SHOWS_RUN, Scope.SHOWS_RUN),
    "captions": (Scope.CAPTIONS_WRITE, Scope.CAPTIONS_WRITE),
    "replays": (Scope.SHOWS_RUN, Scope.SHOWS_RUN),
    "chat": (Scope.SHOWS_RUN, Scope.SHOWS_RUN),
    "webhooks": (Scope.WEBHOOKS_WRITE, Scope.WEBHOOKS_WRITE),
    "ledger": (Scope.ORDERS_READ, Scope.ORDERS_WRITE),
}


def may_use(scopes: frozenset[Scope], tag: str, method: str) -> bool:
    """Whether a key with these scopes may be used for a route of this tag.

    Accounts and keys are for the person alone; who is signed in, anybody may ask and end. A tag
    that nobody thought of here takes a key with every scope.
    """
    safe = method in SAFE_METHODS
    if tag == "session":
        return True
    if tag == "account":
        return False
    if tag not in _SCOPES:
        return scopes == frozenset(Scope)
    return _SCOPES[tag][0 if safe else 1] in scopes


def band_of(born: BirthDate, today: date) -> Band:
    """Raises ValueError for a day that is none, or that nobody alive was born on.

    Who was born on 29 February is a year older on 1 March.
    """
    day = date(born.year, born.month, born.day)
    if not day.year >= FIRST_YEAR or day > today:
        raise ValueError("nobody was born then")
    had_birthday = (today.month, today.day) >= (day.month, day.day)
    age = today.year - day.year - (0 if had_birthday else 1)
    return _band_at(age)


def _band_at(age: int) -> Band:
    return max((band for band in Band if band.youngest <= age), key=lambda band: band.youngest)


def band_since(band: Band, said_on: date, today: date) -> Band:
    """The band of somebody who said on a day to be of `band`, by what must be true of them today.

    Nobody knows the birthday, so who has just reached a band counts as its youngest: the next band
    begins when the last of them is old enough, and never too early.
    """
    had_day = (today.month, today.day) >= (said_on.month, said_on.day)
    years = today.year - said_on.year - (0 if had_day else 1)
    return _band_at(band.youngest + max(0, years))


def admission_token(secret: str, band: Band, country: str, now: datetime) -> str:
    """What an answer gets: band, country and the end of the next hour, signed.

    It is the same for everybody of a band, a country and an hour, so it tells nobody from another.
    """
    until = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    text = f"{band}.{country}.{int(until.timestamp())}"
    return f"{text}.{_signature(secret, text)}"


def band_of_token(secret: str, token: str, country: str, now: datetime) -> Band | None:
    """None when the token is not ours, is over, or was given for another country."""
    text, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(secret, text).encode()):
        return None
    band, given_for, until = text.split(".")
    if given_for != country or now.timestamp() >= int(until):
        return None
    return Band(band)


def _signature(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), f"admission:{text}".encode(), sha256).hexdigest()


def refusal_mark(now: datetime) -> str:
    """What a refused browser keeps: the day, so everybody refused on it keeps the same."""
    return now.date().isoformat()


def is_refused(mark: str | None, now: datetime) -> bool:
    """Whether a browser with this mark was refused within a day, as far as the browser keeps its
    own time: a mark is that of today or of yesterday.
    """
    return mark in {refusal_mark(now), refusal_mark(now - REFUSED_FOR)}


def door_counts(counts: Iterable[GateCount], now: datetime) -> tuple[DoorCount, ...]:
    """Refusals of the last seven days by door, in all markets and hours: the smaller the cell, the
    sooner it points at somebody.
    """
    refused = dict.fromkeys(CollectionPoint, 0)
    for each in counts:
        if now - each.hour < COUNTED:
            refused[each.door] += each.refused
    return tuple(
        DoorCount(door, count if count >= SMALLEST_COUNT else None)
        for door, count in refused.items()
    )
