"""Clips: a part of a show with an address of its own.

The row says what the host decided, and its files follow: the worker makes them in a folder that
nobody can see and then moves that folder to its public place under the lock of the show's replay,
so that no half clip is ever public, and none of a part that was taken out meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids, messages
from showfloor.kit.clock import milliseconds, parse_rfc3339
from showfloor.kit.contract import CarriedCue
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.kit.recording import SegmentLine
from showfloor.replays import playlist, queries
from showfloor.replays.adapters.cutter import CutClip, CutOrder, Label, Piece
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.errors import ClipNotFound, ClipSpanUnavailable, TooManyClips
from showfloor.replays.playlist import Stretch
from showfloor.replays.rules import (
    MOST_CLIPS,
    WAIT_FOR_CLIP,
    check_clip,
    files_of,
    product_of,
    runs_of,
    suggested_span,
)
from showfloor.replays.schemas import ClipChange, NewClip
from showfloor.replays.service import subtitles
from showfloor.replays.types import Clip, ClipState, ClipWithState, Cut, Replay, Span
from showfloor.shows import service as shows
from showfloor.shows.types import Show

CLIPS = "clips"
"""The name under which the worker is woken."""
STREAM = "clip.m4s"


async def add_clip(
    session: Session, *, person: Person, show_id: UUID, new: NewClip
) -> ClipWithState:
    """A clip of a show, live or over; the worker makes its files when it is public.

    Raises ShowNotFound, ClipSpanInvalid, ClipSpanUnavailable, TooManyClips.
    """
    await shows.get_own_show(session, person=person, show_id=show_id)
    span = Span(new.start, new.end)
    check_clip(span)
    replay = await _lock(session, show_id)
    if replay.deleted_at is not None or not replay.cut.leaves(span):
        raise ClipSpanUnavailable
    if len(await queries.clips(session, show_id)) >= MOST_CLIPS:
        raise TooManyClips(most=MOST_CLIPS)
    clip = _clip(show_id, new.words, span, public=new.public)
    added = await queries.add_clip(session, clip)
    assert added
    return _decided(session, clip, replay)


async def change_clip(
    session: Session, *, person: Person, clip_id: UUID, change: ClipChange
) -> ClipWithState:
    """Another title or span, public or not. The caller withdraws what must not be public any more
    after the commit.

    Raises ClipNotFound, ClipSpanInvalid, ClipSpanUnavailable.
    """
    before, replay = await _get_own(session, person, clip_id)
    now = change.apply(before)
    check_clip(now.span)
    if now.public and (replay.deleted_at is not None or not replay.cut.leaves(now.span)):
        raise ClipSpanUnavailable
    same = now.span == before.span and now.public
    now = replace(now, decided=True, failed=False, made=before.made and same)
    if not same:
        now = replace(now, version=before.version + 1)
    await queries.save_clip(session, now)
    return _decided(session, now, replay)


async def delete_clip(session: Session, *, person: Person, clip_id: UUID) -> Clip:
    """For good; the caller withdraws its files after the commit. Raises ClipNotFound."""
    clip, _ = await _get_own(session, person, clip_id)
    await queries.delete_clip(session, clip_id, clock.now())
    await _count(session, clip.show_id)
    return clip


async def settle_files(session: Session, storage: Storage, clip: Clip) -> None:
    """Nothing of a clip is public that must not be; before the answer, and under its lock."""
    await _lock(session, clip.show_id)
    now = await queries.clip(session, clip.id)
    if now is None or not (now.public and now.made):
        await asyncio.to_thread(storage.withdraw, _name(clip))
    await _count(session, clip.show_id)


async def list_clips(
    session: Session, *, person: Person | None, show_id: UUID
) -> list[ClipWithState]:
    """All of them for who runs the show, for others those that can be watched. Raises
    ShowNotFound.
    """
    show = await shows.get_public_show(session, show_id, person=person)
    replay = await queries.replay(session, show_id)
    found = [_with_state(clip, replay) for clip in await queries.clips(session, show_id)]
    if person is not None and shows.may_run(person, show):
        return found
    return [each for each in found if each.state is ClipState.READY]


async def find_clip(session: Session, slug: str) -> tuple[Clip, Show]:
    """What everybody may watch. Raises ClipNotFound."""
    clip = await queries.clip_of_slug(session, slug)
    if clip is None:
        raise ClipNotFound
    replay = await queries.replay(session, clip.show_id)
    if _with_state(clip, replay).state is not ClipState.READY:
        raise ClipNotFound
    return clip, await shows.get_show(session, clip.show_id)


async def list_latest(session: Session, limit: int = 12, before: str | None = None) -> list[Clip]:
    """What everybody may watch, the latest first; `before` is the last slug of the page before.
    After a slug that is unknown comes nothing.
    """
    return await queries.latest_clips(session, limit, before)


async def suggest(session: Session, replay: Replay, recorded: Sequence[SegmentLine]) -> None:
    """A draft for each pin; once, whatever the host did with it since."""
    if not recorded:
        return
    last = clock.from_milliseconds(recorded[-1].end)
    for cue in await shows.list_whole_timeline(session, replay.show_id):
        span = suggested_span(cue, last) if cue.kind == "pin" else None
        if span is None or not replay.cut.leaves(span):
            continue
        words = cue.payload.get("name") or {"en": "Clip", "ar": "مقطع"}
        clip = _clip(replay.show_id, dict(words), span, public=False)
        suggested = replace(clip, cue_id=ids.parse("cue", cue.id), decided=False)
        await queries.add_clip(session, suggested)


async def withdraw_cut(session: Session, storage: Storage, replay: Replay) -> None:
    """Clips of what was taken out of a show are gone with it; needs the lock of its replay."""
    for clip in await queries.clips(session, replay.show_id):
        if clip.made and not _watchable(clip, replay):
            await asyncio.to_thread(storage.withdraw, _name(clip))
            await queries.save_clip(session, replace(clip, made=False, version=clip.version + 1))
    await _count(session, replay.show_id)
    # One that may be watched again is made again.
    wake(session, CLIPS)


@dataclass(frozen=True, slots=True)
class Making:
    """A clip whose files are being made, out of these runs of segments."""

    clip: Clip
    runs: Sequence[Sequence[SegmentLine]]
    cues: Sequence[CarriedCue]
    order: CutOrder
    files: frozenset[str]
    """Of the recording, which the caller fetches into the folder that the order reads."""


async def list_unmade(session: Session) -> list[UUID]:
    return await queries.unmade_clips(session)


async def order_clip(
    session: Session,
    storage: Storage,
    clip_id: UUID,
    *,
    media: Path,
    folder: Path,
    fonts: Mapping[str, str],
) -> Making | None:
    """What to make into `folder` out of files in `media`; None when nothing can be made now.
    `fonts` are files by language.
    """
    clip = await queries.clip(session, clip_id)
    if clip is None or not clip.public or clip.made:
        return None
    replay = await queries.replay(session, clip.show_id)
    if replay is None or not _watchable(clip, replay):
        return None
    show = await shows.get_show(session, clip.show_id)
    name = ids.encode("show", clip.show_id)
    index = await asyncio.to_thread(storage.read_index, name)
    runs = runs_of(index.segments, clip.span)
    recorded = runs[-1][-1].end if runs else 0.0
    # The last segment of a live show is on its way to the disk.
    incomplete = recorded < milliseconds(clip.span.end) and not index.ended
    if incomplete and clock.now() - max(clip.created_at, clip.span.end) < WAIT_FOR_CLIP:
        return None
    whole = await shows.list_whole_timeline(session, clip.show_id)
    cues = [cue for cue in whole if _touches(cue, clip.span)]
    order = CutOrder(
        folder=str(folder),
        pieces=[_piece(run, clip.span, media) for run in runs],
        labels=[_label(cue, clip, runs, show, fonts) for cue in cues if cue.kind == "disclosure"],
    )
    return Making(clip, runs, cues, order, files_of(line for run in runs for line in run))


async def show_clip(
    session: Session, storage: Storage, making: Making, made: CutClip | None
) -> bool:
    """Move the files to where everybody can see them, unless the host decided otherwise since."""
    replay = await _lock(session, making.clip.show_id)
    now = await queries.clip(session, making.clip.id)
    if now is None or now.version != making.clip.version or not now.public:
        return False
    if not _watchable(now, replay):
        return False
    if made is None or not made.fragments:
        await queries.save_clip(session, replace(now, failed=True))
        return False
    folder = Path(making.order.folder)
    fragments = _fragments(making, made)
    files = {
        playlist.MEDIA: playlist.clip(STREAM, made.head, fragments, making.cues),
        **subtitles.clip_files(
            playlist.multivariant_of_clip(made.codecs, (made.width, made.height), fragments),
            await subtitles.said_in(session, replay),
            _stretches(making.runs, now.span),
        ),
    }
    for file, text in files.items():
        await asyncio.to_thread((folder / file).write_text, text, encoding="utf-8")
    await asyncio.to_thread(storage.put, _name(now), folder)
    shown = replace(now, made=True, duration_ms=round(made.seconds * 1000))
    await queries.save_clip(session, shown)
    await _count(session, now.show_id)
    return True


async def write_subtitles(session: Session, storage: Storage, replay: Replay) -> None:
    """Beside every clip that can be watched; needs the lock of its replay."""
    said = await subtitles.said_in(session, replay)
    index = await asyncio.to_thread(storage.read_index, ids.encode("show", replay.show_id))
    for clip in await queries.clips(session, replay.show_id):
        runs = runs_of(index.segments, clip.span)
        text = await asyncio.to_thread(storage.read, _name(clip), playlist.MULTIVARIANT)
        # Older versions made clips whose only playlist is that of their media.
        if clip.made and runs and text and "#EXT-X-STREAM-INF" in text:
            files = subtitles.clip_files(text, said, _stretches(runs, clip.span))
            await asyncio.to_thread(storage.replace, _name(clip), playlist.CAPTIONS, files)


def _stretches(runs: Sequence[Sequence[SegmentLine]], span: Span) -> list[Stretch]:
    """Where which moments of the show are in the clip."""
    found, at = [], 0
    for run in runs:
        start = max(milliseconds(span.start), run[0].start)
        long = round(min(milliseconds(span.end), run[-1].end) - start)
        found.append(Stretch(at, start, long))
        at += long
    return found


def _fragments(making: Making, made: CutClip) -> list[tuple[float, int, int, float]]:
    """With their moments: the show clock jumps from run to run, the clip does not."""
    starts: list[tuple[float, float]] = []
    at = 0.0
    for piece, run in zip(making.order.pieces, making.runs, strict=True):
        starts.append((at, run[0].start + piece.start_ms))
        at += (piece.end_ms - piece.start_ms) / 1000
    found, played = [], 0.0
    for fragment in made.fragments:
        begins, moment = next(each for each in reversed(starts) if each[0] <= played + 0.05)
        found.append(
            (
                fragment.seconds,
                fragment.size,
                fragment.offset,
                moment + (played - begins) * 1000,
            )
        )
        played += fragment.seconds
    return found


def _piece(run: Sequence[SegmentLine], span: Span, media: Path) -> Piece:
    first = run[0].start
    end = min(milliseconds(span.end), run[-1].end)
    return Piece(
        init=str(media / run[0].init),
        segments=[str(media / line.name) for line in run],
        start_ms=max(0, round(milliseconds(span.start) - first)),
        end_ms=round(end - first),
    )


def _label(
    cue: CarriedCue,
    clip: Clip,
    runs: Sequence[Sequence[SegmentLine]],
    show: Show,
    fonts: Mapping[str, str],
) -> Label:
    """In the language of the show. Where the picture was away the whole clip is labelled: too much
    is said rather than too little.
    """
    lang = show.languages[0]
    text = messages.load().translate(lang, f"disclosure.{cue.payload['disclosure']}")
    start, end = milliseconds(clip.span.start), milliseconds(clip.span.end)
    whole = (0, round(end - start))
    if len(runs) > 1:
        return Label(text, fonts[lang], *whole)
    begins = max(0, round(milliseconds(parse_rfc3339(cue.start)) - start))
    ends = milliseconds(parse_rfc3339(cue.end)) - start if cue.end else whole[1]
    return Label(text, fonts[lang], begins, min(round(ends), whole[1]))


def _touches(cue: CarriedCue, span: Span) -> bool:
    ends = parse_rfc3339(cue.end) if cue.end else None
    return parse_rfc3339(cue.start) < span.end and (ends is None or ends > span.start)


def _clip(show_id: UUID, title: dict[str, str], span: Span, *, public: bool) -> Clip:
    clip_id = ids.new()
    nicest = shows.slug_of(title.get("en", "")) or "clip"
    slug = f"{nicest[:40].strip('-')}-{ids.secret(4).lower().replace('_', 'x').replace('-', 'y')}"
    return Clip(
        id=clip_id,
        show_id=show_id,
        slug=slug,
        title=title,
        span=span,
        public=public,
        created_at=clock.now(),
    )


def _name(clip: Clip) -> str:
    """Of its public folder."""
    return ids.encode("clip", clip.id)


def _with_state(clip: Clip, replay: Replay | None) -> ClipWithState:
    replay = replay or Replay(clip.show_id)
    cut: Cut | None = replay.cut if replay.deleted_at is None else None
    return ClipWithState(clip, clip.state(cut))


def _watchable(clip: Clip, replay: Replay) -> bool:
    return replay.deleted_at is None and replay.cut.leaves(clip.span)


def _decided(session: Session, clip: Clip, replay: Replay) -> ClipWithState:
    wake(session, CLIPS)
    return _with_state(clip, replay)


async def _count(session: Session, show_id: UUID) -> None:
    """A show with clips sells what is in them, also when its replay is withheld."""
    public = [clip for clip in await queries.clips(session, show_id) if clip.public and clip.made]
    await shows.set_clips(session, show_id, len(public))


async def _lock(session: Session, show_id: UUID) -> Replay:
    await queries.add(session, show_id)
    found = await queries.replay(session, show_id, lock=True)
    assert found is not None
    return found


async def _get_own(session: Session, person: Person, clip_id: UUID) -> tuple[Clip, Replay]:
    """Locked. Raises ClipNotFound, also for somebody else's."""
    clip = await queries.clip(session, clip_id)
    if clip is None:
        raise ClipNotFound
    if not shows.may_run(person, await shows.get_show(session, clip.show_id)):
        raise ClipNotFound
    replay = await _lock(session, clip.show_id)
    clip = await queries.clip(session, clip_id)
    if clip is None:
        raise ClipNotFound
    return clip, replay


async def products_of(session: Session, show_id: UUID, clips: Sequence[Clip]) -> dict[UUID, UUID]:
    """By clip: the product that it is about (`rules.product_of`)."""
    cues = await shows.list_timeline(session, show_id=show_id)
    found = {clip.id: product_of(clip, cues) for clip in clips}
    return {clip_id: product for clip_id, product in found.items() if product}
