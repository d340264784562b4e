"""Routes for `streaming` alone, with the machine's secret.

They stand here because they must know the show's state.
"""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Depends, Request, Response

from showfloor.identity.errors import NotAuthenticated
from showfloor.kit import ids, messages
from showfloor.kit.contract import (
    IngestAnswer,
    IngestLine,
    IngestReports,
    PublishPermission,
    PublishQuestion,
    PublishRefusal,
    to_json,
)
from showfloor.kit.http import BearerDep, DatabaseDep, SessionDep
from showfloor.kit.schemas import parse_moment
from showfloor.media.types import IngestReport, IngestState
from showfloor.shows import service


async def check_token(request: Request, token: BearerDep) -> None:
    expected: str = request.app.state.settings.internal_token
    if token is None or not secrets.compare_digest(token.encode(), expected.encode()):
        raise NotAuthenticated


router = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[Depends(check_token)])


@router.post("/publish", response_model=None)
async def may_publish(
    body: PublishQuestion, request: Request, session: SessionDep
) -> PublishPermission | Response:
    """Whether the owner of this stream key may publish; 403 with the reason otherwise (which is
    also kept for the host).
    """
    answer = await service.admit_publisher(
        session, stream_key=body.stream_key, secret=request.app.state.settings.secret
    )
    if answer.refusal is not None or answer.show is None:
        code = answer.refusal.code if answer.refusal else "stream_key_unknown"
        # The encoder shows the sentence to the host, whose language nobody knows here.
        detail = messages.translate(messages.DEFAULT_LANGUAGE, f"error.{code}")
        return Response(to_json(PublishRefusal(code, detail)), 403, media_type="application/json")
    show = answer.show
    return PublishPermission(
        ids.encode("show", show.id),
        answer.key_id,
        show.state.for_streaming,
        show.cue_offset_ms,
        answer.cues,
    )


@router.post("/ingests")
async def ingests(body: IngestReports, request: Request, database: DatabaseDep) -> IngestAnswer:
    """Level-triggered: the whole truth of `streaming` in, the whole truth of `web` out."""
    reports = [report for line in body.ingests if (report := _read(line)) is not None]
    return await service.note_ingests(
        database, reports=reports, secret=request.app.state.settings.secret
    )


def _read(line: IngestLine) -> IngestReport | None:
    """None for what is no show of ours or no time: one such line must not silence those about all
    others.
    """
    try:
        show_id, since = ids.parse("show", line.show_id), parse_moment(line.since)
    except ValueError:
        return None
    return IngestReport(
        show_id,
        line.ingest_id,
        IngestState(line.state),
        since,
        line.health,
        line.key_id,
        tuple(line.destinations),
    )
