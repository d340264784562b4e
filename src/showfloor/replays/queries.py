"""All SQL of `replays`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.kit.db import Session
from showfloor.replays.models import ClipRow, HiddenSpanRow, ReplayRow
from showfloor.replays.types import Clip, Cut, Gap, Pictures, Replay, Span


async def add(session: Session, show_id: UUID) -> None:
    """A row with what holds unless the host decides otherwise; adding twice is adding once."""
    new = Replay(show_id)
    row = {
        "show_id": show_id,
        "public": new.public,
        "gaps": [],
        "version": new.version,
        "published_version": new.published_version,
        "complete": new.complete,
    }
    await session.execute(insert_or(ReplayRow).values(**row).on_conflict_do_nothing())


async def replay(session: Session, show_id: UUID, *, lock: bool = False) -> Replay | None:
    """One replay as it is now."""
    chosen = select(ReplayRow).where(ReplayRow.show_id == show_id)
    chosen = chosen.execution_options(populate_existing=True)
    row = (await session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()
    return _replay(row, await _hidden(session, show_id)) if row else None


async def unpublished(session: Session) -> list[UUID]:
    """Ended shows whose folder does not show the last decision, or whose recording is not whole."""
    behind = ReplayRow.published_version < ReplayRow.version
    chosen = select(ReplayRow.show_id).where(
        ReplayRow.ended_at.is_not(None), or_(behind, ReplayRow.complete.is_(False))
    )
    return list((await session.execute(chosen.order_by(ReplayRow.show_id))).scalars())


async def end(session: Session, show_id: UUID, ended_at: datetime, keep_until: datetime) -> None:
    """The show is over: what was recorded may be published."""
    ended = update(ReplayRow).where(ReplayRow.show_id == show_id)
    await session.execute(ended.values(ended_at=ended_at, keep_until=keep_until))


async def outlived(session: Session, now: datetime) -> list[UUID]:
    """Replays of ended shows that are to be deleted by now, the oldest first."""
    due = [ReplayRow.keep_until <= now, ReplayRow.ended_at.is_not(None)]
    chosen = select(ReplayRow.show_id).where(*due, ReplayRow.deleted_at.is_(None))
    return list((await session.execute(chosen.order_by(ReplayRow.keep_until))).scalars())


async def ended(session: Session) -> list[tuple[UUID, datetime]]:
    """Replays of ended shows whose recording is whole and not deleted, the oldest first."""
    chosen = select(ReplayRow.show_id, ReplayRow.ended_at).where(
        ReplayRow.ended_at.is_not(None), ReplayRow.deleted_at.is_(None), ReplayRow.complete
    )
    rows = await session.execute(chosen.order_by(ReplayRow.ended_at))
    return [(row.show_id, row.ended_at) for row in rows]


async def deleted(session: Session, show_ids: Collection[UUID]) -> list[UUID]:
    """Those of these whose recording was deleted for good."""
    chosen = select(ReplayRow.show_id).where(
        ReplayRow.show_id.in_(show_ids), ReplayRow.deleted_at.is_not(None), ReplayRow.complete
    )
    return list((await session.execute(chosen)).scalars())


async def save_decision(session: Session, now: Replay) -> None:
    """What the host decided, with its hidden spans; needs the row's lock."""
    decided = update(ReplayRow).where(ReplayRow.show_id == now.show_id)
    await session.execute(
        decided.values(
            public=now.public,
            trim_start=now.cut.trim_start,
            trim_end=now.cut.trim_end,
            poster_at=now.poster_at,
            deleted_at=now.deleted_at,
            keep_days=now.keep_days,
            keep_until=now.keep_until,
            version=now.version,
        )
    )
    await session.execute(delete(HiddenSpanRow).where(HiddenSpanRow.show_id == now.show_id))
    rows = [
        {"show_id": now.show_id, "starts_at": span.start, "ends_at": span.end}
        for span in now.cut.hidden
    ]
    if rows:
        await session.execute(insert(HiddenSpanRow).values(rows))


async def save_published(session: Session, now: Replay) -> None:
    """What the folder shows; needs the row's lock."""
    published = update(ReplayRow).where(ReplayRow.show_id == now.show_id)
    await session.execute(
        published.values(
            starts_at=now.starts_at,
            duration_ms=now.duration_ms,
            gaps=[asdict(gap) for gap in now.gaps],
            published_version=now.published_version,
            complete=now.complete,
            drawn_version=now.drawn_version,
            poster_file=now.pictures.poster,
            storyboard_file=now.pictures.storyboard,
        )
    )


async def mark_captions(session: Session, show_id: UUID, *, due: bool) -> None:
    """What is said is, or is no longer, to be written beside the replay and its clips."""
    marked = update(ReplayRow).where(ReplayRow.show_id == show_id)
    await session.execute(marked.values(captions_due=due))


async def captions_due(session: Session) -> list[UUID]:
    chosen = select(ReplayRow.show_id).where(ReplayRow.captions_due)
    return list((await session.execute(chosen.order_by(ReplayRow.show_id))).scalars())


