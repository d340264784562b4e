"""Wire models of `identity`."""

from __future__ import annotations

from pydantic import BaseModel, Field


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
