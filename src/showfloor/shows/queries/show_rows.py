"""SQL of shows and their shelves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, case, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.kit.db import Session
from showfloor.shows.models import ShowProductRow, ShowRow
from showfloor.shows.types import LAST_ITEM_NUMBER, Disclosure, ReplayState, Show, ShowState

_COLUMNS = [column.name for column in ShowRow.__table__.columns]


def _show(row: ShowRow, shelf: Sequence[tuple[UUID, int]]) -> Show:
    """`shelf` are its products in order, each with its item number."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    said = row.disclosures
    own = {
        "caption_languages": tuple(row.caption_languages),
        "state": ShowState(row.state),
        "disclosures": None if said is None else tuple(Disclosure(each) for each in said),
    }
    return Show(
        **values | own,
        product_ids=tuple(product_id for product_id, _ in shelf),
        item_numbers=tuple(number for _, number in shelf),
    )


async def add_show(session: Session, show: Show) -> bool:
    """False when the slug is taken."""
    values = {name: getattr(show, name) for name in _COLUMNS}
    added = await session.execute(
        insert_or(ShowRow).values(**values).on_conflict_do_nothing().returning(ShowRow.id)
    )
    return added.first() is not None


async def show(session: Session, show_id: UUID, *, lock: bool = False) -> Show | None:
    """One show with its products; `lock` makes others who change it wait until this transaction
    ends.
    """
    chosen = select(ShowRow).where(ShowRow.id == show_id)
    row = (
        await session.execute(
            chosen.with_for_update().execution_options(populate_existing=True) if lock else chosen
        )
    ).scalar_one_or_none()
    return _show(row, await shelf(session, show_id)) if row else None


async def show_of_slug(session: Session, slug: str) -> Show | None:
    """The show behind an address, with its products."""
    row = (await session.execute(select(ShowRow).where(ShowRow.slug == slug))).scalar_one_or_none()
    return _show(row, await shelf(session, row.id)) if row else None


async def shows(
    session: Session,
    *,
    states: Iterable[ShowState],
    host: UUID | None,
    limit: int,
    after: UUID | None,
    newest_first: bool,
) -> list[Show]:
    """Shows in these states, by id (which is by age), with their products: two statements however
    many.
    """
    chosen = select(ShowRow).where(ShowRow.state.in_(list(states)))
    if host is not None:
        chosen = chosen.where(ShowRow.host_creator_id == host)
    if after is not None:
        chosen = chosen.where(ShowRow.id < after if newest_first else ShowRow.id > after)
    return await _with_products(
        session, chosen.order_by(ShowRow.id.desc() if newest_first else ShowRow.id).limit(limit)
    )


async def shows_by_id(session: Session, show_ids: Collection[UUID]) -> list[Show]:
    """In no order; unknown ids are left out."""
    return await _with_products(session, select(ShowRow).where(ShowRow.id.in_(show_ids)))


async def upcoming_shows(session: Session, since: datetime, limit: int) -> list[Show]:
    """Scheduled for `since` or later, soonest first."""
    chosen = select(ShowRow).where(ShowRow.state == ShowState.SCHEDULED, ShowRow.starts_at >= since)
    return await _with_products(
        session, chosen.order_by(ShowRow.starts_at, ShowRow.id).limit(limit)
    )


async def shows_starting(session: Session, since: datetime, until: datetime) -> list[Show]:
    """Every show that is scheduled for a moment between these."""
    chosen = select(ShowRow).where(
        ShowRow.state == ShowState.SCHEDULED, ShowRow.starts_at.between(since, until)
    )
    return await _with_products(session, chosen.order_by(ShowRow.starts_at, ShowRow.id))


async def next_shows_of(
    session: Session, hosts: Collection[UUID], since: datetime
) -> dict[UUID, Show]:
    """The soonest scheduled show of each host who has one."""
    soonest = (
        select(ShowRow.id)
        .ext(distinct_on(ShowRow.host_creator_id))
        .where(ShowRow.state == ShowState.SCHEDULED, ShowRow.starts_at >= since)
        .where(ShowRow.host_creator_id.in_(hosts))
        .order_by(ShowRow.host_creator_id, ShowRow.starts_at, ShowRow.id)
    )
    found = await _with_products(session, select(ShowRow).where(ShowRow.id.in_(soonest)))
    return {show.host_creator_id: show for show in found}


async def next_show(session: Session, after: Show, since: datetime) -> Show | None:
    """The soonest scheduled show, one of the same host before all others."""
    chosen = select(ShowRow).where(
        ShowRow.state == ShowState.SCHEDULED, ShowRow.starts_at >= since, ShowRow.id != after.id
    )
    others = ShowRow.host_creator_id != after.host_creator_id
    found = await _with_products(
        session, chosen.order_by(others, ShowRow.starts_at, ShowRow.id).limit(1)
    )
    return found[0] if found else None


