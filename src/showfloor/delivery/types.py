"""Delivery as others see it. Texts are {"en": …, "ar": …}."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from showfloor.kit.money import Money

Text = dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """From goods of this value on (minor units of the option's currency) delivery costs `price`."""

    from_value: int
    price: int


@dataclass(frozen=True, slots=True)
class Terms:
    """One way to be delivered. `countries` are ISO 3166-1 alpha-2; `steps` begin at zero;
    from goods of the value `free_from` on it costs nothing (None: never). `handling_days` pass
    before the parcel leaves, `days_from` to `days_to` on the way: working days.
    """

    name: Text
    countries: tuple[str, ...]
    currency: str
    steps: tuple[Step, ...]
    free_from: int | None
    handling_days: int
    days_from: int
    days_to: int


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    id: UUID
    merchant_id: UUID
    terms: Terms


@dataclass(frozen=True, slots=True)
class Offer:
    """What an option means for some goods today: they are handed over on `leaves` at the latest,
    and arrive from `earliest` to `latest`.
    """

    option: DeliveryOption
    price: Money
    earliest: date
    latest: date
    leaves: date

    @property
    def is_free(self) -> bool:
        return self.price.amount == 0