async def undrawn(session: Session) -> list[UUID]:
    """Published replays whose pictures are still to be drawn."""
    chosen = select(ReplayRow.show_id).where(
        ReplayRow.complete,
        ReplayRow.public,
        ReplayRow.deleted_at.is_(None),
        ReplayRow.duration_ms > 0,
        ReplayRow.published_version == ReplayRow.version,
        ReplayRow.drawn_version < ReplayRow.published_version,
    )
    return list((await session.execute(chosen.order_by(ReplayRow.show_id))).scalars())


async def _hidden(session: Session, show_id: UUID) -> Sequence[Span]:
    chosen = select(HiddenSpanRow.starts_at, HiddenSpanRow.ends_at)
    rows = await session.execute(
        chosen.where(HiddenSpanRow.show_id == show_id).order_by(HiddenSpanRow.starts_at)
    )
    return [Span(row.starts_at, row.ends_at) for row in rows]


def _replay(row: ReplayRow, hidden: Sequence[Span]) -> Replay:
    return Replay(
        show_id=row.show_id,
        public=row.public,
        cut=Cut(row.trim_start, row.trim_end, tuple(hidden)),
        ended_at=row.ended_at,
        deleted_at=row.deleted_at,
        keep_days=row.keep_days,
        keep_until=row.keep_until,
        starts_at=row.starts_at,
        duration_ms=row.duration_ms,
        gaps=tuple(Gap(**gap) for gap in row.gaps),
        version=row.version,
        published_version=row.published_version,
        complete=row.complete,
        poster_at=row.poster_at,
        drawn_version=row.drawn_version,
        pictures=Pictures(row.poster_file, row.storyboard_file),
    )


_CLIP_FIELDS = (
    "id", "show_id", "slug", "title", "public", "created_at", "cue_id", "decided", "made", "failed",
    "duration_ms", "version",
)  # fmt: skip


async def add_clip(session: Session, clip: Clip) -> bool:
    """False when the address is taken, or the pin has its suggestion already."""
    added = insert_or(ClipRow).values(**_clip_values(clip)).on_conflict_do_nothing()
    return (await session.execute(added.returning(ClipRow.id))).first() is not None


async def clip(session: Session, clip_id: UUID) -> Clip | None:
    """As it is now; its show's replay is what is locked."""
    return await _one_clip(session, ClipRow.id == clip_id)


async def clip_of_slug(session: Session, slug: str) -> Clip | None:
    return await _one_clip(session, ClipRow.slug == slug)


async def clips(session: Session, show_id: UUID) -> list[Clip]:
    """Of a show, by their place in it."""
    return await _clips_where(session, ClipRow.show_id == show_id)


async def latest_clips(session: Session, limit: int, before: str | None) -> list[Clip]:
    """Public and made, the latest first; those older than the clip of the slug `before`."""
    chosen = select(ClipRow).where(ClipRow.public, ClipRow.made, ClipRow.deleted_at.is_(None))
    if before is not None:
        last = select(ClipRow.created_at, ClipRow.id).where(ClipRow.slug == before)
        chosen = chosen.where(tuple_(ClipRow.created_at, ClipRow.id) < last.scalar_subquery())
    latest_first = chosen.order_by(ClipRow.created_at.desc(), ClipRow.id.desc())
    rows = await session.execute(latest_first.limit(limit))
    return [_clip(row) for row in rows.scalars()]


async def unmade_clips(session: Session) -> list[UUID]:
    """Public clips whose files are not there."""
    chosen = select(ClipRow.id).where(
        ClipRow.public, ClipRow.made.is_(False), ClipRow.failed.is_(False)
    )
    alive = chosen.where(ClipRow.deleted_at.is_(None)).order_by(ClipRow.created_at)
    return list((await session.execute(alive)).scalars())


async def shows_of_clips(session: Session, clip_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Also of deleted clips."""
    chosen = select(ClipRow.id, ClipRow.show_id).where(ClipRow.id.in_(clip_ids))
    return {row.id: row.show_id for row in await session.execute(chosen)}


async def save_clip(session: Session, now: Clip) -> None:
    """Needs the lock of its show's replay."""
    values = _clip_values(now)
    await session.execute(update(ClipRow).where(ClipRow.id == now.id).values(**values))


async def delete_clip(session: Session, clip_id: UUID, at: datetime) -> None:
    """The row stays, so that its pin gets no suggestion again and its address no other clip."""
    gone = update(ClipRow).where(ClipRow.id == clip_id)
    await session.execute(gone.values(deleted_at=at, public=False, made=False))


async def _one_clip(session: Session, which: ColumnElement[bool]) -> Clip | None:
    found = await _clips_where(session, which)
    return found[0] if found else None


async def _clips_where(session: Session, which: ColumnElement[bool]) -> list[Clip]:
    chosen = select(ClipRow).where(which, ClipRow.deleted_at.is_(None))
    ordered = chosen.order_by(ClipRow.starts_at, ClipRow.id)
    rows = await session.execute(ordered.execution_options(populate_existing=True))
    return [_clip(row) for row in rows.scalars()]


def _clip(row: ClipRow) -> Clip:
    values = {name: getattr(row, name) for name in _CLIP_FIELDS}
    return Clip(**values, span=Span(row.starts_at, row.ends_at))


def _clip_values(clip: Clip) -> dict[str, Any]:
    values = {name: getattr(clip, name) for name in _CLIP_FIELDS}
    return values | {"starts_at": clip.span.start, "ends_at": clip.span.end}
