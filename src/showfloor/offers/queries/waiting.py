"""SQL of waiting lists. Who adds to the log of a list, or changes a place in it, has locked the
list's row; the log is only added to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from showfloor.kit.db import Parameters, Session, delete_batch
from showfloor.offers.models import WaitingListRow, WaitingPlaceRow, WaitingRecordRow
from showfloor.offers.rules.running import milliseconds
from showfloor.offers.types import Head
from showfloor.offers.types.waiting import Place, PlaceState, WaitingList

_LIST = ("id", "variant_id", "product_id", "sku", "opened_at", "ended_at", "salt")
_PLACE = (
    "id",
    "list_id",
    "viewer_id",
    "show_id",
    "market",
    "joined",
    "joined_at",
    "hold_id",
    "until",
)
_OPEN = WaitingListRow.ended_at.is_(None)
_IN_LINE = WaitingPlaceRow.state == PlaceState.WAITING.value
_ACTIVE = WaitingPlaceRow.state.in_([PlaceState.WAITING.value, PlaceState.OFFERED.value])


@dataclass(frozen=True, slots=True)
class LockedList:
    """A list that nobody else changes until this transaction ends; `at` is the database's clock in
    milliseconds, read after the lock was got, and never before the last record.
    """

    waiting: WaitingList
    head: Head
    at: int


def _list(row: WaitingListRow) -> WaitingList:
    return WaitingList(**{name: getattr(row, name) for name in _LIST})


def _place(row: WaitingPlaceRow) -> Place:
    plain = {name: getattr(row, name) for name in _PLACE}
    return Place(**plain, state=PlaceState(row.state))


def _columns(place: Place) -> Parameters:
    return {**{name: getattr(place, name) for name in _PLACE}, "state": place.state.value}


async def open_list(session: Session, new: WaitingList) -> None:
    """Unless another is open for its variant."""
    values = {name: getattr(new, name) for name in _LIST}
    await session.execute(
        insert(WaitingListRow)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["variant_id"], index_where=_OPEN)
    )


async def lock_open(session: Session, variant_id: UUID) -> LockedList | None:
    """The list that is open for a variant."""
    return await _lock(session, select(WaitingListRow).where(_variant_is(variant_id), _OPEN))


def _variant_is(variant_id: UUID) -> Any:
    return WaitingListRow.variant_id == variant_id


async def lock_list(session: Session, list_id: UUID) -> LockedList | None:
    """None when it has ended, or never was."""
    return await _lock(session, select(WaitingListRow).where(WaitingListRow.id == list_id, _OPEN))


async def _lock(session: Session, chosen: Select[WaitingListRow]) -> LockedList | None:
    found = await session.execute(
        chosen.with_for_update().execution_options(populate_existing=True)
    )
    row = found.scalar_one_or_none()
    if row is None:
        return None
    now = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    head = Head(row.records, row.head or "", row.head_at)
    return LockedList(_list(row), head, max(milliseconds(now), head.at))


async def waiting_list(session: Session, list_id: UUID) -> WaitingList | None:
    found = await session.execute(select(WaitingListRow).where(WaitingListRow.id == list_id))
    row = found.scalar_one_or_none()
    return None if row is None else _list(row)


async def lists_to_serve(session: Session, variant_ids: Collection[UUID]) -> list[UUID]:
    """The open lists of these variants, and those in which something is held for somebody; the
    oldest first.
    """
    # One parameter, however many there are: a statement has 65,535 at the most.
    of_these = WaitingListRow.variant_id == any_(literal(list(variant_ids), ARRAY(Uuid)))
    offered = select(WaitingPlaceRow.list_id).where(
        WaitingPlaceRow.state == PlaceState.OFFERED.value
    )
    chosen = select(WaitingListRow.id).where(_OPEN, of_these | WaitingListRow.id.in_(offered))
    ordered = chosen.order_by(WaitingListRow.opened_at, WaitingListRow.id)
    return list((await session.execute(ordered)).scalars())


async def end_list(session: Session, list_id: UUID, at: datetime) -> None:
    """Nothing leads from its log to a person from now on."""
    await session.execute(
        update(WaitingListRow).where(WaitingListRow.id == list_id).values(ended_at=at, salt=None)
    )
    await session.execute(delete(WaitingPlaceRow).where(WaitingPlaceRow.list_id == list_id))


async def add_records(
    session: Session, list_id: UUID, first: int, lines: Sequence[str], head: Head
) -> None:
    """Records from number `first` on; the list is locked."""
    rows = [
        {"list_id": list_id, "n": first + place, "line": line} for place, line in enumerate(lines)
    ]
    await session.execute(insert(WaitingRecordRow).values(rows))
    await session.execute(
        update(WaitingListRow)
        .where(WaitingListRow.id == list_id)
        .values(records=head.records, head=head.digest, head_at=head.at)
    )


async def log_end(session: Session, list_id: UUID) -> tuple[int, str]:
    """How many lines a log has, and the last hash."""
    chosen = select(WaitingListRow.records, WaitingListRow.head)
    found = await session.execute(chosen.where(WaitingListRow.id == list_id))
    lines, head = found.one()
    return lines, head or ""


async def log_of(session: Session, list_id: UUID, first: int, most: int) -> list[str]:
    """Lines of a log in their order, from number `first` on."""
    chosen = select(WaitingRecordRow.line).where(
        WaitingRecordRow.list_id == list_id, WaitingRecordRow.n.between(first, first + most - 1)
    )
    return list((await session.execute(chosen.order_by(WaitingRecordRow.n))).scalars())


async def add_place(session: Session, place: Place) -> None:
    await session.execute(insert(WaitingPlaceRow).values(_columns(place)))


async def save_place(session: Session, place: Place) -> None:
    await session.execute(
        update(WaitingPlaceRow).where(WaitingPlaceRow.id == place.id).values(_columns(place))
    )


async def places_by_id(session: Session, place_ids: Collection[UUID]) -> list[Place]:
    """Those that are there, in the order of their lists."""
    chosen = select(WaitingPlaceRow).where(WaitingPlaceRow.id.in_(place_ids))
    return await _places(session, chosen.order_by(WaitingPlaceRow.list_id, WaitingPlaceRow.id))


async def remove_place(session: Session, place_id: UUID) -> None:
    await session.execute(delete(WaitingPlaceRow).where(WaitingPlaceRow.id == place_id))


async def place(session: Session, place_id: UUID) -> Place | None:
    found = await _places(session, select(WaitingPlaceRow).where(WaitingPlaceRow.id == place_id))
    return found[0] if found else None


async def place_of(session: Session, list_id: UUID, viewer_id: UUID) -> Place | None:
    chosen = select(WaitingPlaceRow).where(
        WaitingPlaceRow.list_id == list_id, WaitingPlaceRow.viewer_id == viewer_id
    )
    found = await _places(session, chosen)
    return found[0] if found else None


async def places_of_viewer(session: Session, viewer_id: UUID) -> list[Place]:
    """In the order in which they were taken, with those that are over."""
    chosen = select(WaitingPlaceRow).where(WaitingPlaceRow.viewer_id == viewer_id)
    return await _places(session, chosen.order_by(WaitingPlaceRow.joined_at, WaitingPlaceRow.id))


async def offered_of(session: Session, list_id: UUID) -> list[Place]:
    """For whom something is held, the one who joined first before the others."""
    chosen = select(WaitingPlaceRow).where(
        WaitingPlaceRow.list_id == list_id, WaitingPlaceRow.state == PlaceState.OFFERED.value
    )
    return await _places(session, chosen.order_by(WaitingPlaceRow.joined))


async def first_in_line(session: Session, list_id: UUID) -> Place | None:
    chosen = select(WaitingPlaceRow).where(WaitingPlaceRow.list_id == list_id, _IN_LINE)
    found = await _places(session, chosen.order_by(WaitingPlaceRow.joined).limit(1))
    return found[0] if found else None


async def oldest_in_line(session: Session, before: datetime) -> UUID | None:
    """The list of who has waited longest, since before that moment."""
    chosen = select(WaitingPlaceRow.list_id).where(WaitingPlaceRow.joined_at < before, _IN_LINE)
    ordered = chosen.order_by(WaitingPlaceRow.joined_at, WaitingPlaceRow.id)
    return (await session.execute(ordered.limit(1))).scalar_one_or_none()


async def old_in_line(session: Session, list_id: UUID, before: datetime, most: int) -> list[Place]:
    """Who has waited in a list since before that moment, in their order."""
    chosen = select(WaitingPlaceRow).where(
        WaitingPlaceRow.list_id == list_id, WaitingPlaceRow.joined_at < before, _IN_LINE
    )
    return await _places(session, chosen.order_by(WaitingPlaceRow.joined).limit(most))


async def count_in_line(session: Session, list_id: UUID) -> int:
    counted = select(func.count()).where(WaitingPlaceRow.list_id == list_id, _IN_LINE)
    return int((await session.execute(counted)).scalar_one())


async def count_active(session: Session, list_id: UUID) -> int:
    """Who waits, or has something held."""
    counted = select(func.count()).where(WaitingPlaceRow.list_id == list_id, _ACTIVE)
    return int((await session.execute(counted)).scalar_one())


async def count_of_viewer(session: Session, viewer_id: UUID) -> int:
    """Places in which somebody waits, or has something held."""
    counted = select(func.count()).where(WaitingPlaceRow.viewer_id == viewer_id, _ACTIVE)
    return int((await session.execute(counted)).scalar_one())


async def ahead_of(session: Session, places: Collection[Place]) -> dict[UUID, int]:
    """How many wait before each of these, by its id."""
    if not places:
        return {}
    own = select(WaitingPlaceRow.id, WaitingPlaceRow.list_id, WaitingPlaceRow.joined)
    mine = own.where(WaitingPlaceRow.id.in_([each.id for each in places])).subquery()
    counted = (
        select(mine.c.id, func.count(WaitingPlaceRow.id))
        .join(
            WaitingPlaceRow,
            (WaitingPlaceRow.list_id == mine.c.list_id)
            & (WaitingPlaceRow.joined < mine.c.joined)
            & _IN_LINE,
            isouter=True,
        )
        .group_by(mine.c.id)
    )
    return {row[0]: row[1] for row in (await session.execute(counted)).all()}


async def lists_of(session: Session, list_ids: Collection[UUID]) -> dict[UUID, WaitingList]:
    rows = await session.execute(select(WaitingListRow).where(WaitingListRow.id.in_(list_ids)))
    return {row.id: _list(row) for row in rows.scalars()}


async def remove_over_before(session: Session, before: datetime) -> int:
    """A batch of places that are over; how many."""
    return await delete_batch(
        session, WaitingPlaceRow, WaitingPlaceRow.joined_at < before, ~_ACTIVE
    )


async def _places(session: Session, chosen: Select[WaitingPlaceRow]) -> list[Place]:
    rows = await session.execute(chosen.execution_options(populate_existing=True))
    return [_place(row) for row in rows.scalars()]
