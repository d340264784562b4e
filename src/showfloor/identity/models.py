"""Tables of `identity`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal


class PersonRow(Base):
    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = personal("identity", unique=True)
    name: Mapped[str] = personal("identity")
    password_hash: Mapped[str] = personal("identity")
    declared_adult_at: Mapped[datetime]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    language: Mapped[str | None]


class GrantRow(Base):
    __tablename__ = "person_grant"
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="cascade"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]


class InvitationRow(Base):
    """Somebody who may come into a team. It is gone once they came, or nobody may any more."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "email"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    role: Mapped[str]
    email: Mapped[str] = personal("identity")
    language: Mapped[str]
    invited_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SessionRow(Base):
    __tablename__ = "sign_in_session"
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="cascade"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiKeyRow(Base):
    __tablename__ = "api_key"
    key_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="cascade"), index=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    scopes: Mapped[list[Any]]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SecurityRow(Base):
    """`about` holds ids and kinds; no foreign key, because the log outlives what it is about.
    `by_id` is who did it, where that is somebody else than `person_id`.
    """

    __tablename__ = "security_event"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[str]
    person_id: Mapped[UUID | None]
    by_id: Mapped[UUID | None]
    about: Mapped[str]


class GateCountRow(Base):
    """How often a door refused in an hour: nothing about anybody."""

    __tablename__ = "gate_count"
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    market: Mapped[str] = mapped_column(primary_key=True)
    door: Mapped[str] = mapped_column(primary_key=True)
    refused: Mapped[int]
