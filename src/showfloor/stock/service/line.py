"""Pieces for people who wait in line: `offers` says who they are and who is first.

So many of the available pieces as people wait are kept for them by the statements that take a hold,
from the moment at which a piece becomes free. The caller has locked the waiting list in each of
these but `freed`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.markets.types import SalesContext
from showfloor.stock import queries, rules
from showfloor.stock.errors import NetworkLimitReached
from showfloor.stock.queries import line
from showfloor.stock.types import Hold, Line, LineState, Stock

FREED = "stock.freed"
"""The name under which the worker is woken when pieces may be free again."""


async def lock_stock(session: Session, variant_id: UUID) -> Stock:
    """Nobody buys, holds or counts it until this transaction ends."""
    return (await queries.lock_stock_of(session, [variant_id]))[variant_id]


async def set_waiting(session: Session, variant_id: UUID, people: int) -> None:
    """How many wait for a piece from now on. Its stock row is there."""
    await line.set_waiting(session, variant_id, people)


async def freed(session: Session) -> list[UUID]:
    """Of which variants something is available for which people wait."""
    return await line.freed(session)


async def hold_for_first(
    session: Session, *, context: SalesContext, wanted: Line, now: datetime, until: datetime
) -> Hold | None:
    """Hold a piece for whoever is first in line, at this price; None where none is available.
    The caller says afterwards how many still wait (`set_waiting`). Nobody's network is bound by
    it before they take it (`hold_anew`).
    """
    hold_id = ids.new()
    hold = Hold(hold_id, context, (wanted,), wanted.total, until, LineState.HELD)
    key = rules.key_of(context.scope, f"waiting:{hold_id.hex}")
    guest = rules.guest_of(hold_id)
    took = await line.take_for_first(session, hold, wanted, guest=guest, key=key, now=now)
    return hold if took else None


async def hold_anew(
    session: Session, hold_id: UUID, *, variant_id: UUID, client: bytes | None
) -> tuple[Hold, int | None] | None:
    """What is held for somebody under a fresh id, until the same deadline, so that whoever had the
    token before has it no more; and the merchant's limit for each buyer, if there is one. It counts
    with what the network of `client` holds and has bought. None where nothing is held any more.
    The caller has locked it (`lock_held`) and knows that nobody pays for it (`being_paid`).

    Raises NetworkLimitReached where the merchant set a limit for each buyer, and the network has
    as much as a few buyers may; then nothing has changed.
    """
    if not await line.is_open(session, hold_id):
        return None
    old = await line.hold_by_id(session, hold_id)
    buyer_limit, room = await line.limits_of(session, old, variant_id, client)
    pieces = old.pieces[variant_id]
    if room is not None and pieces > room:
        (sku,) = (each.sku for each in old.lines if each.variant_id == variant_id)
        raise NetworkLimitReached(extra={"lines": [{"sku": sku, "available": max(room, 0)}]})
    new_id = ids.new()
    key = rules.key_of(old.context.scope, f"waiting:{new_id.hex}")
    guest = rules.guest_of(new_id)
    await line.move(session, hold_id, new_id, guest=guest, key=key, client=client)
    return replace(old, id=new_id), buyer_limit


async def states_in_holds(
    session: Session, variant_id: UUID, hold_ids: Collection[UUID]
) -> dict[UUID, LineState]:
    """What became of this variant in these holds; those that have none of it are left out."""
    return await line.states_of(session, variant_id, hold_ids)


async def lock_held(
    session: Session, hold_ids: Collection[UUID], variant_ids: Collection[UUID]
) -> None:
    """Nobody pays for what is held in these holds, gives it back or takes it, and nobody changes
    its stock or that of these variants until this transaction ends. Whoever changes several in one
    transaction locks all of them here first: the order of locks is that of a purchase.
    """
    await line.lock_held(session, hold_ids, variant_ids)


async def being_paid(session: Session, hold_ids: Collection[UUID]) -> set[UUID]:
    """In which of these holds a payment may be under way, whose goods nobody takes from under it;
    it is so until the payment is declined or the hold is over.
    """
    return await line.being_paid(session, hold_ids)


async def release_held(session: Session, hold_id: UUID) -> bool:
    """What is held is free again; what is sold stays so. False where a payment may be under way:
    then nothing has changed.
    """
    if not await line.release(session, hold_id):
        return False
    wake(session, FREED)
    return True
