"""What others may know of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.markets.types import Band, Capability
from showfloor.privacy.types import Request
from showfloor.privacy.types.cases import AgeCase, Figures, Policy


class CollectionPoint(StrEnum):
    """Every way in which a person gives data. A new one stands here first."""

    GUEST_CHECKOUT = "guest_checkout"
    STUDIO_SIGN_IN = "studio_sign_in"
    ACCOUNT = "account"
    API = "api"
    CHAT = "chat"
    VIEWER_ACCOUNT = "viewer_account"

    @property
    def capability(self) -> Capability:
        """What a person must be allowed to do for their data to be taken here."""
        own = {
            "guest_checkout": Capability.BUY,
            "chat": Capability.CHAT,
            "viewer_account": Capability.ACCOUNT,
        }
        return own.get(self, Capability.HOST)


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A day as somebody typed it, on its way to becoming a band: never stored, logged or sent on,
    and no part of any text.
    """

    day: int = field(repr=False)
    month: int = field(repr=False)
    year: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgeAnswer:
    """What a request says about the person's age, in one of three ways.

    `admission` is what an earlier answer got. `adult` is a program's word for somebody it asked
    itself. `country`, ISO 3166-1 alpha-2, is where the goods go; None where nobody knows.
    """

    born: BirthDate | None = None
    admission: str | None = field(default=None, repr=False)
    adult: bool | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """Proof that `identity.service` let this person give data at this door.

    Made nowhere else (tests/architecture).
    """

    point: CollectionPoint
    declared_adult_at: datetime
    band: Band = Band.ADULT


@dataclass(frozen=True, slots=True)
class AccountAge:
    """What somebody said about their age when their account was made, and when that was. While
    `is_limited`, it is doubted: the band is the youngest.
    """

    band: Band
    said_at: datetime
    is_limited: bool = False


@dataclass(frozen=True, slots=True)
class DoorCount:
    """How often a door refused in the last seven days, in all markets; None where so seldom that it
    may point at somebody.
    """

    door: CollectionPoint
    refused: int | None


@dataclass(frozen=True, slots=True)
class Safety:
    """What operators look at: open cases and requests, the nearest deadline first."""

    cases: tuple[AgeCase, ...]
    figures: Figures
    requests: tuple[Request, ...]
    gate: tuple[DoorCount, ...]
    policy: Policy


@dataclass(frozen=True, slots=True)
class GateCount:
    """How often a door refused in one hour: all that a refusal leaves behind."""

    hour: datetime
    market: str
    door: CollectionPoint
    refused: int


class GrantKind(StrEnum):
    """What a grant is about; the subject is the id of the merchant, the creator or the show."""

    MERCHANT = "merchant"
    CREATOR = "creator"
    SHOW = "show"
    OPERATOR = "operator"


class Role(StrEnum):
    """What a member of a team is there for. `roles.json` says which team has which role, and what
    each may do.
    """

    OWNER = "owner"
    ORDERS = "orders"
    CATALOG = "catalog"
    READ_ONLY = "read_only"
    PRODUCER = "producer"
    HOST = "host"
    MODERATOR = "moderator"
    ANALYST = "analyst"
    OPERATOR = "operator"

    @classmethod
    def _missing_(cls, value: object) -> Role | None:
        """How `catalog` was spelled before migration 0044: a process of the version before may
        have stored it while that ran.
        """
        return cls.CATALOG if value == "catalogue" else None


class Action(StrEnum):
    """What a route does, as far as a role decides it."""

    ORDERS_READ = "orders.read"
    ORDERS_FULFIL = "orders.fulfil"
    ORDERS_REFUND = "orders.refund"
    CATALOG_READ = "catalog.read"
    CATALOG_WRITE = "catalog.write"
    SELLER_READ = "seller.read"
    SELLER_MANAGE = "seller.manage"
    DEVELOPERS_MANAGE = "developers.manage"
    MONEY_READ = "money.read"
    MONEY_MANAGE = "money.manage"
    TEAM_READ = "team.read"
    TEAM_MANAGE = "team.manage"
    SHOW_READ = "show.read"
    SHOW_FIGURES = "show.figures"
    SHOW_PLAN = "show.plan"
    SHOW_RUN = "show.run"
    SHOW_CONNECT = "show.connect"
    RECORDING_MANAGE = "recording.manage"
    CAPTIONS_WRITE = "captions.write"
    CHAT_WRITE = "chat.write"
    CHAT_MODERATE = "chat.moderate"
    PLATFORM_MANAGE = "platform.manage"


