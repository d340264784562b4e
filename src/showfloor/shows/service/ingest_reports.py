"""What `streaming` asks and reports: may this publisher publish, who is publishing, who is gone."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from uuid import UUID

from showfloor.kit import clock, ids
from showfloor.kit.contract import CarriedCue, Health, IngestAnswer, ShowOrders
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import Busy
from showfloor.media import service as media
from showfloor.media.errors import (
    PublishRefused,
    PublishTicketExpired,
    PublishToEndedShow,
    StreamKeyRevoked,
)
from showfloor.media.types import IngestReport, IngestState, KeyOwner
from showfloor.shows import queries
from showfloor.shows.rules import ENDED_CUES_STAY, after, is_over, picture_ratio, signal_step
from showfloor.shows.service.access import may_still_run
from showfloor.shows.service.cues import end_announcements, list_carried_cues
from showfloor.shows.service.destinations import list_orders
from showfloor.shows.service.schedule import save
from showfloor.shows.types import Show, ShowState
from showfloor.shows.views import carried_cue

REPORTS_AT_A_TIME = 4
"""Connections that a report may take from everybody else."""
PATIENCE = 1.0
"""Seconds that one locked show may hold up the answer about all others.

`streaming` waits four for the whole.
"""


@dataclass(frozen=True, slots=True)
class PublishAnswer:
    """`refusal` is None when the publisher may go on; otherwise the reason, already noted for the
    host.
    """

    show: Show | None
    key_id: str
    cues: list[CarriedCue]
    refusal: PublishRefused | None


async def admit_publisher(session: Session, *, stream_key: str, secret: str) -> PublishAnswer:
    """Whether the owner of this key, or of this ticket, may publish.

    A refusal is returned, not raised, because it is also written down.
    """
    owner = await media.find_key(session, stream_key, secret=secret)
    show = await queries.show(session, owner.show_id) if owner else None
    if owner is None or show is None:
        return PublishAnswer(None, "", [], PublishRefused())
    sign_in = media.sign_in_of(owner.key_id)
    if sign_in is not None and not await may_still_run(session, sign_in, show.id):
        owner = replace(owner, expired=True)
    if (refusal := _refusal(owner, show)) is not None:
        await media.note_refusal(session, show.id, refusal.code)
        return PublishAnswer(show, owner.key_id, [], refusal)
    return PublishAnswer(show, owner.key_id, await list_carried_cues(session, show.id), None)


def _refusal(owner: KeyOwner, show: Show) -> PublishRefused | None:
    if owner.revoked:
        return StreamKeyRevoked()
    if owner.expired:
        return PublishTicketExpired()
    return PublishToEndedShow() if show.state.over else None


async def note_ingests(
    database: Database, *, reports: list[IngestReport], secret: str
) -> IngestAnswer:
    """One transaction a show, a few at a time: what holds up one of them (a slow pin) holds up no
    other.

    A show that is locked for long is left out of the answer; the report of the next second asks
    again.
    """
    answers: dict[str, ShowOrders] = {}
    places = asyncio.Semaphore(REPORTS_AT_A_TIME)

    async def note(report: IngestReport) -> None:
        with contextlib.suppress(Busy, TimeoutError):
            async with places, asyncio.timeout(PATIENCE):
                try:
                    answer, pushes = await _note_in_passing(database, report, secret)
                except _Moves:
                    async with database.session() as session:
                        answer = await note_ingest(session, report=report, secret=secret)
                    pushes = True
                if answer is not None and pushes:
                    async with database.session() as session:
                        orders = await list_orders(session, report.show_id, secret=secret)
                    answer = replace(answer, destinations=orders)
                sign_in = media.sign_in_of(report.key_id)
                if answer is not None and sign_in is not None:
                    async with database.session() as session:
                        runs = await may_still_run(session, sign_in, report.show_id)
                    answer = replace(answer, key_revoked=answer.key_revoked or not runs)
            if answer is not None:
                answers[ids.encode("show", report.show_id)] = answer

    await asyncio.gather(*(note(report) for report in reports))
    return IngestAnswer(answers)


class _Moves(Exception):
    """The report changes the show."""


async def _note_in_passing(
    database: Database, report: IngestReport, secret: str
) -> tuple[ShowOrders | None, bool]:
    """As `note_ingest`, for the usual report, which says what was known: three round trips on the
    driver, which every publisher costs each second. Raises _Moves with nothing stored.

    Also whether destinations are started.
    Not durable: the next second says it again.
    """
    async with database.transaction(durable=False) as connection:
        ended_after = clock.now() - ENDED_CUES_STAY
        show = await queries.lock_reported(connection, report.show_id, ended_after)
        if show is None:
            return _gone(report.show_id, secret), False
        if _is_news(show, report):
            raise _Moves
        key_revoked, pushes = await media.replace_report(connection, report)
    cues = [carried_cue(cue) for cue in show.cues]
    return _orders(report.show_id, show, cues, key_revoked, secret), pushes


def _is_news(show: queries.Reported, report: IngestReport) -> bool:
    publishing = report.state is IngestState.PUBLISHING
    moves = report.state is not IngestState.CONNECTED and signal_step(
        show.state, publishing=publishing
    )
    over = any(is_over(cue, clock.now()) for cue in show.cues)
    return bool(moves) or over or _ratio(report.health, show.picture_ratio) != show.picture_ratio


async def note_ingest(session: Session, *, report: IngestReport, secret: str) -> ShowOrders | None:
    """Store the report, move the show, answer what `streaming` has to make true of it; None for a
    show that nobody knows, unless it was a rehearsal: its publisher is let go.
    """
    show = await queries.show(session, report.show_id, lock=True)
    if show is None:
        return _gone(report.show_id, secret)
    await media.note_report(session, report)
    show = await _follow_picture(session, show, report.health)
    # A publisher that has just connected may take over from another: the show is not interrupted
    # for it, and not resumed either.
    if report.state is not IngestState.CONNECTED:
        show = await _follow_signal(
            session, show, publishing=report.state is IngestState.PUBLISHING
        )
    await end_announcements(session, show.id)
    key_revoked = await media.is_key_revoked(session, show.id, report.key_id)
    return _orders(show.id, show, await list_carried_cues(session, show.id), key_revoked, secret)


def _gone(show_id: UUID, secret: str) -> ShowOrders | None:
    if not ids.is_unguessable(show_id):
        return None
    token, old_token = media.get_preview_tokens(secret, show_id)
    return ShowOrders(
        state=ShowState.CANCELLED.value,
        cue_offset_ms=0,
        preview_token=token,
        old_preview_token=old_token,
        key_revoked=True,
        cues=[],
    )


def _orders(
    show_id: UUID,
    show: Show | queries.Reported,
    cues: list[CarriedCue],
    key_revoked: bool,
    secret: str,
) -> ShowOrders:
    token, old_token = media.get_preview_tokens(secret, show_id)
    return ShowOrders(
        state=show.state.for_streaming,
        cue_offset_ms=show.cue_offset_ms,
        preview_token=token,
        old_preview_token=old_token,
        key_revoked=key_revoked,
        cues=cues,
    )


async def interrupt_lost_shows(database: Database) -> None:
    """`streaming` itself is silent: its live shows are interrupted until it speaks again.

    One transaction a show.
    """
    async with database.session() as session:
        lost = await media.lost_with_streaming(session)
    for show_id in lost:
        # A show that is locked for long is still lost in the next second.
        with contextlib.suppress(Busy):
            async with database.session() as session:
                await _interrupt_if_lost(session, show_id)


async def _interrupt_if_lost(session: Session, show_id: UUID) -> None:
    show = await queries.show(session, show_id, lock=True)
    # Under the lock, because its report may have come in the meantime. An ended show is marked too,
    # so that nobody looks again.
    if await media.mark_lost(session, show_id) and show is not None:
        await _follow_signal(session, show, publishing=False)


async def _follow_picture(session: Session, show: Show, health: Health | None) -> Show:
    """Pages lay the stage out before the first frame: the show keeps the shape of its picture."""
    shaped = replace(show, picture_ratio=_ratio(health, show.picture_ratio))
    await queries.save_show(session, show, shaped)
    return shaped


def _ratio(health: Health | None, before: float | None) -> float | None:
    video = health.video if health is not None else None
    return (picture_ratio(video.width, video.height) if video is not None else None) or before


async def _follow_signal(session: Session, show: Show, *, publishing: bool) -> Show:
    step = signal_step(show.state, publishing=publishing)
    return (
        show
        if step is None
        else await save(session, show, replace(show, state=after(show.state, step)))
    )
