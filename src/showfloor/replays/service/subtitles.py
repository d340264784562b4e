"""What is said, as files beside a replay and its clips: for players that draw it themselves, such
as a phone's in full screen (RFC 8216bis §3.1.4). They follow the captions of the show soon after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from showfloor.kit import ids
from showfloor.kit.clock import milliseconds
from showfloor.kit.db import Session
from showfloor.kit.hls import Subtitles, with_subtitles
from showfloor.kit.notify import wake
from showfloor.kit.recording import SegmentLine
from showfloor.replays import playlist, queries
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.playlist import Run, Stretch, captions_name
from showfloor.replays.rules import name_of_language
from showfloor.replays.types import Replay, Span
from showfloor.shows import service as shows
from showfloor.shows.types import Caption

SUBTITLES = "subtitles"
"""The name under which the worker is woken."""


async def captions_changed(session: Session, show_id: UUID) -> None:
    """The files are written by the worker, also by the next one when this one is killed."""
    await queries.add(session, show_id)
    await queries.mark_captions(session, show_id, due=True)
    wake(session, SUBTITLES)


async def list_due(session: Session) -> list[UUID]:
    return await queries.captions_due(session)


async def said_in(session: Session, now: Replay) -> dict[str, list[Caption]]:
    """By language, without what is cut."""
    show = await shows.get_show(session, now.show_id)
    found: dict[str, list[Caption]] = {}
    for language in show.caption_languages:
        lines = await shows.list_captions(session, now.show_id, language)
        found[language] = [line for line in lines if now.cut.leaves(Span(line.start, line.end))]
    return {language: lines for language, lines in found.items() if lines}


async def replay_files(
    session: Session, storage: Storage, now: Replay, visible: Sequence[SegmentLine]
) -> dict[str, str]:
    """Of a replay with these segments; its multivariant playlist last."""
    said = await said_in(session, now)
    runs = await asyncio.to_thread(_runs_of, storage, ids.encode("show", now.show_id), visible)
    return _files(playlist.multivariant(visible), said, runs)


def clip_files(
    multivariant: str, said: Mapping[str, Sequence[Caption]], stretches: Sequence[Stretch]
) -> dict[str, str]:
    """Of a clip, whose clock begins at 0; its multivariant playlist last."""
    runs = [Run(0, stretches)]
    first, last = stretches[0].moment, stretches[-1].moment + stretches[-1].duration
    heard = {
        language: lines
        for language, lines in said.items()
        if any(milliseconds(line.start) < last and milliseconds(line.end) > first for line in lines)
    }
    return _files(multivariant, heard, runs)


def _files(
    multivariant: str, said: Mapping[str, Sequence[Caption]], runs: Sequence[Run]
) -> dict[str, str]:
    files: dict[str, str] = {}
    for language, lines in said.items():
        files |= playlist.captions(language, lines, runs)
    named = [
        Subtitles(language, name_of_language(language), captions_name(language))
        for language in said
    ]
    return {**files, playlist.MULTIVARIANT: with_subtitles(multivariant, named)}


def _runs_of(storage: Storage, show: str, visible: Sequence[SegmentLine]) -> list[Run]:
    """Blocking: reads where the media's own clock begins."""
    groups: list[list[SegmentLine]] = []
    for line in visible:
        if groups and not playlist.breaks(groups[-1][-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    runs, at = [], 0
    for group in groups:
        time = storage.first_time(show, group[0].init, group[0].name)
        long = sum(line.duration for line in group)
        runs.append(Run(time, [Stretch(at, group[0].start, long)]))
        at += long
    return runs
