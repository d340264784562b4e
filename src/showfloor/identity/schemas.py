"""Wire models of `identity`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from showfloor.identity.types import Scope, SecurityEvent
from showfloor.kit.schemas import Time
from showfloor.kit.text import clean_line

Label = Annotated[str, AfterValidator(clean_line), Field(min_length=1, max_length=100)]


class SignIn(BaseModel):
    email: str = Field(max_length=254)
    password: str = Field(max_length=200)
    adult: bool | None = None


class PersonOut(BaseModel):
    id: str
    name: str


class SessionOut(BaseModel):
    person: PersonOut
    csrf: str
    merchants: list[str]
    creator: str | None
    operator: bool


class ChangePassword(BaseModel):
    current: str = Field(max_length=200)
    new: str = Field(max_length=200)


class OpenSessionOut(BaseModel):
    """`current`: the one that asks."""

    id: str
    current: bool
    created_at: Time
    expires_at: Time


class SessionsOut(BaseModel):
    sessions: list[OpenSessionOut]


class NewKeyIn(BaseModel):
    """What a key is called, what it may be used for, and for how long."""

    label: Label
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    days: int = Field(365, ge=1, le=3650)


class NewKeyOut(BaseModel):
    key: str


class KeyOut(BaseModel):
    id: str
    label: str
    scopes: list[Scope]
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None


class KeysOut(BaseModel):
    keys: list[KeyOut]


class SecurityRecordOut(BaseModel):
    id: int
    at: Time
    event: SecurityEvent
    person: str | None
    about: str


class SecurityLogOut(BaseModel):
    records: list[SecurityRecordOut]
