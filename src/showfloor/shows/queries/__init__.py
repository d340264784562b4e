"""All SQL of `shows`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONPATH, distinct_on
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.kit import ids
from showfloor.kit.db import Connection, Session
from showfloor.kit.money import Money
from showfloor.kit.pipeline import Statement
from showfloor.shows.models import CaptionRow, CueRow, RemoteRow, ShowProductRow, ShowRow
from showfloor.shows.queries.drop_cues import drop_payload, stored_drop
from showfloor.shows.types import (
    Caption,
    Cue,
    CueKind,
    CuePayload,
    Disclosure,
    DisclosurePayload,
    DropPayload,
    PinPayload,
    Remote,
    ReplayState,
    Show,
    ShowState,
)

_COLUMNS = [column.name for column in ShowRow.__table__.columns]
_REMOTE_COLUMNS = [field.name for field in fields(Remote)]


def _show(row: ShowRow, product_ids: Sequence[UUID]) -> Show:
    values = {name: getattr(row, name) for name in _COLUMNS}
    said = row.disclosures
    own = {
        "caption_languages": tuple(row.caption_languages),
        "state": ShowState(row.state),
        "disclosures": None if said is None else tuple(Disclosure(each) for each in said),
    }
    return Show(**values | own, product_ids=tuple(product_ids))


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
    return _show(row, await product_ids(session, show_id)) if row else None


async def show_of_slug(session: Session, slug: str) -> Show | None:
    """The show behind an address, with its products."""
    row = (await session.execute(select(ShowRow).where(ShowRow.slug == slug))).scalar_one_or_none()
    return _show(row, await product_ids(session, row.id)) if row else None


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
    products = select(ShowProductRow.show_id, ShowProductRow.product_id).where(
        ShowProductRow.show_id.in_([row.id for row in rows])
    )
    of_show: dict[UUID, list[UUID]] = {}
    for found in await session.execute(products.order_by(ShowProductRow.position)):
        of_show.setdefault(found.show_id, []).append(found.product_id)
    return [_show(row, of_show.get(row.id, [])) for row in rows]


async def save_show(session: Session, before: Show, now: Show) -> None:
    """The columns in which `now` differs from `before`; needs the show's lock."""
    changed = {
        name: getattr(now, name) for name in _COLUMNS if getattr(now, name) != getattr(before, name)
    }
    if changed:
        await session.execute(update(ShowRow).where(ShowRow.id == now.id).values(**changed))


async def product_ids(session: Session, show_id: UUID) -> list[UUID]:
    """The shelf, in order."""
    chosen = select(ShowProductRow.product_id).where(ShowProductRow.show_id == show_id)
    return list((await session.execute(chosen.order_by(ShowProductRow.position))).scalars())


async def add_product(session: Session, show_id: UUID, product_id: UUID) -> None:
    """At the end of the shelf; adding twice is adding once."""
    place = (
        select(func.coalesce(func.max(ShowProductRow.position), 0) + 1)
        .where(ShowProductRow.show_id == show_id)
        .scalar_subquery()
    )
    row = insert_or(ShowProductRow).values(show_id=show_id, product_id=product_id, position=place)
    await session.execute(row.on_conflict_do_nothing())


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


async def add_captions(session: Session, captions: Sequence[Caption]) -> None:
    """New lines."""
    rows = [
        {
            "id": each.id,
            "show_id": each.show_id,
            "language": each.language,
            "starts_at": each.start,
            "ends_at": each.end,
            "text": each.text,
        }
        for each in captions
    ]
    if rows:
        await session.execute(insert(CaptionRow), rows)


async def captions(session: Session, show_id: UUID, language: str) -> list[Caption]:
    """The lines of a language by start."""
    chosen = select(CaptionRow).where(
        CaptionRow.show_id == show_id, CaptionRow.language == language
    )
    ordered = chosen.order_by(CaptionRow.starts_at, CaptionRow.id)
    rows = await session.execute(ordered.execution_options(populate_existing=True))
    return [
        Caption(row.id, row.show_id, row.language, row.starts_at, row.ends_at, row.text)
        for row in rows.scalars()
    ]


async def count_captions(session: Session, show_id: UUID, language: str) -> int:
    """How many lines there are in a language."""
    counted = select(func.count()).where(
        CaptionRow.show_id == show_id, CaptionRow.language == language
    )
    return int((await session.execute(counted)).scalar_one())


