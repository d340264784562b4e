"""Values of viewers' accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import AccountAge
from showfloor.markets.types import Band
from showfloor.merchants.types import Creator
from showfloor.shows.types import Show


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who has an account to watch and buy. `key` opens what is encrypted for them."""

    id: UUID
    email: str = field(repr=False)
    language: str
    age: AccountAge
    created_at: datetime
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewViewer:
    """An account to be stored: `lookup` finds it by its address, `email` is encrypted. `limited_at`
    is since when its age is doubted.
    """

    id: UUID
    lookup: bytes
    email: bytes
    language: str
    band: Band
    declared_at: datetime
    created_at: datetime
    limited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A mail that was asked for. `email` is encrypted for this row."""

    id: UUID
    lookup: bytes
    email: bytes
    language: str
    band: Band
    declared_at: datetime
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignInLetter:
    """What the mail says. `link` goes behind the `#` of the account page's address."""

    email: str = field(repr=False)
    language: str
    code: str = field(repr=False)
    link: str = field(repr=False)
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where goods go. `country` is ISO 3166-1 alpha-2."""

    name: str
    line1: str
    line2: str | None
    city: str
    postal_code: str | None
    country: str


@dataclass(frozen=True, slots=True)
class KeptAddress:
    """An address in an account, and when it was last bought with."""

    id: UUID
    place: Place = field(repr=False)
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """One mail about one show. `follows`: its reader follows the host; otherwise they asked for
    this one.
    """

    id: UUID
    show_id: UUID
    email: str = field(repr=False)
    language: str
    follows: bool
    token: str = field(repr=False)
    """With which its reader stops all that are like it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of what a viewer is reminded: hosts with their next show, and single shows still to come."""

    hosts: tuple[tuple[Creator, Show | None], ...]
    shows: tuple[tuple[Show, Creator], ...]


@dataclass(frozen=True, slots=True)
class ViewerSession:
    """A browser that is signed in; its owner recognises it by `browser`."""

    id: UUID
    browser: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """A new session. `token` goes into the cookie, `csrf` into the header of every change."""

    viewer: Viewer
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    expires_at: datetime
