"""What a reserving statement takes and returns, and how it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import OperationalError
from psycopg.errors import CheckViolation

from showfloor.kit.db import Database, Parameters
from showfloor.kit.errors import Busy
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext
from showfloor.stock.rules import (
    COOL_DOWN_FREE,
    COOL_DOWN_SECONDS,
    MOST_OPEN_HOLDS,
    NETWORK_LEAST,
    NETWORK_SHARE,
)
from showfloor.stock.types import Caller, Line

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Reservation:
    """Everything the statement needs. `lines` are sorted by variant, each variant once."""

    id: UUID
    context: SalesContext
    guest: bytes
    caller: Caller
    key: bytes
    request: bytes
    lines: tuple[Line, ...]
    total: Money
    seconds: int


@dataclass(frozen=True, slots=True)
class HoldResult:
    """`expires_at` is None when nothing was reserved; the rest says why.

    `short` is what is left of the lines that fall short, `room` what the buyer's network may still
    hold of those that it may not, `buyer_limit` the merchant's limit where the buyer is over it.
    """

    expires_at: datetime | None
    known: bool
    limited: bool
    short: Mapping[UUID, int]
    buyer_limit: int | None = None
    room: Mapping[UUID, int] = field(default_factory=dict)


async def unless_reserved_meanwhile(
    database: Database, answers: Sequence[tuple[Reservation, HoldResult]]
) -> list[HoldResult]:
    """Whoever is refused may hold the goods already: the same request, sent twice, took the last
    one while this one waited, or stood before it in the same crowd. A refusal would lose that
    hold."""
    refused = [
        reservation.key
        for reservation, result in answers
        if result.expires_at is None and not result.known
    ]
    if not refused:
        return [result for _, result in answers]
    found = {
        key
        for (key,) in await run(
            database, "select key from hold where key = any(%(keys)s::bytea[])", {"keys": refused}
        )
    }
    return [
        replace(result, known=True)
        if reservation.key in found and result.expires_at is None
        else result
        for reservation, result in answers
    ]


async def run(
    database: Database, statement: LiteralString, values: Parameters
) -> list[tuple[Any, ...]]:
    """What a statement that is its own transaction answers.

    Taking does not wait for the disk: a hold is nothing before the intent to pay, which does, and
    the disk gets both in their order. A power cut in the next half second gives the goods back.
    """
    for _ in range(_ATTEMPTS):
        try:
            return await database.run(statement, values, durable=False)
        except CheckViolation:
            # PostgreSQL checks an update against the version that the statement saw first, and only
            # then finds that there is a newer one. When goods came back in between, the older
            # version may seem oversold. The next statement sees the newer one.
            continue
        except OperationalError as error:
            raise Busy from error
    raise Busy


LIMITS = {
    "most": MOST_OPEN_HOLDS,
    "share": NETWORK_SHARE,
    "least": NETWORK_LEAST,
    "free": COOL_DOWN_FREE,
    "cool_down": COOL_DOWN_SECONDS,
}


def context_values(context: SalesContext) -> Parameters:
    return {
        "kind": context.kind.value,
        "market": context.market,
        "scope": context.scope,
        "show_id": context.show_id,
    }
