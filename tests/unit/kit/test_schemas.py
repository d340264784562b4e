"""Wire models that all modules share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

from showfloor.kit.jobs import pause_after
from showfloor.kit.money import Money
from showfloor.kit.schemas import Moment, MoneyOut, Shown, Time, fields_of, id_with, parse_moment


class Sent(BaseModel):
    at: Moment


class Said(BaseModel):
    at: Time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T10:00:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23T10:00:00+03:00", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ("1971-01-01T00:00:00Z", datetime(1971, 1, 1, tzinfo=UTC)),
        ("9000-12-31T23:59:59-14:00", datetime(9001, 1, 1, 13, 59, 59, tzinfo=UTC)),
    ],
)
def test_time_with_an_offset_is_taken_in_utc(text: str, moment: datetime) -> None:
    taken = Sent(at=text).at  # type: ignore[arg-type] # pydantic reads the text

    assert taken == moment and taken.utcoffset() == timedelta(0)
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "1970-12-31T23:59:59Z",
        "9001-01-01T00:00:00Z",
        "2026-02-30T10:00:00Z",
        "tomorrow",
        "",
    ],
)
def test_time_that_nothing_can_be_counted_from_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Sent(at=text)  # type: ignore[arg-type] # the point of the test
    with pytest.raises(ValueError):
        parse_moment(text)


def test_time_leaves_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 23, 13, 0, 0, 1999, tzinfo=timezone(timedelta(hours=3)))

    assert Said(at=moment).at == "2026-11-23T10:00:00.001Z"  # type: ignore[arg-type] # it becomes a text
    assert Said(at="2026-11-23T10:00:00.001Z").at == "2026-11-23T10:00:00.001Z"


def test_money_is_minor_units_and_a_currency() -> None:
    assert MoneyOut.of(Money(1999, "KWD")).model_dump() == {"amount": 1999, "currency": "KWD"}


@dataclass(frozen=True)
class Thing:
    id: UUID
    name: str
    secret: str


def test_view_shows_its_own_fields_of_a_value_and_no_other() -> None:
    class View(Shown):
        id: Annotated[str, id_with("product")]
        name: str

    thing = Thing(UUID(int=7), "Mug", "hidden")

    assert View.model_validate(thing).model_dump() == {
        "id": "product_00000000000000000000000000000007",
        "name": "Mug",
    }


def test_fields_of_a_value_are_given_as_they_are() -> None:
    thing = Thing(UUID(int=7), "Mug", "hidden")

    assert fields_of(thing) == {"id": UUID(int=7), "name": "Mug", "secret": "hidden"}


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (50, 60), (10_000, 60)]
)
def test_job_that_keeps_failing_rests_longer_and_a_minute_at_most(
    attempts: int, seconds: float
) -> None:
    assert pause_after(attempts) == seconds


def test_money_of_one_currency_adds_up() -> None:
    assert Money(1999, "GBP") + Money(1, "GBP") == Money(2000, "GBP")
    assert Money(1999, "GBP") - Money(2000, "GBP") == Money(-1, "GBP")
    assert Money(1999, "GBP") * 3 == Money(5997, "GBP")
    assert Money(5, "JPY").as_json() == {"amount": 5, "currency": "JPY"}


@pytest.mark.parametrize("currency", ["", "gbp", "GB", "XXL", "€"])
def test_money_in_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 4217 currency"):
        Money(1, currency)


def test_money_is_not_taken_from_another_currency() -> None:
    with pytest.raises(ValueError, match="GBP and USD"):
        Money(1, "GBP") - Money(1, "USD")