async def watchable_shows(session: Session, limit: int, before: str | None) -> list[Show]:
    """Ended shows with a replay, the latest first; those that ended before the show of the slug
    `before`.
    """
    chosen = select(ShowRow).where(
        ShowRow.state == ShowState.ENDED, ShowRow.replay_state == ReplayState.READY
    )
    if before is not None:
        last = select(ShowRow.ended_at, ShowRow.id).where(ShowRow.slug == before)
        chosen = chosen.where(tuple_(ShowRow.ended_at, ShowRow.id) < last.scalar_subquery())
    return await _with_products(
        session, chosen.order_by(ShowRow.ended_at.desc(), ShowRow.id.desc()).limit(limit)
    )


async def _with_products(session: Session, chosen: Select[ShowRow]) -> list[Show]:
    rows = (await session.execute(chosen)).scalars().all()
    products = select(
        ShowProductRow.show_id, ShowProductRow.product_id, ShowProductRow.item_number
    ).where(ShowProductRow.show_id.in_([row.id for row in rows]))
    of_show: dict[UUID, list[tuple[UUID, int]]] = {}
    for show_id, product_id, number in await session.execute(
        products.order_by(ShowProductRow.position)
    ):
        of_show.setdefault(show_id, []).append((product_id, number))
    return [_show(row, of_show.get(row.id, [])) for row in rows]


async def save_show(session: Session, before: Show, now: Show) -> None:
    """The columns in which `now` differs from `before`; needs the show's lock."""
    changed = {
        name: getattr(now, name) for name in _COLUMNS if getattr(now, name) != getattr(before, name)
    }
    if changed:
        await session.execute(update(ShowRow).where(ShowRow.id == now.id).values(**changed))


async def shelf(session: Session, show_id: UUID) -> list[tuple[UUID, int]]:
    """In order, with item numbers."""
    chosen = select(ShowProductRow.product_id, ShowProductRow.item_number)
    rows = await session.execute(
        chosen.where(ShowProductRow.show_id == show_id).order_by(ShowProductRow.position)
    )
    return [(product_id, number) for product_id, number in rows]


async def add_product(session: Session, show_id: UUID, product_id: UUID) -> None:
    """At the end of the shelf, under the number after the highest one that was ever given in the
    show, or, where that is the last there is, the lowest free one; adding twice is adding once.
    Needs the show's lock.
    """
    place = (
        select(func.coalesce(func.max(ShowProductRow.position), 0) + 1)
        .where(ShowProductRow.show_id == show_id)
        .scalar_subquery()
    )
    last = select(ShowRow.last_item_number).where(ShowRow.id == show_id).scalar_subquery()
    number = case((last < LAST_ITEM_NUMBER, last + 1), else_=_lowest_free(show_id))
    row = insert_or(ShowProductRow).values(
        show_id=show_id, product_id=product_id, position=place, item_number=number
    )
    added = await session.execute(
        row.on_conflict_do_nothing(
            index_elements=[ShowProductRow.show_id, ShowProductRow.product_id]
        ).returning(ShowProductRow.item_number)
    )
    given = added.scalar_one_or_none()
    if given is not None:
        await _note_number(session, show_id, given)


async def number_product(session: Session, show_id: UUID, product_id: UUID, number: int) -> None:
    """Needs the show's lock, and a number that no other product of it has."""
    await session.execute(
        update(ShowProductRow)
        .where(ShowProductRow.show_id == show_id, ShowProductRow.product_id == product_id)
        .values(item_number=number)
    )
    await _note_number(session, show_id, number)


async def _note_number(session: Session, show_id: UUID, number: int) -> None:
    await session.execute(
        update(ShowRow)
        .where(ShowRow.id == show_id, ShowRow.last_item_number < number)
        .values(last_item_number=number)
    )


def _lowest_free(show_id: UUID) -> ScalarSelect[int]:
    number = func.generate_series(1, LAST_ITEM_NUMBER).column_valued("number")
    taken = select(ShowProductRow.item_number).where(ShowProductRow.show_id == show_id)
    free = select(func.min(number)).where(number.not_in(taken))
    return free.scalar_subquery()


async def remove_product(session: Session, show_id: UUID, product_id: UUID) -> None:
    """Off the shelf."""
    await session.execute(
        delete(ShowProductRow).where(
            ShowProductRow.show_id == show_id, ShowProductRow.product_id == product_id
        )
    )


async def arrange_products(session: Session, show_id: UUID, product_ids: Sequence[UUID]) -> None:
    """Positions from 1 on, in one statement."""
    order = {product_id: position for position, product_id in enumerate(product_ids, 1)}
    if order:
        await session.execute(
            update(ShowProductRow)
            .where(ShowProductRow.show_id == show_id)
            .values(position=case(order, value=ShowProductRow.product_id))
        )


async def open_shows_with_product(session: Session, product_id: UUID) -> list[UUID]:
    """Shows that carry the product and sell it now or later, by id: those that are not over, and
    those that can be watched again.
    """
    chosen = select(ShowProductRow.show_id).join(ShowRow, ShowRow.id == ShowProductRow.show_id)
    carrying = chosen.where(
        ShowProductRow.product_id == product_id,
        or_(
            ShowRow.state.not_in([state for state in ShowState if state.over]),
            ShowRow.replay_state.in_([state for state in ReplayState if state.lasts]),
        ),
    )
    return list((await session.execute(carrying.order_by(ShowProductRow.show_id))).scalars())
