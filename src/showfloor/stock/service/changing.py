"""An open hold gets other lines: more, fewer, or other goods, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from showfloor.kit import money
from showfloor.kit.db import Connection
from showfloor.stock import queries, rules
from showfloor.stock.errors import LimitReached, NetworkLimitReached, SoldOut
from showfloor.stock.queries import Margin
from showfloor.stock.rules import MOST_OPEN_HOLDS
from showfloor.stock.types import Hold, Line


async def change_lines(
    connection: Connection, hold: Hold, lines: Sequence[Line], *, client: bytes | None = None
) -> Hold:
    """The hold with these lines instead of its own, until the same deadline. `hold` is open and
    locked. `client` is the network that asks, as in `Caller`: of a hold that nobody asked for (it
    was made for whoever waited in line) and that is to have more, it is the network from then on.

    Raises SoldOut, LimitReached, NetworkLimitReached, changing nothing. What the hold has already
    counts as free for it.
    """
    rules.check_pieces(lines)
    total = money.total([line.total for line in lines], hold.total.currency)
    changed = replace(hold, lines=tuple(sorted(lines, key=lambda each: each.variant_id)))
    changed = replace(changed, total=total)
    variants = hold.pieces.keys() | changed.pieces.keys()
    more = _more(hold.pieces, changed)
    client = client if more else None
    margins = await queries.lock_stock(connection, hold.id, sorted(variants), client)
    _check(hold.pieces, more, margins)
    queries.change_lines(connection, changed, client)
    return changed


def _more(before: Mapping[UUID, int], changed: Hold) -> list[Line]:
    return [line for line in changed.lines if line.quantity > before.get(line.variant_id, 0)]


def _check(
    before: Mapping[UUID, int], more: Sequence[Line], margins: Mapping[UUID, Margin]
) -> None:
    none = Margin(0, None, None, None)
    short, crowded = [], []
    for line in more:
        margin, own = margins.get(line.variant_id, none), before.get(line.variant_id, 0)
        if line.quantity > own + margin.available:
            short.append({"sku": line.sku, "available": own + max(margin.available, 0)})
        elif margin.allowed is not None and line.quantity > margin.allowed:
            raise LimitReached(pieces=margin.buyer_limit, holds=MOST_OPEN_HOLDS)
        elif margin.room is not None and line.quantity > margin.room:
            crowded.append({"sku": line.sku, "available": max(margin.room, own)})
    if short:
        raise SoldOut(extra={"lines": short})
    if crowded:
        raise NetworkLimitReached(extra={"lines": crowded})
