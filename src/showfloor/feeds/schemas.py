"""Wire models of `feeds`; `views.py` makes them from values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from showfloor.catalog.imports.program import AUTO
from showfloor.kit.outbound import LONGEST_URL
from showfloor.kit.schemas import MoneyOut, Time, id_with
from showfloor.kit.text import clean_code

State = Literal["waiting", "running", "compared", "done", "failed"]
PictureState = Literal["waiting", "done", "failed"]
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


class ImportUrl(BaseModel):
    """A file at an address, fetched by the worker. `merchant` is needed by whoever sells for
    several.
    """

    url: Annotated[str, AfterValidator(clean_code), Field(min_length=1, max_length=LONGEST_URL)]
    currency: str = Field(max_length=10, description="ISO 4217: what the prices are in")
    format: str = Field(AUTO, max_length=40, description="auto finds it out")
    dry_run: bool = Field(True, description="only say what would change")
    merchant: str | None = Field(None, max_length=100)


class ImportFailure(BaseModel):
    """Why the file could not be read."""

    code: str
    message: str


class ImportPictures(BaseModel):
    """Of the pictures that the import named and that were not here."""

    waiting: int
    done: int
    failed: int


class ImportPicture(BaseModel):
    """`url` is where it is fetched from; `message` says why it is not shown."""

    product_id: Annotated[str, id_with("prod")]
    url: str
    state: PictureState
    code: str | None
    message: str


class ImportPicturePage(BaseModel):
    items: list[ImportPicture]
    next_cursor: str | None


class ImportOut(BaseModel):
    """`url` is null for a file that was sent. `not_modified`: the address has what was taken over
    before. `handled` of `expected` products are done; `expected` is null before the first
    comparison. `errors` are the first hundred; `/lines` has all.
    """

    id: Annotated[str, id_with("imp")]
    merchant_id: Annotated[str, id_with("mer")]
    state: State
    dry_run: bool
    format: str
    currency: str
    file_name: str
    url: str | None
    not_modified: bool
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
    pictures: ImportPictures
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
