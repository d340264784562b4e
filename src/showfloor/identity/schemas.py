"""Wire models of `identity`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from showfloor.identity.types import (
    Action,
    AgeAnswer,
    BirthDate,
    CollectionPoint,
    GrantKind,
    Role,
    Scope,
    SecurityEvent,
)
from showfloor.kit.schemas import Time
from showfloor.kit.text import clean_line
from showfloor.privacy.schemas import AgeCaseOut, CaseFiguresOut, CasePolicyOut, OpenRequestOut

TEAM_PREFIXES = {GrantKind.MERCHANT: "mer", GrantKind.CREATOR: "cre"}
"""What the id of a team begins with."""
Label = Annotated[str, AfterValidator(clean_line), Field(min_length=1, max_length=100)]


class BornIn(BaseModel):
    """A date of birth in the Gregorian calendar. It becomes an age band before anything else
    happens, and is not stored.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    day: int = Field(ge=1, le=31, repr=False)
    month: int = Field(ge=1, le=12, repr=False)
    year: int = Field(ge=1, le=9999, repr=False)


class AgeIn(BaseModel):
    """How old the person is, in one of three ways, of which the first that is there counts."""

    model_config = ConfigDict(strict=True)
    born: BornIn | None = Field(None, description="what the person answered just now")
    admission: str | None = Field(
        None, max_length=200, repr=False, description="what `POST /admissions` answered"
    )
    adult: bool | None = Field(
        None,
        description=(
            "true: a program has asked the person and knows that they are an adult. A browser asks "
            "the person: there it means nothing"
        ),
    )

    def answer(self, country: str | None) -> AgeAnswer:
        typed = self.born
        born = BirthDate(typed.day, typed.month, typed.year) if typed else None
        return AgeAnswer(born, self.admission, self.adult, country)


class AdmissionIn(BaseModel):
    """`country` is where the goods go (ISO 3166-1 alpha-2), for the doors that sell."""

    model_config = ConfigDict(strict=True, extra="forbid")
    door: CollectionPoint = Field(strict=False)
    country: str | None = Field(None, pattern="^[A-Z]{2}$")
    born: BornIn


class AdmissionOut(BaseModel):
    """`admission` goes into the requests at the doors instead of a date, until the end of the next
    hour. It says the age band, the country and that hour, and is the same for everybody of whom
    these are the same.
    """

    admission: str


class SignInEmail(AgeIn):
    """What is read of a sign-in before the gate has decided."""

    email: str = ""


class SignIn(AgeIn):
    model_config = ConfigDict(strict=False)
    email: str = Field(max_length=254)
    password: str = Field(max_length=200)


class PersonOut(BaseModel):
    id: str
    name: str


class MembershipOut(BaseModel):
    """A team that the person belongs to: a merchant's (`mer_…`) or a creator's (`cre_…`); or a
    show (`show_…`) whose chat they moderate.
    """

    team: str
    role: Role
    may: list[Action]


class SessionOut(BaseModel):
    """`may` is what the person's roles allow in any of their teams: what a page offers."""

    person: PersonOut
    csrf: str
    merchants: list[str]
    creator: str | None
    operator: bool
    teams: list[MembershipOut]
    may: list[Action]


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


class DoorCountOut(BaseModel):
    """Refusals at a door within seven days; None for fewer than 20, which may point at somebody."""

    door: CollectionPoint
    refused: int | None


class SafetyOut(BaseModel):
    """What waits for an operator, the nearest deadline first, and how it went."""

    now: Time
    cases: list[AgeCaseOut]
    figures: CaseFiguresOut
    requests: list[OpenRequestOut]
    gate: list[DoorCountOut]
    policy: CasePolicyOut


class SecurityRecordOut(BaseModel):
    """`by` is who did it to the person; null where they did it themselves, and for the command
    line.
    """

    id: int
    at: Time
    event: SecurityEvent
    person: str | None
    by: str | None
    about: str


class SecurityLogOut(BaseModel):
    records: list[SecurityRecordOut]
