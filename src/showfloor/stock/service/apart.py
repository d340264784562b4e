"""Pieces set apart for one way of selling, a drop: `offers` says who gets them, in which order.

The caller has locked what sells them (the row of the drop) in each of these but `set_apart`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from showfloor.kit.db import Connection, Session
from showfloor.kit.notify import wake
from showfloor.markets.types import SalesContext
from showfloor.stock import queries, rules
from showfloor.stock.queries import apart
from showfloor.stock.service.line import FREED
from showfloor.stock.types import Caller, Hold, Line, LineState, Returned


async def set_apart(session: Session, apart_id: UUID, *, variant_id: UUID, units: int) -> bool:
    """Whether so many pieces were free; then they are sold in no other way until they are put
    back. What ran out and was not taken back yet is not free.
    """
    return await apart.set_apart(session, apart_id, variant_id, units)


async def free_apart(session: Session, apart_id: UUID) -> int:
    """How many of them nobody holds or has bought."""
    return await apart.free_of(session, apart_id)


async def put_apart_back(session: Session, apart_id: UUID) -> int:
    """What nobody has is for sale to everybody again; how many pieces."""
    pieces = await apart.put_apart_back(session, apart_id)
    if pieces:
        wake(session, FREED)
    return pieces


async def is_apart_there(connection: Connection, apart_id: UUID) -> bool:
    """Whether everything is there that was bought, is held or set apart of the variant. Of pieces
    that are missing nobody can tell whose they were.
    """
    return await apart.is_there(connection, apart_id)


async def is_apart_held(session: Session, apart_id: UUID) -> bool:
    return await apart.has_open_apart(session, apart_id)


async def guest_of(connection: Connection, hold_id: UUID, previous: UUID | None) -> bytes:
    """Who a new hold is of: the guest of an earlier one whose token was shown, or a new one."""
    earlier = None if previous is None else await queries.guest_of(connection, previous)
    return earlier or rules.guest_of(hold_id)


async def take_apart(
    connection: Connection,
    apart_id: UUID,
    *,
    hold_id: UUID,
    context: SalesContext,
    guest: bytes,
    caller: Caller,
    key: str,
    request: bytes,
    line: Line,
    seconds: int,
) -> Hold | None:
    """Hold pieces that are set apart; None where too few are free."""
    rows = await apart.take_apart(
        connection,
        apart_id=apart_id,
        hold_id=hold_id,
        context=context,
        guest=guest,
        client=caller.client,
        key=rules.key_of(context.scope, key),
        request=request,
        line=line,
        seconds=seconds,
    )
    if not rows:
        return None
    ((expires_at,),) = rows
    assert isinstance(expires_at, datetime)
    return Hold(
        hold_id, context, (line,), line.total, expires_at, LineState.HELD, apart_id=apart_id
    )


async def apart_of_network(connection: Connection, apart_id: UUID, client: bytes) -> int:
    """How many of them a client network holds and has bought."""
    return await apart.apart_of_network(connection, apart_id, client)


async def return_due(connection: Connection, apart_id: UUID) -> list[Returned]:
    """Holds that ran out give their pieces back, but those that a payment is about to settle."""
    return await apart.return_due(connection, apart_id)


def return_hold(connection: Connection, hold: Hold) -> None:
    """The buyer gives them back; `hold` is locked."""
    apart.return_hold(connection, hold.id)
