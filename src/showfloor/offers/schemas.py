"""Wire models of `offers`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from showfloor.kit.schemas import MoneyOut, Shown, Time, id_with
from showfloor.kit.text import LONGEST_SKU
from showfloor.offers.types import COUNTDOWN_MS, RUN_MS, DropState

MOST_UNITS = 10_000
MOST_PER_PERSON = 10
"""As many as one line of a hold has at most."""


class NewDrop(BaseModel):
    """`price` is in minor units of the show's currency. It opens `opens_in_s` seconds after it was
    announced, and runs for `runs_s`.
    """

    model_config = ConfigDict(extra="forbid")
    product_id: str
    sku: str = Field(min_length=1, max_length=LONGEST_SKU)
    units: int = Field(ge=1, le=MOST_UNITS)
    per_person: int = Field(1, ge=1, le=MOST_PER_PERSON)
    price: int = Field(ge=1)
    opens_in_s: int = Field(ge=COUNTDOWN_MS[0] // 1000, le=COUNTDOWN_MS[1] // 1000)
    runs_s: int = Field(ge=RUN_MS[0] // 1000, le=RUN_MS[1] // 1000)

    @model_validator(mode="after")
    def _check_limit(self) -> Self:
        if self.per_person > self.units:
            raise PydanticCustomError("limit_above_units", "no more for a person than there are")
        return self


class DropOut(Shown):
    """For the show's team and the seller. `agreed`: the seller takes this price. The times are
    known once it is announced, `left` while it is, `sold` and the log at `log_url` when it has
    ended.
    """

    id: Annotated[str, id_with("drop")]
    show_id: Annotated[str, id_with("show")]
    product_id: Annotated[str, id_with("prod")]
    sku: str
    units: int
    per_person: int
    price: MoneyOut
    was: MoneyOut | None
    countdown_s: int
    runs_s: int
    state: DropState
    agreed: bool
    opens_at: Time | None
    closes_at: Time | None
    closed_at: Time | None
    left: int | None = None
    sold: int | None
    log_url: str | None = None


class DropsOut(BaseModel):
    drops: list[DropOut]
