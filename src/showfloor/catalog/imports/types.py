"""What a foreign file says, in our terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

MOST_VARIANTS = 2048
"""Of one product, as Shopify allows."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant. `options` are values in the order of the listing's axes; `quantity` is None where
    the file does not count; `price` is in minor units.
    """

    row: int
    sku: str
    options: list[str]
    price: int
    currency: str
    quantity: int | None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that is somewhere on the web."""

    row: int
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A product. `key` is what the other shop knows it by, the same in each of its files."""

    row: int
    key: str
    name: str
    description: str
    axes: list[str]
    offers: list[Offer]
    pictures: list[Shot]
    complete: bool = True
    """Whether every variant of the file is among the offers: what is missing is gone then."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a row: `import_row.<code>` of the messages. What is `left_out` is not
    imported.
    """

    row: int
    column: str
    code: str
    params: dict[str, str] = field(default_factory=dict)
    left_out: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a group of rows. `rows` is how many there were."""

    rows: int
    listing: Listing | None
    remarks: list[Remark]


Row = Mapping[str, str]
"""By column, in lower case; cells are stripped, empty ones are missing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs: rows with the same key, or with a key that another row gives as one of
    its `names`, are one product.
    """

    key: str
    names: tuple[str, ...] = ()


class Format(Protocol):
    """A module of this folder per format has these three."""

    def fits(self, columns: frozenset[str]) -> bool: ...

    def place(self, row: Row) -> Place | Remark | None:
        """None for a row that says nothing. The number of a remark is filled in."""
        ...

    def read(self, rows: list[tuple[int, Row]], currency: str) -> Reading: ...


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` is of `kit/messages`."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


Say = Callable[[Remark], None]
