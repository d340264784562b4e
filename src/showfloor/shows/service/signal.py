"""What `streaming` asks and reports: may this publisher publish, who is publishing, who is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.media import service as media
from showfloor.media.errors import PublishRefused, PublishToEndedShow, StreamKeyRevoked
from showfloor.media.types import IngestReport, IngestState
from showfloor.shows import queries
from showfloor.shows.cards import cue_card
from showfloor.shows.rules import ENDED_CUES_STAY, after, signal_step
from showfloor.shows.service.lifecycle import move
from showfloor.shows.types import Show, ShowState


@dataclass(frozen=True, slots=True)
class PublishAnswer:
    """`refusal` is None when the publisher may go on; otherwise the reason, already noted for the host."""

    show: Show | None
    cues: list[dict[str, Any]]
    refusal: PublishRefused | None


async def admit_publisher(session: Session, *, stream_key: str) -> PublishAnswer:
    """Whether the owner of this key may publish. A refusal is returned, not raised, because it is also written down."""
    owner = await media.find_key(session, stream_key)
    show = await queries.show(session, owner.show_id) if owner else None
    if owner is None or show is None:
        return PublishAnswer(None, [], PublishRefused())
    if (refusal := _refusal(owner.revoked, show)) is not None:
        await media.note_refusal(session, show.id, refusal.code)
        return PublishAnswer(show, [], refusal)
    return PublishAnswer(show, await _carried_cues(session, show.id), None)


def _refusal(revoked: bool, show: Show) -> PublishRefused | None:
    if revoked:
        return StreamKeyRevoked()
    return PublishToEndedShow() if show.state is ShowState.ENDED else None


async def note_ingests(session: Session, *, reports: list[IngestReport], secret: str) -> dict[str, dict[str, Any]]:
    """Store the reports, move the shows, answer what `streaming` has to make true, per show."""
    answers = {}
    for report in sorted(reports, key=lambda report: report.show_id):
        show = await queries.show(session, report.show_id, lock=True)
        if show is None:
            continue
        await media.note_report(session, report)
        show = await _follow_signal(session, show, publishing=report.state is IngestState.PUBLISHING)
        answers[ids.show("show", show.id)] = {
            "state": show.state.value,
            "cue_offset_ms": show.cue_offset_ms,
            "preview_token": media.preview_token(secret, show.id),
            "key_revoked": await media.key_changed_since(session, show.id, report.since),
            "cues": await _carried_cues(session, show.id),
        }
    return answers


async def interrupt_lost_shows(session: Session) -> None:
    """`streaming` itself is silent: its live shows are interrupted until it speaks again."""
    for show_id in await media.lost_with_streaming(session):
        show = await queries.show(session, show_id, lock=True)
        if show is not None:
            await _follow_signal(session, show, publishing=False)


async def _follow_signal(session: Session, show: Show, *, publishing: bool) -> Show:
    step = signal_step(show.state, publishing=publishing)
    return show if step is None else await move(session, show, {"state": after(show.state, step)})


async def _carried_cues(session: Session, show_id: UUID) -> list[dict[str, Any]]:
    return [cue_card(cue) for cue in await queries.recent_cues(session, show_id, clock.now() - ENDED_CUES_STAY)]
