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
    NETWORK_BUYERS,
    NETWORK_LEAST,
    NETWORK_SHARE,
    QUICK_SECONDS,
    REMEMBERED_SECONDS,
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


# What the network has of a variant, from `hold` and `hold_line` by `COUNTS`: its pieces that are
# held, and what it kept from others in the cool-down. A piece that was held shorter than `quick`
# counts by the part of that time: a change of mind costs little, holding by turns as much as
# holding. The largest of the quick ones is forgiven. `bought` is what it bought under a merchant's
# limit.
_KEPT: LiteralString = """(
      quantity * least(1, greatest(0,
        extract(epoch from hold.expires_at - hold.created_at) / %(quick)s::int)))"""
_OVER: LiteralString = "state <> 'settled' and hold.expires_at <= statement_timestamp()"
_QUICKLY: LiteralString = (
    _OVER + " and hold.expires_at < hold.created_at + make_interval(secs => %(quick)s)"
)
NEAR: LiteralString = (
    "coalesce(sum(quantity) filter (where hold.expires_at > statement_timestamp()"
    " and state = 'held'), 0)"
    f" + greatest(floor(coalesce(sum({_KEPT}) filter (where {_OVER}), 0)"
    f" - coalesce(max({_KEPT}) filter (where {_QUICKLY}), 0)) - %(free)s::int, 0)::int as quantity,"
    " coalesce(sum(quantity) filter (where state = 'settled'), 0)::int as bought"
)
COUNTS: LiteralString = """case when state = 'settled'
      then hold.created_at > statement_timestamp() - make_interval(secs => %(remembered)s)
      else hold.expires_at > statement_timestamp() - make_interval(secs => %(cool_down)s) end"""
# What a network may have of a variant in all, held and bought, where the merchant set a limit: a
# limit on a guest alone binds nobody, because who asks without a token is a new guest.
CROWD: LiteralString = """greatest(buyer_limit * %(buyers)s::int,
      case when buyer_limit is not null
        then ceil((on_hand - missing) / %(share)s::numeric)::int end)"""

LIMITS = {
    "most": MOST_OPEN_HOLDS,
    "share": NETWORK_SHARE,
    "least": NETWORK_LEAST,
    "free": COOL_DOWN_FREE,
    "cool_down": COOL_DOWN_SECONDS,
    "quick": QUICK_SECONDS,
    "buyers": NETWORK_BUYERS,
    "remembered": REMEMBERED_SECONDS,
}


def context_values(context: SalesContext) -> Parameters:
    return {
        "kind": context.kind.value,
        "market": context.market,
        "scope": context.scope,
        "show_id": context.show_id,
    }
