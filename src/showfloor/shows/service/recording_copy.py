"""Whether recordings reach the storage in which they are to be kept."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from showfloor.kit import jobs
from showfloor.kit.contract import Health, HealthWarning
from showfloor.kit.db import Session
from showfloor.kit.objects import UPLOAD_JOB
from showfloor.media import service as media
from showfloor.media.types import Ingest

NOT_COPIED = HealthWarning("recording_not_copied", {})


async def get_signal(session: Session, show_id: UUID) -> Ingest:
    """The show's ingest with a warning while recordings stay on the disk alone."""
    ingest = await media.get_ingest(session, show_id)
    if ingest.health is None or not await jobs.is_failing(session, UPLOAD_JOB):
        return ingest
    return replace(ingest, health=_warned(ingest.health))


def _warned(health: Health) -> Health:
    return replace(health, warnings=[*health.warnings, NOT_COPIED])
