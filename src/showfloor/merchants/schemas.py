"""Wire models of `merchants`: websites, creators, terms, teams."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from showfloor.identity.schemas import AgeIn, Label
from showfloor.identity.types import Role
from showfloor.kit.fields import Email
from showfloor.kit.schemas import Shown, Time, Words, id_with
from showfloor.kit.text import clean_code, clean_paragraphs
from showfloor.merchants.rules import LONGEST_TERMS
from showfloor.merchants.types import ReturnPayer, TermsKind, TermsText, WayBack


class Origin(BaseModel):
    origin: str = Field(max_length=253, examples=["https://www.brand.example"])


class Origins(BaseModel):
    origins: list[str]


class CreatorOut(BaseModel):
    id: str
    name: Words


class Creators(BaseModel):
    creators: list[CreatorOut]


class TermsTextOut(BaseModel):
    """In one language: the words, or the address of the page that has them."""

    text: str
    url: str


class TermsWords(BaseModel):
    en: TermsTextOut
    ar: TermsTextOut


class WayBackOut(BaseModel):
    """Who pays for sending goods back, and where they go; `address` empty: to the seller's own."""

    payer: ReturnPayer
    address: str


class TermsOut(Shown):
    """One version of what a seller lays down; whoever has its `id` reads it at `/terms/{id}`, now
    and later. `way_back` is said with the terms of returns; null: it was not, and the seller pays.
    """

    id: Annotated[str, id_with("trm")]
    kind: TermsKind
    version: int
    since: Time
    words: TermsWords
    way_back: WayBackOut | None


class TermsList(BaseModel):
    items: list[TermsOut]


class TermsTextIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    text: Annotated[str, AfterValidator(clean_paragraphs)] = Field("", max_length=LONGEST_TERMS)
    url: Annotated[str, AfterValidator(clean_code)] = Field("", max_length=500)


class WayBackIn(BaseModel):
    """Who pays for sending goods back, and where they go; `address` empty: to the seller's own."""

    model_config = ConfigDict(extra="forbid")
    payer: ReturnPayer
    address: Annotated[str, AfterValidator(clean_paragraphs)] = Field("", max_length=500)

    def value(self) -> WayBack:
        return {"payer": self.payer, "address": self.address}


class TermsIn(BaseModel):
    """Each language has a text, or the `url` (https) of the page that has it. `way_back` goes with
    the terms of returns.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    en: TermsTextIn
    ar: TermsTextIn
    way_back: Annotated[WayBackIn, Field(strict=False)] | None = None

    def value(self) -> dict[str, TermsText]:
        return {
            lang: {"text": said.text, "url": said.url}
            for lang, said in (("en", self.en), ("ar", self.ar))
        }


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
