"""SQL of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONPATH

from showfloor.kit import clock, ids
from showfloor.kit.db import Connection, Session
from showfloor.kit.money import Money
from showfloor.kit.pipeline import Statement
from showfloor.shows.models import CueRow
from showfloor.shows.queries.drop_cues import drop_payload, stored_drop
from showfloor.shows.types import (
    AnnouncementPayload,
    Cue,
    CueKind,
    CuePayload,
    Disclosure,
    DisclosurePayload,
    DropPayload,
    PinPayload,
    ShowState,
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
    if kind is CueKind.ANNOUNCEMENT:
        until = stored["until"]
        return AnnouncementPayload(stored["text"], clock.parse_rfc3339(until) if until else None)
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
    if isinstance(payload, AnnouncementPayload):
        until = payload.until
        return {"text": payload.text, "until": clock.rfc3339(until) if until else None}
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
