"""Imports as others see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ImportState(StrEnum):
    """`compared`: the difference can be read and applied; nothing has changed."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPARED = "compared"
    DONE = "done"
    FAILED = "failed"


class PictureState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class LineKind(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    LEFT_OUT = "left_out"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Change:
    """`field` is name, summary, description, options, variants, price or stock. `was` and `now` are
    texts as the file's reader would write them; prices are minor units.
    """

    field: str
    was: str
    now: str
    sku: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What happens to a product, or a remark about a row."""

    kind: LineKind
    row: int
    name: str = ""
    sku: str = ""
    changes: tuple[Change, ...] = ()
    column: str = ""
    code: str = ""
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """`rows` are rows of the file; created, changed and unchanged are products; `left_out` are
    rows or products that are not imported, `notes` remarks about what is.
    """

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    notes: int = 0

    @property
    def products(self) -> int:
        return self.created + self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class NewImport:
    """`key` is a digest of the Idempotency-Key, `request` of what was sent with it."""

    id: UUID
    merchant_id: UUID
    key: bytes
    request: bytes
    format: str
    currency: str
    file_name: str
    dry_run: bool
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the version of a file (RFC 9110 §8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """`expected` is how many products the comparison found; None before the first. Of a file from
    an address, `fetched` says whether it lies here, `validators` which version it is, and
    `not_modified` that the address has what was taken over before.
    """

    id: UUID
    merchant_id: UUID
    format: str
    currency: str
    file_name: str
    dry_run: bool
    state: ImportState
    counts: Counts
    handled: int
    expected: int | None
    error: str | None
    error_params: dict[str, str]
    made_at: datetime
    ended_at: datetime | None
    attempts: int
    url: str | None
    fetched: bool
    not_modified: bool
    validators: Validators


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """What a file says about a picture of a product. `variants` are those that it shows alone."""

    url: str
    alt: str
    variants: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that is here. `url` is its address here."""

    product_id: UUID
    url: str
    width: int
    height: int
    alt: str
    variants: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ClaimedPicture:
    """`url` is where it is fetched from."""

    id: int
    product_id: UUID
    url: str
    attempts: int


@dataclass(frozen=True, slots=True)
class PictureLine:
    """How far a picture of an import is."""

    id: int
    product_id: UUID
    url: str
    state: PictureState
    error: str | None
    error_params: dict[str, str]


@dataclass(frozen=True, slots=True)
class PicturePage:
    lines: tuple[PictureLine, ...]
    next_cursor: int | None


@dataclass(frozen=True, slots=True)
class PictureCounts:
    """Of an import: those that it wanted and that were not here."""

    waiting: int = 0
    done: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class LinePage:
    lines: tuple[Line, ...]
    next_cursor: int | None
