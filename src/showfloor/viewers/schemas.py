"""Wire models of `viewers`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from showfloor.identity.schemas import AgeIn
from showfloor.identity.types import CollectionPoint
from showfloor.kit.fields import Email
from showfloor.kit.schemas import EveryLanguage, Time, Words
from showfloor.kit.text import clean_digits, clean_paragraphs
from showfloor.privacy.schemas import LimitOut

Code = Annotated[str, AfterValidator(clean_digits), StringConstraints(max_length=40)]


class SignInAsk(AgeIn):
    """Who wants to sign in. Who may not have an account is refused before the address is looked
    at.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    email: Email


class SignInAskedOut(BaseModel):
    """A mail is on its way, if the address is one. `id` goes with the code that is typed here."""

    id: str
    expires_at: Time


class EnterIn(AgeIn):
    """What the mail carried: its `link`, or its `code` beside the `sign_in` that was answered to
    the request. `as_token`: the session's token is in the answer instead of a cookie, for frames in
    which browsers keep no cookies of ours. How old the person is, where a link makes a new account
    in another browser than the one it was asked for in.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    link: str | None = Field(None, min_length=1, max_length=100, repr=False)
    sign_in: str | None = Field(None, max_length=60)
    code: Code | None = Field(None, repr=False)
    as_token: bool = False


class ViewerOut(BaseModel):
    """Who is signed in. `csrf` goes into the header X-CSRF-Token of every change; `token` is null
    where the session is in a cookie.
    """

    id: str
    email: str
    language: str
    created_at: Time
    csrf: str
    token: str | None = None


class KeptAddressOut(BaseModel):
    id: str
    name: str
    line1: str
    line2: str | None
    city: str
    postal_code: str | None
    country: str


class KeptAddressesOut(BaseModel):
    """What the viewer keeps, the last that they bought with first."""

    addresses: list[KeptAddressOut]


class OwnAdmissionIn(BaseModel):
    """At which door, and for the doors that sell the country to which the goods go."""

    model_config = ConfigDict(strict=True, extra="forbid")
    door: CollectionPoint = Field(strict=False)
    country: str | None = Field(None, pattern="^[A-Z]{2}$")


class WantedShow(BaseModel):
    """A show that is still to come."""

    id: str
    slug: str
    title: EveryLanguage
    starts_at: Time | None


class FollowedHost(BaseModel):
    """`next_show` is the soonest that is planned."""

    creator_id: str
    name: Words
    avatar_url: str
    next_show: WantedShow | None


class WaitedForShow(WantedShow):
    host: Words


class WantedOut(BaseModel):
    """Of which shows a viewer is reminded by mail: of all of some hosts, and of single ones."""

    hosts: list[FollowedHost]
    shows: list[WaitedForShow]


class ViewerSessionOut(BaseModel):
    """`current`: the one that asks. `browser` is empty where it did not say."""

    id: str
    current: bool
    browser: str
    created_at: Time
    expires_at: Time


class ViewerSessionsOut(BaseModel):
    sessions: list[ViewerSessionOut]


class HoldingOut(BaseModel):
    """What one part of the shop knows of a viewer: `name` is that of its file in the archive."""

    name: str
    rows: list[dict[str, str | int | None]]


class OwnDataOut(BaseModel):
    """What is kept of a viewer, under their account and under the address it verified, but for what
    sellers noted about their orders and what nobody knows to be theirs.
    """

    holdings: list[HoldingOut]


class DataRequestIn(BaseModel):
    """What is wrong and how it should be, without which nobody can correct it; or which use of the
    data the viewer objects to and why, where nobody has to give a reason.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    kind: Literal["correct", "object"]
    text: Annotated[str, AfterValidator(clean_paragraphs), Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _says_what_is_wrong(self) -> Self:
        if self.kind == "correct" and not self.text:
            raise ValueError("a correction needs a text")
        return self


class DataRequestOut(BaseModel):
    """It is answered by `due_at`."""

    due_at: Time


class ViewerLimitOut(BaseModel):
    """`limit` is None for an account that is not limited."""

    limit: LimitOut | None


class SuspectIn(BaseModel):
    """Whose account it is."""

    model_config = ConfigDict(strict=True, extra="forbid")
    email: Email


class ReceiptOut(BaseModel):
    """A part of the shop that has erased; `rows` is how many of its rows in all."""

    name: str
    rows: int
    at: Time


class ErasureOut(BaseModel):
    """How far an erasure is. `token` is all that its owner has of it afterwards; `waiting` are the
    parts that have not erased everything yet: orders wait until what was paid has been sent,
    unfinished purchases until a payment under way is settled.
    """

    token: str
    asked_at: Time
    due_at: Time
    done_at: Time | None
    receipts: list[ReceiptOut]
    waiting: list[str]
