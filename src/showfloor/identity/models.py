"""Tables of `identity`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
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


class GrantRow(Base):
    __tablename__ = "person_grant"
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="cascade"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)


class SessionRow(Base):
    __tablename__ = "sign_in_session"
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="cascade"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiKeyRow(Base):
    __tablename__ = "api_key"
    key_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="cascade"), index=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
