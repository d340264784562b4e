"""Captions as far as somebody may watch what is said: the same lines on the show clock as live, cut
like the picture.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids, webvtt
from showfloor.kit.db import Session
from showfloor.kit.messages import Phrase
from showfloor.kit.recording import SegmentLine
from showfloor.kit.webvtt import WebVttError
from showfloor.replays import queries
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.errors import CaptionsUnreadable, ReplayNotThere
from showfloor.replays.rules import moment_at, position_at, visible_segments
from showfloor.replays.service.subtitles import captions_changed
from showfloor.replays.types import ClipState, Replay, Span
from showfloor.shows import service as shows
from showfloor.shows.types import Caption, Show


async def list_captions(
    session: Session, *, person: Person | None, show_id: UUID, language: str
) -> list[Caption]:
    """What everybody may read: the lines of what can be watched, in the replay or in a clip; for
    who runs the show all of them. Raises ShowNotFound.
    """
    show = await shows.get_public_show(session, show_id, person=person)
    lines = await shows.list_captions(session, show_id, language)
    if person is not None and shows.may_run(person, show):
        return lines
    replay = await queries.replay(session, show_id) or Replay(show_id)
    if replay.deleted_at is not None:
        return []
    seen = [line for line in lines if replay.cut.leaves(Span(line.start, line.end))]
    if replay.public:
        return seen
    clips = await queries.clips(session, show_id)
    spans = [clip.span for clip in clips if clip.state(replay.cut) is ClipState.READY]
    return [
        line
        for line in seen
        if any(span.start < line.end and line.start < span.end for span in spans)
    ]


async def write_captions(
    session: Session, storage: Storage, *, show_id: UUID, language: str
) -> str:
    """WebVTT by positions of the replay, without what is cut. Raises ShowNotFound,
    ReplayNotThere.
    """
    lines = await list_captions(session, person=None, show_id=show_id, language=language)
    replay, visible = await _visible(session, storage, show_id)
    if not replay.public or not visible or not lines:
        raise ReplayNotThere
    placed = (
        (position_at(visible, line.start), position_at(visible, line.end), line.text)
        for line in lines
    )
    return webvtt.write(webvtt.Line(start, end, text) for start, end, text in placed if start < end)


async def read_captions(
    session: Session, storage: Storage, *, person: Person, show_id: UUID, language: str, data: bytes
) -> Show:
    """Replace a language by a WebVTT file whose times are positions of the replay as it is now.

    Raises ShowNotFound, ReplayNotThere, CaptionsUnreadable, TooManyCaptions.
    """
    await shows.get_own_show(session, person=person, show_id=show_id)
    try:
        found = await asyncio.to_thread(webvtt.parse, data)
    except WebVttError as problem:
        reason = Phrase(f"webvtt.{problem.reason}")
        raise CaptionsUnreadable(reason=reason, line=problem.line) from None
    replay, visible = await _visible(session, storage, show_id)
    if replay.ended_at is None or not visible:
        raise ReplayNotThere
    placed = (
        (moment_at(visible, line.start), moment_at(visible, line.end, ends=True), line.text)
        for line in found
    )
    lines = [
        Caption(
            ids.new(),
            show_id,
            language,
            clock.from_milliseconds(start),
            clock.from_milliseconds(end),
            text,
        )
        for start, end, text in placed
        if start is not None and end is not None and start < end
    ]
    await captions_changed(session, show_id)
    return await shows.replace_captions(
        session, person=person, show_id=show_id, language=language, lines=lines
    )


async def edit_captions(
    session: Session, *, person: Person, show_id: UUID, language: str, texts: dict[UUID, str]
) -> None:
    """Other words for single lines; an empty text takes a line away. Raises ShowNotFound,
    CaptionsNotThere.
    """
    await shows.get_own_show(session, person=person, show_id=show_id)
    # The replay's lock before the show's, as everywhere.
    await captions_changed(session, show_id)
    await shows.edit_captions(
        session, person=person, show_id=show_id, language=language, texts=texts
    )


async def delete_captions(
    session: Session, *, person: Person, show_id: UUID, language: str
) -> None:
    """All lines of a language. Raises ShowNotFound."""
    await shows.get_own_show(session, person=person, show_id=show_id)
    await captions_changed(session, show_id)
    await shows.replace_captions(
        session, person=person, show_id=show_id, language=language, lines=[]
    )


async def _visible(
    session: Session, storage: Storage, show_id: UUID
) -> tuple[Replay, list[SegmentLine]]:
    replay = await queries.replay(session, show_id)
    if replay is None or replay.deleted_at is not None:
        raise ReplayNotThere
    index = await asyncio.to_thread(storage.read_index, ids.encode("show", show_id))
    return replay, visible_segments(index.segments, replay.cut)
