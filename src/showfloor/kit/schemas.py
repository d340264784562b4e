"""Wire models that every module's `schemas.py` shares, named as the front end knows them
(frontend/contract.ts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from showfloor.kit import clock, ids
from showfloor.kit.fields import Line, OptionalLine, PostalCode
from showfloor.kit.messages import LANGUAGES
from showfloor.kit.money import Money

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def _rfc3339(value: object) -> object:
    return clock.rfc3339(value) if isinstance(value, datetime) else value


Time = Annotated[str, BeforeValidator(_rfc3339), Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339, as `clock.rfc3339` writes it; a datetime becomes it. A text, so that nothing reads it
and writes it otherwise.
"""


def _iso_date(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


Day = Annotated[str, BeforeValidator(_iso_date), Field(json_schema_extra={"format": "date"})]
"""A date of the calendar (RFC 3339 full-date); a date becomes it."""


def _in_utc(moment: datetime) -> datetime:
    """Within a day of year 1 or 9999 some offsets lead out of the calendar, here or later on."""
    if not 1971 <= moment.year <= 9000:
        raise PydanticCustomError("out_of_range", "a time between the years 1971 and 9000")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time that somebody sends: RFC 3339 with an offset. A UTC datetime inside."""


_moment = TypeAdapter(Moment)


def parse_moment(text: str) -> datetime:
    """A text as a Moment; raises ValueError."""
    return _moment.validate_python(text)


def id_with(prefix: str) -> BeforeValidator:
    """For an id that is a text on the wire: a UUID becomes `<prefix>_…`."""
    return BeforeValidator(
        lambda value: ids.encode(prefix, value) if isinstance(value, UUID) else value
    )


def fields_of(value: DataclassInstance) -> dict[str, object]:
    """The fields of a frozen value by name, as they are: a view that adds to them names no field
    twice.
    """
    return {field.name: getattr(value, field.name) for field in fields(value)}


class Shown(BaseModel):
    """A wire model that is read from the attributes of the value of the same shape."""

    model_config = ConfigDict(from_attributes=True)


class Words(BaseModel):
    """The same words in every language."""

    en: str
    ar: str


def _in_every_language(words: object) -> object:
    """What was not written in a language is shown in the first in which it was: better than
    nothing.
    """
    if not isinstance(words, Mapping) or not words:
        return words
    there = next(words[lang] for lang in LANGUAGES if lang in words)
    return {lang: words.get(lang, there) for lang in LANGUAGES}


EveryLanguage = Annotated[Words, BeforeValidator(_in_every_language)]
"""For words that somebody may have written in one language alone."""


class AddressIn(BaseModel):
    """Where goods go."""

    model_config = ConfigDict(strict=True, extra="forbid")
    name: Line
    line1: Line
    line2: OptionalLine | None = None
    city: Line
    postal_code: PostalCode | None = None
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")


class MoneyOut(Shown):
    """Minor units: 1999 USD is 19.99 US dollars."""

    amount: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> Self:
        return cls(amount=money.amount, currency=money.currency)


class MalformedField(BaseModel):
    """`path` leads into the request: `body/lines/0/sku`."""

    path: str
    problem: str


class RefusedLine(BaseModel):
    """What a refusal says of a SKU: how many may be held (sold_out,
    network_limit_reached), or what it costs now
    (price_changed).
    """

    sku: str
    available: int | SkipJsonSchema[None] = None
    quantity: int | SkipJsonSchema[None] = None
    unit_price: MoneyOut | SkipJsonSchema[None] = None
    total: MoneyOut | SkipJsonSchema[None] = None


class Problem(BaseModel):
    """Every refusal (RFC 9457). `code` is stable; `detail` is a sentence in the reader's language
    that says what to do.

    The other members come with some codes only.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: list[MalformedField] | SkipJsonSchema[None] = Field(
        None, description="with validation_failed"
    )
    lines: list[RefusedLine] | SkipJsonSchema[None] = Field(
        None, description="with sold_out, network_limit_reached and price_changed"
    )
    total: MoneyOut | SkipJsonSchema[None] = Field(
        None, description="with price_changed: the sum now"
    )
    skus: list[str] | SkipJsonSchema[None] = Field(None, description="with not_for_sale")
    hold_id: str | SkipJsonSchema[None] = Field(None, description="with already_held")
    door: str | SkipJsonSchema[None] = Field(None, description="with adult_declaration_required")
    wait_s: int | SkipJsonSchema[None] = Field(
        None, description="with writing_too_fast: seconds, as in Retry-After"
    )
