"""An open hold gets other lines: more, fewer, or other goods, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from showfloor.kit import money
from showfloor.kit.db import Connection
from showfloor.kit.notify import wake
from showfloor.stock import queries, rules
from showfloor.stock.errors import LimitReached, NetworkLimitReached, SoldOut
from showfloor.stock.queries import Margin
from showfloor.stock.rules import MOST_OPEN_HOLDS
from showfloor.stock.service.line import FREED
from showfloor.stock.types import Hold, Line


async def change_lines(connection: Connection, hold: Hold, lines: Sequence[Line]) -> Hold:
    """The hold with these lines instead of its own, until the same deadline. `hold` is open and
    locked.

    Raises SoldOut, LimitReached, NetworkLimitReached, changing nothing. What the hold has already
    counts as free for it.
    """
    rules.check_pieces(lines)
    total = money.total([line.total for line in lines], hold.total.currency)
    changed = replace(hold, lines=tuple(sorted(lines, key=lambda each: each.variant_id)))
    changed = replace(changed, total=total)
    variants = hold.pieces.keys() | changed.pieces.keys()
    margins = await queries.lock_stock(connection, hold.id, sorted(variants))
    _check(hold.pieces, changed, margins)
    queries.change_lines(connection, changed)
    if any(changed.pieces.get(each, 0) < pieces for each, pieces in hold.pieces.items()):
        wake(connection, FREED)
    return changed


def _check(before: Mapping[UUID, int], changed: Hold, margins: Mapping[UUID, Margin]) -> None:
    more = [line for line in changed.lines if line.quantity > before.get(line.variant_id, 0)]
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