async def edit_caption(
    session: Session, show_id: UUID, language: str, caption_id: UUID, text: str
) -> None:
    """Other words for a line, or none: then it goes. A line that is not there stays so."""
    mine = (
        (CaptionRow.id == caption_id)
        & (CaptionRow.show_id == show_id)
        & (CaptionRow.language == language)
    )
    if text:
        await session.execute(update(CaptionRow).where(mine).values(text=text))
    else:
        await session.execute(delete(CaptionRow).where(mine))


async def remove_captions(session: Session, show_id: UUID, language: str | None) -> None:
    """All lines of a language, or of every language."""
    chosen = delete(CaptionRow).where(CaptionRow.show_id == show_id)
    if language is not None:
        chosen = chosen.where(CaptionRow.language == language)
    await session.execute(chosen)


def _remote(row: RemoteRow) -> Remote:
    return Remote(**{name: getattr(row, name) for name in _REMOTE_COLUMNS})


async def add_remote(session: Session, remote: Remote, digest: bytes) -> None:
    """A ticket that nobody has used yet."""
    await session.execute(insert(RemoteRow).values(**asdict(remote), secret_digest=digest))


async def remotes(session: Session, show_id: UUID, now: datetime) -> list[Remote]:
    """Those that have not run out, oldest first."""
    chosen = select(RemoteRow).where(RemoteRow.show_id == show_id, RemoteRow.expires_at > now)
    return [
        _remote(row) for row in (await session.execute(chosen.order_by(RemoteRow.id))).scalars()
    ]


async def remote_of(
    session: Session, digest: bytes, now: datetime, *, joined: bool
) -> Remote | None:
    """The remote behind a token (`joined`) or behind a ticket, which is locked."""
    chosen = select(RemoteRow).where(
        RemoteRow.secret_digest == digest,
        RemoteRow.expires_at > now,
        RemoteRow.joined_at.is_not(None) if joined else RemoteRow.joined_at.is_(None),
    )
    found = await session.execute(chosen if joined else chosen.with_for_update())
    row = found.scalar_one_or_none()
    return _remote(row) if row else None


async def join_remote(session: Session, remote: Remote, digest: bytes) -> None:
    """The ticket is used up; from here on the token of `digest` counts."""
    await session.execute(
        update(RemoteRow)
        .where(RemoteRow.id == remote.id)
        .values(secret_digest=digest, joined_at=remote.joined_at, expires_at=remote.expires_at)
    )


async def remove_remote(session: Session, show_id: UUID, remote_id: UUID) -> bool:
    """Whether the show had it."""
    chosen = delete(RemoteRow).where(RemoteRow.show_id == show_id, RemoteRow.id == remote_id)
    return (await session.execute(chosen.returning(RemoteRow.id))).first() is not None


async def remove_remotes(
    session: Session, show_id: UUID, *, before: datetime | None = None
) -> None:
    """All of a show, or those that ran out before."""
    chosen = delete(RemoteRow).where(RemoteRow.show_id == show_id)
    await session.execute(
        chosen if before is None else chosen.where(RemoteRow.expires_at <= before)
    )


async def newest_pin(session: Session, show_id: UUID) -> Cue | None:
    """Open or ended."""
    chosen = (
        select(CueRow)
        .where(CueRow.show_id == show_id, CueRow.kind == CueKind.PIN)
        .order_by(CueRow.starts_at.desc(), CueRow.id.desc())
        .limit(1)
    )
    row = (await session.execute(chosen)).scalar_one_or_none()
    return _cue(row) if row else None


def _cue(row: CueRow) -> Cue:
    kind = CueKind(row.kind)
    payload = _payload(kind, row.payload)
    return Cue(row.id, row.show_id, kind, row.starts_at, row.ends_at, payload)


def _payload(kind: CueKind, stored: Mapping[str, Any]) -> CuePayload:
    if kind is CueKind.DISCLOSURE:
        return DisclosurePayload(Disclosure(stored["disclosure"]))
    if kind is CueKind.DROP:
        return drop_payload(stored)
    price = stored.get("price")
    return PinPayload(
        ids.parse("prod", stored["product_id"]),
        stored.get("name"),
        Money(price["amount"], price["currency"]) if price else None,
    )


def _stored(payload: CuePayload) -> dict[str, Any]:
    if isinstance(payload, DisclosurePayload):
        return {"disclosure": payload.disclosure.value}
    if isinstance(payload, DropPayload):
        return stored_drop(payload)
    return {
        "product_id": ids.encode("prod", payload.product_id),
        "name": payload.name,
        "price": asdict(payload.price) if payload.price else None,
    }


