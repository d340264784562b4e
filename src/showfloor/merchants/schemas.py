"""Models of the JSON interface of `merchants`: teams."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from showfloor.identity.schemas import AgeIn, Label
from showfloor.identity.types import Role
from showfloor.kit.fields import Email
from showfloor.kit.schemas import Time, Words


class MemberOut(BaseModel):
    """`own`: whoever asks."""

    id: str
    name: str
    email: str
    role: Role
    own: bool


class InvitationOut(BaseModel):
    id: str
    email: str
    role: Role
    expires_at: Time


class TeamOut(BaseModel):
    """`roles` are those that a member may have, the one with most rights first."""

    name: Words
    roles: list[Role]
    members: list[MemberOut]
    invitations: list[InvitationOut]


class InvitationIn(BaseModel):
    """`language` is that of the mail."""

    model_config = ConfigDict(extra="forbid")
    email: Email
    role: Role
    language: Literal["en", "ar"]


class RoleIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: Role


class TokenIn(BaseModel):
    """What stands behind the `#` of an invitation's link."""

    token: str = Field(max_length=200, repr=False)


class JoinIn(AgeIn, TokenIn):
    name: Label
    password: str = Field(max_length=200, repr=False)


class InvitedOut(BaseModel):
    """An invitation to whoever has its link. `has_account`: the address signs in to accept."""

    team: Words
    kind: Literal["merchant", "creator", "show", "operator"]
    role: Role
    email: str
    inviter: str
    has_account: bool
