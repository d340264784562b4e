"""Wire models of `viewers`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from showfloor.identity.schemas import AgeIn
from showfloor.kit.fields import Email
from showfloor.kit.schemas import Time
from showfloor.kit.text import clean_digits

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


class EnterIn(BaseModel):
    """What the mail carried: its `link`, or its `code` beside the `sign_in` that was answered to
    the request. `as_token`: the session's token is in the answer instead of a cookie, for frames in
    which browsers keep no cookies of ours.
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


class ViewerSessionOut(BaseModel):
    """`current`: the one that asks. `browser` is empty where it did not say."""

    id: str
    current: bool
    browser: str
    created_at: Time
    expires_at: Time


class ViewerSessionsOut(BaseModel):
    sessions: list[ViewerSessionOut]
