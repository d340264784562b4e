"""What is stored of one buyer: found, and forgotten."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, tuple_, update

from showfloor.kit import clock, ids
from showfloor.kit.db import BATCH, Session, delete_batch
from showfloor.orders.models import NoteRow, OrderRow, ReturnProofRow, ShipmentRow
from showfloor.orders.queries.listing import fits
from showfloor.orders.types import OrderFilter
from showfloor.privacy.types import Subject


async def erase_buyer(session: Session, subject: Subject) -> int:
    """Who bought is forgotten, with the numbers of their parcels and what was noted about them;
    what was sold, for how much and to which country stays. An order with goods to send is spared:
    without an address they would never arrive.
    """
    theirs = select(OrderRow.id).where(_of_buyer(subject), _to_send().is_not(True))
    return await _forget_buyers(session, await _locked(session, theirs))


async def erase_order(session: Session, order_id: UUID) -> int | None:
    """The same of one order; None while it has goods to send."""
    chosen = select(OrderRow.id).where(OrderRow.id == order_id)
    if not await _locked(session, chosen):
        return 0
    if await _locked(session, chosen.where(_to_send().is_(True))):
        return None
    return await _forget_buyers(session, [order_id])


async def _locked(session: Session, chosen: Select[UUID]) -> list[UUID]:
    """These orders, locked first, as by everybody who adds to one: what was added meanwhile is
    seen, and goes too.
    """
    return list(await session.scalars(chosen.order_by(OrderRow.id).with_for_update()))


async def forget_buyers_before(session: Session, moment: datetime) -> int:
    """As `erase_buyer`, a batch of the orders that were placed before; how many."""
    old = (
        select(OrderRow.id)
        .where(OrderRow.placed_at < moment, OrderRow.email.is_not(None))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return await _forget_buyers(session, list(await session.scalars(old)))


async def forget_words_before(session: Session, moment: datetime) -> int:
    """Notes, and carriers and numbers of goods sent back, from before: also of orders whose buyer
    was erased before they were written. A batch of each; how many.
    """
    old = (
        select(ReturnProofRow.order_id, ReturnProofRow.covers)
        .where(
            ReturnProofRow.at < moment,
            or_(ReturnProofRow.carrier.is_not(None), ReturnProofRow.tracking.is_not(None)),
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    proofs = (await session.execute(old)).all()
    await _empty_proofs(session, tuple_(ReturnProofRow.order_id, ReturnProofRow.covers).in_(proofs))
    return len(proofs) + await delete_batch(session, NoteRow, NoteRow.at < moment)


async def _forget_buyers(session: Session, orders: list[UUID]) -> int:
    await session.execute(
        update(ShipmentRow).where(ShipmentRow.order_id.in_(orders)).values(tracking=None)
    )
    await _empty_proofs(session, ReturnProofRow.order_id.in_(orders))
    await session.execute(delete(NoteRow).where(NoteRow.order_id.in_(orders)))
    bought = update(OrderRow).where(OrderRow.id.in_(orders))
    gone = bought.values(email=None, address=None, viewer_id=None).returning(OrderRow.id)
    return len((await session.execute(gone)).all())


async def _empty_proofs(session: Session, chosen: ColumnElement[bool]) -> None:
    emptied = update(ReturnProofRow).where(chosen).values(carrier=None, tracking=None)
    await session.execute(emptied)


async def ids_of_buyer(session: Session, subject: Subject) -> list[UUID]:
    """Newest first."""
    chosen = select(OrderRow.id).where(_of_buyer(subject)).order_by(OrderRow.id.desc())
    return list((await session.execute(chosen)).scalars())


async def count_unsent(session: Session, subject: Subject) -> int:
    """Orders of a buyer with goods that are still to be sent."""
    chosen = select(func.count()).select_from(OrderRow)
    unsent = chosen.where(_of_buyer(subject), _to_send())
    return int((await session.execute(unsent)).scalar_one())


def _to_send() -> ColumnElement[bool]:
    return fits(OrderFilter.TO_SEND, clock.now())


def _of_buyer(subject: Subject) -> ColumnElement[bool]:
    """Bought with the account, or without any under its address: what another account bought is
    that one's, whatever address it gave. Up to a moment: begun before it, also where the payment
    took longer.
    """
    theirs = and_(OrderRow.viewer_id.is_(None), func.lower(OrderRow.email) == subject.email)
    if subject.viewer_id is not None:
        theirs = or_(OrderRow.viewer_id == subject.viewer_id, theirs)
    if subject.until is None:
        return theirs
    begun_before = OrderRow.checkout_id < ids.after(subject.until)
    return and_(theirs, or_(OrderRow.placed_at <= subject.until, begun_before))
