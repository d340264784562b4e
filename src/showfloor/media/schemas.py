"""Wire models of `media`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from showfloor.kit.fields import OptionalTitle, Title
from showfloor.kit.schemas import Time
from showfloor.kit.text import clean_code
from showfloor.media.types import DestinationState

Address = Annotated[str, AfterValidator(clean_code), Field(max_length=500)]
Key = Annotated[str, AfterValidator(clean_code), Field(min_length=1, max_length=500)]


class NewDestination(BaseModel):
    """`platform` is a code of `GET /platforms`; without `url` its own address is used."""

    model_config = ConfigDict(extra="forbid")
    platform: str = Field("custom", max_length=40)
    name: OptionalTitle = ""
    url: Address = ""
    key: Key


class DestinationChange(BaseModel):
    """Only what is given changes."""

    model_config = ConfigDict(extra="forbid")
    name: Title | None = None
    url: Address | None = None
    key: Key | None = None


class BrokenRuleOut(BaseModel):
    """A sentence `destination.rule.<code>` with `params`. `forbids`: it cannot be started."""

    code: str
    forbids: bool
    params: dict[str, str | int]
    source: str
    read_on: str | None
    source_url: str | None


class DestinationOut(BaseModel):
    """`key_hint` are the last characters of the key. The counts are since `streaming` began with
    it. `reason` is the code of what last went wrong, `detail` the network's own words.
    """

    id: str
    platform: str
    name: str
    url: str
    key_hint: str
    started: bool
    state: DestinationState
    since: Time | None
    bytes: int
    dropped: int
    reconnects: int
    slow: bool
    reason: str | None
    detail: str
    broken_rules: list[BrokenRuleOut]


class DestinationsOut(BaseModel):
    items: list[DestinationOut]


class PlatformOut(BaseModel):
    """`url` is empty where every account gets an address of its own."""

    code: str
    title: str
    url: str
    forbidden: bool


class PlatformsOut(BaseModel):
    items: list[PlatformOut]
