"""What others may know of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CollectionPoint(StrEnum):
    """Every way in which a person gives data. A new one stands here first."""

    GUEST_CHECKOUT = "guest_checkout"
    STUDIO_SIGN_IN = "studio_sign_in"
    ACCOUNT = "account"
    API = "api"


@dataclass(frozen=True, slots=True)
class Admission:
    """Proof that `identity.service.admit` let this person give data at this door.

    Made nowhere else (tests/architecture).
    """

    point: CollectionPoint
    declared_adult_at: datetime


class GrantKind(StrEnum):
    """What a grant is about; the subject is the merchant's or creator's id."""

    MERCHANT = "merchant"
    CREATOR = "creator"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in, with what they were granted."""

    id: UUID
    name: str
    email: str
    merchant_ids: frozenset[UUID]
    creator_id: UUID | None
    is_operator: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `token` goes into the cookie, `csrf` into the header of every change."""

    person: Person
    token: str
    csrf: str
    expires_at: datetime
