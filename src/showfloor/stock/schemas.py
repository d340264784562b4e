"""Wire models of `stock`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from showfloor.catalog.schemas import OptionAxisOut, PictureOut
from showfloor.kit.fields import OptionalLine, Sku
from showfloor.kit.schemas import EveryLanguage, MoneyOut, Shown, Time, id_with
from showfloor.kit.text import clean_line
from showfloor.markets.types import NoWithdrawal
from showfloor.stock.types import ChangeReason, ProductFilter

MOST = 1_000_000
"""Pieces; more is a slip of the keyboard."""


class BuyerLimit(BaseModel):
    """How many pieces of a SKU one buyer may have in a show, held and bought; null for no limit but
    the house's.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    sku: Sku
    buyer_limit: int | None = Field(ge=1, le=10_000)


class LeaseOut(BaseModel):
    """`left` of the `quantity` were not sold here since. `is_kept`: so many are still free."""

    quantity: int
    left: int
    until: Time
    is_kept: bool


class ReportOut(Shown):
    """What the merchant's own shop said last, and what was here then. Not `accepted`: it was said
    from an older state, and changed nothing.
    """

    said: int
    ours: int
    accepted: bool
    at: Time


class StockOut(BaseModel):
    """`in_stock` is what nobody bought, `held` of them somebody is about to buy. `short`: so many
    more were bought or are held than there are. `for_own_shop` may be sold elsewhere. `waiting`
    people wait in line for a piece. A count has to name the `version` that it was made of.
    """

    sku: str
    in_stock: int
    held: int
    short: int
    waiting: int
    for_own_shop: int
    version: int
    buyer_limit: int | None
    lease: LeaseOut | None
    report: ReportOut | None


class DeskVariant(StockOut):
    """`prices`: what it costs now, in each currency."""

    options: dict[str, str]
    prices: list[MoneyOut]
    pictures: list[int]


class DeskProduct(BaseModel):
    """A product as its merchant's people see it. `no_withdrawal` is the class of goods that it is,
    where it is one from whose purchase the law of some countries lets nobody withdraw.
    """

    id: Annotated[str, id_with("prod")]
    merchant_id: Annotated[str, id_with("mer")]
    slug: str
    name: EveryLanguage
    summary: EveryLanguage
    description: EveryLanguage
    options: list[OptionAxisOut]
    pictures: list[PictureOut]
    no_withdrawal: NoWithdrawal | None
    variants: list[DeskVariant]


class DeskProducts(BaseModel):
    items: list[DeskProduct]
    next_cursor: str | None


class ProductCounts(BaseModel):
    """How many products there are of each kind."""

    counts: dict[ProductFilter, int]


class StockChangeOut(BaseModel):
    """Pieces that nobody had bought, before and after. `by` is null where no person did it, or one
    who was erased; `reference` is what the own shop knows its sale by.
    """

    sku: str
    reason: ChangeReason
    before: int
    after: int
    at: Time
    by: str | None
    note: str
    reference: str | None


class StockChanges(BaseModel):
    """Newest first, 50 at most."""

    changes: list[StockChangeOut]


class StockChangeIn(BaseModel):
    """`pieces` came (`arrived`) or went (`damaged`, `sold_elsewhere`), or are there and nobody
    bought them (`counted`, which needs the `version` that was looked at).
    """

    model_config = ConfigDict(extra="forbid")

    sku: Sku
    reason: Literal["counted", "arrived", "damaged", "sold_elsewhere"]
    pieces: int = Field(ge=0, le=MOST)
    note: OptionalLine = ""
    version: int | None = Field(None, ge=0, le=2**62)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        counted = self.reason == "counted"
        if counted and self.version is None:
            raise ValueError("a count needs the version that it was made of")
        if not counted and not self.pieces:
            raise ValueError("no pieces")
        return self


class CountIn(BaseModel):
    """`on_hand`: pieces that are there and that nobody bought, here or elsewhere. `version` is the
    one that `GET /stock/{sku}` or the last message about it said.
    """

    model_config = ConfigDict(extra="forbid")

    on_hand: int = Field(ge=0, le=MOST)
    version: int = Field(ge=0, le=2**62)


class SaleIn(BaseModel):
    """`reference` is the own shop's name for the sale: the same one counts once."""

    model_config = ConfigDict(extra="forbid")

    quantity: int = Field(ge=1, le=MOST)
    reference: Annotated[str, AfterValidator(clean_line), Field(min_length=1, max_length=200)]


class LeaseIn(BaseModel):
    """So many pieces are left for sales here, for so long from now on."""

    model_config = ConfigDict(extra="forbid")

    quantity: int = Field(ge=1, le=MOST)
    seconds: int = Field(ge=60, le=14 * 24 * 3600)
    version: int = Field(ge=0, le=2**62)


class StockPage(BaseModel):
    """`next_cursor` goes on with the next products."""

    items: list[StockOut]
    next_cursor: str | None
