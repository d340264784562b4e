"""Wire models of `offers`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from showfloor.kit.fields import Title
from showfloor.kit.schemas import Moment, MoneyOut, Shown, Time, Words, id_with
from showfloor.kit.text import LONGEST_SKU
from showfloor.offers.types import (
    COUNTDOWN_MS,
    RUN_MS,
    ClaimState,
    CouponKind,
    CouponState,
    DropState,
)
from showfloor.offers.types.waiting import PlaceState

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


class AskedDropOut(DropOut):
    product: Words


class AskedDropsOut(BaseModel):
    """For the seller of several products: each drop with the name of its product."""

    drops: list[AskedDropOut]


LONGEST_VALID_S = 90 * 24 * 3600


class CouponName(BaseModel):
    """What people read, in both languages."""

    model_config = ConfigDict(extra="forbid")
    en: Title
    ar: Title


class NewCoupon(BaseModel):
    """Off goods of `merchant_id`, all that are on the shelf or those named. `value` is in minor
    units of the show's currency, or in hundredths of a percent, by `kind`; `minimum` is what these
    goods have to cost together. It is good for `valid_s` seconds after its start, or until
    `valid_until`: one of the two. A claim that is not used within `keep_s` is free for others.
    """

    model_config = ConfigDict(extra="forbid")
    merchant_id: str
    name: CouponName
    kind: CouponKind
    value: int = Field(ge=1, le=10**12)
    product_ids: list[str] = Field(default_factory=list, max_length=50)
    minimum: int = Field(0, ge=0, le=10**12)
    quota: int = Field(ge=1, le=MOST_UNITS)
    per_person: int = Field(1, ge=1, le=MOST_PER_PERSON)
    first_order: bool = False
    followers: bool = False
    valid_s: int | None = Field(None, ge=60, le=LONGEST_VALID_S)
    valid_until: Moment | None = None
    keep_s: int | None = Field(None, ge=60, le=LONGEST_VALID_S)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind is CouponKind.PERCENT and self.value > 9_000:
            raise PydanticCustomError("percent_too_high", "at most 90 percent")
        if self.per_person > self.quota:
            raise PydanticCustomError("limit_above_units", "no more for a person than there are")
        if (self.valid_s is None) == (self.valid_until is None):
            raise PydanticCustomError("valid_once", "either for how long, or until when")
        return self


class CouponYes(BaseModel):
    """`floor`: no line of an order goes below this part of its price, in hundredths of a percent;
    0 where any price is fine.
    """

    model_config = ConfigDict(extra="forbid")
    floor: int = Field(0, ge=0, le=9_999)


class CouponTerms(BaseModel):
    """Sentences, in both languages, in the same order."""

    en: list[str]
    ar: list[str]


class _CouponOut(BaseModel):
    id: Annotated[str, id_with("cpn")]
    show_id: Annotated[str, id_with("show")]
    name: Words
    off: Words
    minimum: MoneyOut | None
    quota: int
    left: int
    ends_at: Time | None
    terms: CouponTerms


class CouponOut(_CouponOut):
    """For the show's team and the seller. `claimed` are all that were given out and have not
    lapsed, `used` those that were paid with.
    """

    merchant_id: Annotated[str, id_with("mer")]
    seller: Words
    state: CouponState
    agreed: bool
    claimed: int
    used: int


class CouponsOut(BaseModel):
    coupons: list[CouponOut]


class ClaimOut(BaseModel):
    """A coupon that somebody has. `token` is a secret: it is shown with a purchase, and takes the
    coupon off. It is good until `until`.
    """

    token: str
    coupon_id: Annotated[str, id_with("cpn")]
    state: ClaimState
    until: Time


class ShownCoupon(_CouponOut):
    """For everybody: `off` says what it takes off, `left` how many can still be claimed. `needs` is
    who it is for, if not for everybody. `claim` is what the account that asks has claimed.
    """

    claimable: bool
    needs_following: bool
    claim: ClaimOut | None = None


class ShownCoupons(BaseModel):
    """The one with which the show's card is about; null where there was none."""

    coupon: ShownCoupon | None


class WaitIn(BaseModel):
    """What somebody wants to wait for: an option that the show sells and that is sold out."""

    model_config = ConfigDict(extra="forbid")
    sku: str = Field(min_length=1, max_length=LONGEST_SKU)


class WaitToken(BaseModel):
    """Out of a mail."""

    model_config = ConfigDict(extra="forbid")
    token: str = Field(min_length=1, max_length=200)


class HeldPiece(BaseModel):
    """What is held for somebody who waited, until `until`; more is added once, when paying begins.
    `hold_id` changes whenever it is taken to a purchase (`POST /waits/{wait_id}/hold`).
    """

    hold_id: Annotated[str, id_with("hold")]
    until: Time


class WaitOut(BaseModel):
    """A place in line. `number` counts from 1, for the one who is next; null when they do not wait
    any more. `choice` is what they chose of the product, empty where there is nothing to choose.
    `held` is null but while `state` is `offered`. The log of the list is at `log_url`, and
    `record` is the number in it with which this place was taken.
    """

    id: Annotated[str, id_with("wait")]
    show_id: Annotated[str, id_with("show")]
    slug: str
    product_id: Annotated[str, id_with("prod")]
    sku: str
    product: Words
    choice: Words
    state: PlaceState
    number: int | None
    joined_at: Time
    held: HeldPiece | None
    log_url: str
    record: int


class WaitsOut(BaseModel):
    waits: list[WaitOut]