@dataclass(frozen=True, slots=True)
class Grant:
    """A membership: somebody has this role for a merchant, a creator, one show, or the
    installation.
    """

    kind: GrantKind
    subject_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Team:
    """The people of one merchant or one creator, or those who help in one show."""

    kind: GrantKind
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team, as the others of it see them. `language` is that of mails to them; None
    for who never said.
    """

    person_id: UUID
    name: str
    email: str
    role: Role
    is_disabled: bool
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An address that may come into a team once, until `expires_at`. `language` is that of the
    mail.
    """

    id: UUID
    team: Team
    role: Role
    email: str
    language: str
    invited_by: UUID
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What whoever has the link learns: who asks, and whether the address has an account."""

    invitation: Invitation
    inviter: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class RoleTable:
    """`roles.json`. `tags` say what a route reads and changes by its tag, `routes` by its name,
    which comes first. No role decides about the tags of `everybody`.
    """

    version: str
    roles: Mapping[GrantKind, Mapping[Role, frozenset[Action]]]
    tags: Mapping[str, tuple[Action, Action]]
    routes: Mapping[str, Action]
    everybody: frozenset[str]


class Scope(StrEnum):
    """What an API key may be used for."""

    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    CATALOG_WRITE = "catalog:write"
    MERCHANT_WRITE = "merchant:write"
    SHOWS_RUN = "shows:run"
    CAPTIONS_WRITE = "captions:write"
    WEBHOOKS_WRITE = "webhooks:write"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in, with what they were granted.

    In a request `merchant_ids`, `creator_id`, `show_ids` and `is_operator` are those for which the
    person's role may do what the route does (`Action`); `grants` are all memberships, whatever they
    allow. `show_ids` are shows in which they help, not those that they host.
    `scopes` are those of the key that acts for the person; None for the person's own session.
    """

    id: UUID
    name: str
    email: str
    merchant_ids: frozenset[UUID]
    creator_id: UUID | None
    is_operator: bool
    scopes: frozenset[Scope] | None = None
    grants: tuple[Grant, ...] = ()
    show_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class NewPerson:
    """An account to be stored."""

    id: UUID
    email: str
    name: str
    password_hash: str
    declared_adult_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is compared with; the hash of a person who was erased is empty."""

    id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that is signed in."""

    id: UUID
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be stored."""

    id: UUID
    digest: bytes
    label: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its owner sees it: never the secret."""

    id: UUID
    label: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class SecurityEvent(StrEnum):
    """What the security log says."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SESSIONS_ENDED = "sessions_ended"
    PERSON_ADDED = "person_added"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    GRANTED = "granted"
    GRANT_REVOKED = "grant_revoked"
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    KEY_ADDED = "key_added"
    KEY_REVOKED = "key_revoked"
    ORIGIN_ALLOWED = "origin_allowed"
    ORIGIN_FORBIDDEN = "origin_forbidden"
    CREATOR_ALLOWED = "creator_allowed"
    CREATOR_FORBIDDEN = "creator_forbidden"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_REMOVED = "webhook_removed"
    WEBHOOK_SECRET_MADE = "webhook_secret_made"  # noqa: S105 - the name of an event
    PAYOUTS_EXPORTED = "payouts_exported"
    CONTACT_READ = "contact_read"
    CASE_DECIDED = "case_decided"


@dataclass(frozen=True, slots=True)
class SecurityRecord:
    """One line of the security log. `person_id` is None where nobody has the address. `by_id` is
    who did it to them: None where they did it themselves, and for the command line.
    """

    id: int
    at: datetime
    event: SecurityEvent
    person_id: UUID | None
    by_id: UUID | None
    about: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `token` goes into the cookie, `csrf` into the header of every change."""

    person: Person
    token: str
    csrf: str
    expires_at: datetime
