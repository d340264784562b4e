"""Wire models of `delivery`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showfloor.delivery.rules import HIGHEST, LONGEST_DAYS, MOST_STEPS
from showfloor.delivery.types import Step, Terms
from showfloor.kit.fields import Line
from showfloor.kit.schemas import Day, MoneyOut, Shown, Words, id_with

Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Days = Annotated[int, Field(ge=0, le=LONGEST_DAYS)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class NameIn(_Strict):
    en: Line
    ar: Line


class StepIn(_Strict):
    """From goods of the value `from_value` on delivery costs `price`; minor units."""

    from_value: int = Field(ge=0, le=HIGHEST)
    price: int = Field(ge=0, le=HIGHEST)


class DeliveryOptionIn(_Strict):
    """`steps` begin at zero and rise; `free_from` null: it always costs something. Days are working
    days of the market: `handling_days` until the parcel leaves, `days_from` to `days_to` on the
    way.
    """

    name: NameIn
    countries: list[Country] = Field(min_length=1, max_length=250)
    currency: str = Field(pattern="^[A-Z]{3}$")
    steps: list[StepIn] = Field(min_length=1, max_length=MOST_STEPS)
    free_from: int | None = Field(None, ge=1, le=HIGHEST)
    handling_days: Days = 0
    days_from: Days
    days_to: Days

    def value(self) -> Terms:
        return Terms(
            name=self.name.model_dump(),
            countries=tuple(self.countries),
            currency=self.currency,
            steps=tuple(Step(step.from_value, step.price) for step in self.steps),
            free_from=self.free_from,
            handling_days=self.handling_days,
            days_from=self.days_from,
            days_to=self.days_to,
        )


class StepOut(Shown):
    from_value: int
    price: int


class DeliveryOptionOut(Shown):
    id: Annotated[str, id_with("dlv")]
    name: Words
    countries: list[str]
    currency: str
    steps: list[StepOut]
    free_from: int | None
    handling_days: int
    days_from: int
    days_to: int


class DeliveryOptions(BaseModel):
    """The list's key `items`."""

    items: list[DeliveryOptionOut]


class DeliveryOfferOut(BaseModel):
    """What an option means for some goods today; `earliest` to `latest` is when they arrive."""

    id: str
    name: Words
    price: MoneyOut
    earliest: Day
    latest: Day


class DeliveryPreview(BaseModel):
    """`delivered`: whether a buyer in that country can order at all."""

    delivered: bool
    offers: list[DeliveryOfferOut]
