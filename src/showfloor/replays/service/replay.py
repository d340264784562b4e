"""What of an ended show can be watched again: the host's decisions, and the folder that follows
them.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids, outbox
from showfloor.kit.contract import CarriedCue
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.kit.recording import Index, SegmentLine
from showfloor.markets.service import get_keeping
from showfloor.replays import playlist, queries
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.errors import ReplayDeleted
from showfloor.replays.events import ReplayCut
from showfloor.replays.rules import (
    WAIT_FOR_RECORDING,
    check_cut,
    check_keeping,
    files_of,
    gaps_between,
    keep_until,
    taken_out,
    visible_cues,
    visible_segments,
)
from showfloor.replays.schemas import ReplayChange
from showfloor.replays.service import clips, subtitles
from showfloor.replays.types import Cut, Pictures, Replay
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayFacts, ReplayState

REPLAYS = "replays"
PICTURES = "replay pictures"
"""Names under which the worker is woken."""


async def begin(session: Session, show_id: UUID, ended_at: datetime) -> None:
    """The show has ended. One that never went live has nothing to watch again."""
    show = await shows.get_show(session, show_id)
    if show.went_live_at is None:
        return
    await queries.add(session, show_id)
    decided = await queries.replay(session, show_id, lock=True)
    assert decided is not None
    rule = get_keeping(show.market, ended_at)
    until = keep_until(decided.keep_days, ended_at, rule)
    await queries.end(session, show_id, ended_at, until)
    await _tell_cut(session, decided, replace(decided, ended_at=ended_at))
    await shows.set_replay(session, show_id, ReplayFacts(ReplayState.PREPARING))
    wake(session, REPLAYS)
    # Clips made meanwhile lack what was said last.
    await subtitles.captions_changed(session, show_id)


async def get_replay(session: Session, *, person: Person, show_id: UUID) -> Replay:
    """The host's view; before the end it is what will hold. Raises ShowNotFound."""
    await shows.get_own_show(session, person=person, show_id=show_id)
    return await queries.replay(session, show_id) or Replay(show_id)


async def get_cut(session: Session, show_id: UUID) -> Cut:
    """What the host takes out of the recording of a show, also of one that is on the air."""
    decided = await queries.replay(session, show_id)
    return decided.cut if decided else Cut()


async def change_replay(
    session: Session, *, person: Person, show_id: UUID, change: ReplayChange
) -> Replay:
    """Publish or withhold, trim, hide, keep. The caller publishes after the commit, if there is
    another version then.

    Raises ShowNotFound, ReplayDeleted, CutInvalid, KeptTooBriefly.
    """
    before = await _get_own(session, person, show_id)
    now = change.apply(before)
    check_cut(now.cut)
    if now.keep_days != before.keep_days:
        show = await shows.get_show(session, show_id)
        rule = get_keeping(show.market, before.ended_at or clock.now())
        check_keeping(now.keep_days, now.ended_at, rule, clock.now())
        until = keep_until(now.keep_days, now.ended_at, rule) if now.ended_at else None
        now = replace(now, keep_until=until)
    if replace(now, keep_days=before.keep_days, keep_until=before.keep_until) == before:
        await queries.save_decision(session, now)
        return now
    return await _decide(session, before, now)


async def list_outlived(session: Session) -> list[UUID]:
    return await queries.outlived(session, clock.now())


async def delete_outlived(session: Session, show_id: UUID) -> bool:
    """For good, as its host would, because its time is over; False when it is not by now. The
    caller publishes after the commit.
    """
    now = await queries.replay(session, show_id, lock=True)
    if now is None or now.deleted_at or now.ended_at is None or now.keep_until is None:
        return False
    if now.keep_until > clock.now():
        return False
    await shows.delete_captions(session, show_id)
    await _decide(session, now, replace(now, deleted_at=clock.now()))
    return True


async def delete_replay(session: Session, *, person: Person, show_id: UUID) -> Replay:
    """For good: withdrawn as soon as the caller publishes, and the recording is deleted by the
    worker. Raises ShowNotFound, ReplayDeleted.
    """
    before = await _get_own(session, person, show_id)
    await shows.delete_captions(session, show_id)
    return await _decide(session, before, replace(before, deleted_at=clock.now()))


async def publish(session: Session, storage: Storage, show_id: UUID) -> Replay:
    """Make the folder equal to the row, and the show's facts, too. May be repeated at any time.

    The row's lock is held meanwhile, so that an older decision cannot be published over a newer
    one. What was deleted for good is withdrawn; its recording is not deleted (`finish_deletion`).
    """
    now = await queries.replay(session, show_id, lock=True)
    assert now is not None
    if now.ended_at is None:
        await show_so_far(session, storage, now)
        return now
    name = ids.encode("show", show_id)
    if now.deleted_at is not None:
        await asyncio.to_thread(storage.withdraw, name)
        published = replace(now, complete=False, duration_ms=0, gaps=(), starts_at=None)
    elif now.public:
        published = await _publish_segments(session, storage, now)
    else:
        await asyncio.to_thread(storage.withdraw, name)
        published = replace(now, complete=True)
    # Pictures went with everything else that is not the recording: whoever hid something must not
    # find a frame of it.
    published = replace(
        published, published_version=now.version, drawn_version=0, pictures=Pictures()
    )
    await queries.save_published(session, published)
    await shows.set_replay(session, show_id, facts_of(published))
    await clips.withdraw_cut(session, storage, published)
    if published.complete and published.deleted_at is None:
        _, recorded, _ = await watchable(session, storage, published)
        await clips.suggest(session, published, recorded)
    if published.complete and published.duration_ms:
        wake(session, PICTURES)
    return published


