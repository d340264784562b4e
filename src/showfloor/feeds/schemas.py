"""Wire models of `feeds`; `views.py` makes them from values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from showfloor.kit.schemas import MoneyOut, Time, id_with

State = Literal["waiting", "running", "compared", "done", "failed"]
Kind = Literal["created", "changed", "left_out", "note"]


class ImportProblem(BaseModel):
    """A row that is left out, or a remark about one, in the reader's language. `row` is the number
    that a spreadsheet shows.
    """

    row: int
    field: str
    code: str
    message: str
    mend: str = Field(description="how to mend it; empty where there is nothing to do")


class ImportFailure(BaseModel):
    """Why the file could not be read."""

    code: str
    message: str


class ImportOut(BaseModel):
    """`handled` of `expected` products are done; `expected` is null before the first comparison.
    `errors` are the first hundred; `/lines` has all.
    """

    id: Annotated[str, id_with("imp")]
    merchant_id: Annotated[str, id_with("mer")]
    state: State
    dry_run: bool
    format: str
    currency: str
    file_name: str
    rows: int
    created: int
    changed: int
    unchanged: int
    left_out: int
    notes: int
    handled: int
    expected: int | None
    failure: ImportFailure | None
    errors: list[ImportProblem]
    made_at: Time
    ended_at: Time | None


class ImportPage(BaseModel):
    items: list[ImportOut]
    next_cursor: str | None


class ImportChange(BaseModel):
    """`was` and `now` are texts; a price has `was_price` (null where there was none) and
    `now_price` instead.
    """

    field: str
    sku: str
    was: str
    now: str
    was_price: MoneyOut | None
    now_price: MoneyOut | None


class ImportLine(BaseModel):
    """A product that is created or changed, or a problem with a row."""

    kind: Kind
    row: int
    name: str
    sku: str
    changes: list[ImportChange]
    problem: ImportProblem | None


class ImportLines(BaseModel):
    items: list[ImportLine]
    next_cursor: str | None