async def add_cue(session: Session, cue: Cue) -> None:
    """A new interval on the timeline."""
    row = {
        "id": cue.id,
        "show_id": cue.show_id,
        "kind": cue.kind,
        "starts_at": cue.start,
        "ends_at": cue.end,
        "payload": _stored(cue.payload),
    }
    await session.execute(insert(CueRow).values(**row))


async def cue(session: Session, cue_id: UUID) -> Cue | None:
    """One cue as it is now, not as this session read it before it had the show's lock."""
    chosen = select(CueRow).where(CueRow.id == cue_id).execution_options(populate_existing=True)
    row = (await session.execute(chosen)).scalar_one_or_none()
    return _cue(row) if row else None


async def end_cue(session: Session, cue_id: UUID, end: datetime) -> datetime:
    """The end that the cue has from now on: an ended cue keeps its first."""
    kept = (
        update(CueRow)
        .where(CueRow.id == cue_id)
        .values(ends_at=func.coalesce(CueRow.ends_at, end))
        .returning(CueRow.ends_at)
    )
    held = (await session.execute(kept)).scalar_one()
    assert held is not None
    return held


async def cues(session: Session, show_id: UUID, *, at: datetime | None = None) -> list[Cue]:
    """The timeline, or only what contains `at`, by start."""
    contain = [] if at is None else [CueRow.starts_at <= at, _open_or_ending_after(at)]
    return await _cues_where(session, CueRow.show_id == show_id, *contain)


async def open_cues(session: Session, show_id: UUID, *, kind: CueKind | None = None) -> list[Cue]:
    """What has no end yet, of one kind or of all, oldest first."""
    of_kind = [] if kind is None else [CueRow.kind == kind]
    open_now = CueRow.ends_at.is_(None)
    return await _cues_where(session, CueRow.show_id == show_id, open_now, *of_kind)


async def recent_cues(session: Session, show_id: UUID, ended_after: datetime) -> list[Cue]:
    """Open cues and those that ended a moment ago: what `streaming` has to carry."""
    return await _cues_where(session, CueRow.show_id == show_id, _open_or_ending_after(ended_after))


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report about a show is compared with, and answered from."""

    state: ShowState
    cue_offset_ms: int
    picture_ratio: float | None
    cues: list[Cue]


_LOCK_REPORTED: LiteralString = """
select state, cue_offset_ms, picture_ratio from show where id = %(show)s for update
"""
_RECENT_CUES: LiteralString = """
select id, show_id, kind, starts_at, ends_at, payload from cue
where show_id = %(show)s and (ends_at is null or ends_at > %(ended_after)s)
order by starts_at, id
"""


async def lock_reported(
    connection: Connection, show_id: UUID, ended_after: datetime
) -> Reported | None:
    """The show with its `recent_cues`; who changes it waits until this transaction ends."""
    values = {"show": show_id, "ended_after": ended_after}
    shows, cues = await connection.fetch(
        Statement(_LOCK_REPORTED, values), Statement(_RECENT_CUES, values)
    )
    if not shows:
        return None
    ((state, cue_offset_ms, picture_ratio),) = shows
    names = ("id", "show_id", "kind", "starts_at", "ends_at", "payload")
    recent = [_cue(CueRow(**dict(zip(names, row, strict=True)))) for row in cues]
    return Reported(ShowState(state), cue_offset_ms, picture_ratio, recent)


async def has_paid_partnership(session: Session, show_id: UUID) -> bool:
    """Whether a disclosure of the show says that somebody pays for it, whatever the member of its
    payload is called.
    """
    path = '$.** ? (@ == "paid_partnership")'
    disclosed = (
        (CueRow.show_id == show_id)
        & (CueRow.kind == "disclosure")
        & func.jsonb_path_exists(CueRow.payload, cast(path, JSONPATH))
    )
    return bool((await session.execute(select(exists().where(disclosed)))).scalar_one())


async def _cues_where(session: Session, *conditions: ColumnElement[bool]) -> list[Cue]:
    chosen = select(CueRow).where(*conditions).order_by(CueRow.starts_at, CueRow.id)
    return [_cue(row) for row in (await session.execute(chosen)).scalars()]


def _open_or_ending_after(moment: datetime) -> ColumnElement[bool]:
    return or_(CueRow.ends_at.is_(None), CueRow.ends_at > moment)