async def finish_deletion(session: Session, show_id: UUID) -> None:
    """The recording of what was deleted for good, and withdrawn, is gone."""
    now = await queries.replay(session, show_id, lock=True)
    assert now is not None and now.deleted_at is not None
    await queries.save_published(session, replace(now, complete=True))


async def write_subtitles(session: Session, storage: Storage, show_id: UUID) -> None:
    """Beside the replay and every clip that can be watched: what is said by now."""
    now = await queries.replay(session, show_id, lock=True)
    assert now is not None
    await queries.mark_captions(session, show_id, due=False)
    if now.deleted_at is not None:
        return
    if now.ended_at is not None and now.public and now.duration_ms:
        _, visible, _ = await watchable(session, storage, now)
        files = await subtitles.replay_files(session, storage, now, visible)
        name = ids.encode("show", show_id)
        await asyncio.to_thread(storage.replace, name, playlist.CAPTIONS, files)
    await clips.write_subtitles(session, storage, now)


async def show_so_far(
    session: Session, storage: Storage, now: Replay
) -> tuple[list[SegmentLine], list[CarriedCue]]:
    """Make the folder of a live show equal to what may be watched by now, which it returns; needs
    the row's lock where there is a row.
    """
    name = ids.encode("show", now.show_id)
    if now.deleted_at is not None or not now.public:
        await asyncio.to_thread(storage.withdraw, name)
        return [], []
    _, visible, cues = await watchable(session, storage, now)
    while visible:
        missing = await asyncio.to_thread(storage.publish, name, files_of(visible), {})
        if not missing:
            break
        visible = [line for line in visible if not {line.name, line.init} & missing]
    else:
        await asyncio.to_thread(storage.withdraw, name)
    return visible, cues


async def list_unpublished(session: Session) -> list[UUID]:
    return await queries.unpublished(session)


def facts_of(published: Replay) -> ReplayFacts:
    """What everybody may know."""
    if published.deleted_at is not None:
        return ReplayFacts(ReplayState.DELETED)
    if not published.public:
        return ReplayFacts(ReplayState.WITHHELD)
    if not published.duration_ms:
        state = ReplayState.WITHHELD if published.complete else ReplayState.PREPARING
        return ReplayFacts(state)
    folder = f"/replays/{ids.encode('show', published.show_id)}"
    pictures = published.pictures
    return ReplayFacts(
        ReplayState.READY,
        published.starts_at,
        published.duration_ms,
        poster_url=f"{folder}/{pictures.poster}" if pictures.poster else None,
        poster_chosen=published.poster_at is not None,
        storyboard_url=f"{folder}/{pictures.storyboard}" if pictures.storyboard else None,
    )


async def watchable(
    session: Session, storage: Storage, now: Replay
) -> tuple[Index, list[SegmentLine], list[CarriedCue]]:
    """What the decision leaves of the recording as it is on disk by now."""
    index = await asyncio.to_thread(storage.read_index, ids.encode("show", now.show_id))
    cues = await shows.list_whole_timeline(session, now.show_id)
    return index, visible_segments(index.segments, now.cut), visible_cues(cues, now.cut)


async def _publish_segments(session: Session, storage: Storage, now: Replay) -> Replay:
    """What is on disk by now; `complete` once nothing more will come."""
    assert now.ended_at is not None
    name = ids.encode("show", now.show_id)
    index, visible, cues = await watchable(session, storage, now)
    complete = index.ended or clock.now() - now.ended_at > WAIT_FOR_RECORDING
    while visible:
        media = {playlist.MEDIA: playlist.media(visible, cues)}
        said = await subtitles.replay_files(session, storage, now, visible)
        try:
            missing = await asyncio.to_thread(
                storage.publish, name, files_of(visible), media | said
            )
        except OSError:
            # A decision does not wait for what is said: the worker writes that later.
            await subtitles.captions_changed(session, now.show_id)
            bare = media | {playlist.MULTIVARIANT: playlist.multivariant(visible)}
            missing = await asyncio.to_thread(storage.publish, name, files_of(visible), bare)
        if not missing:
            break
        # A file that a crash or a person took away is a gap like any other.
        visible = [line for line in visible if not {line.name, line.init} & missing]
    else:
        await asyncio.to_thread(storage.withdraw, name)
        return replace(now, complete=complete, duration_ms=0, gaps=(), starts_at=None)
    return replace(
        now,
        starts_at=clock.from_milliseconds(visible[0].start),
        duration_ms=sum(line.duration for line in visible),
        gaps=tuple(gaps_between(visible, now.cut)),
        complete=complete,
    )


async def _get_own(session: Session, person: Person, show_id: UUID) -> Replay:
    """Locked, so that two decisions come one after the other."""
    await shows.get_own_show(session, person=person, show_id=show_id)
    await queries.add(session, show_id)
    found = await queries.replay(session, show_id, lock=True)
    assert found is not None
    if found.deleted_at is not None:
        raise ReplayDeleted
    return found


async def _decide(session: Session, before: Replay, now: Replay) -> Replay:
    decided = replace(now, version=now.version + 1)
    await queries.save_decision(session, decided)
    await _tell_cut(session, before, decided)
    wake(session, REPLAYS)
    return decided


async def _tell_cut(session: Session, before: Replay, now: Replay) -> None:
    if (was := taken_out(before)) != (out := taken_out(now)):
        await outbox.publish(session, ReplayCut(now.show_id, was, out))
