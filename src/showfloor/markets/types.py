"""A market, and what is sold in it, as others see them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Market:
    """`code` is short and stable (`gb`); `currency` is ISO 4217; `country`, where the goods go, is
    ISO 3166-1 alpha-2.
    """

    code: str
    name: dict[str, str]
    currency: str
    country: str


class SalesKind(StrEnum):
    """Where something is offered. What is bought while a replay is watched was offered in its
    show.
    """

    SHOW = "show"


@dataclass(frozen=True, slots=True)
class SalesContext:
    """In which market something is sold, and on which occasion.

    `scope` is what the limits of holds count in; in a show it is the show. `show_id` is the show
    whose sales it counts as, if any.
    """

    kind: SalesKind
    market: str
    scope: UUID
    show_id: UUID | None

    @classmethod
    def in_show(cls, show_id: UUID, market: str) -> SalesContext:
        return cls(SalesKind.SHOW, market, show_id, show_id)
