"""Pure decisions of `media`."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.media.types import IngestState

STALE_AFTER = timedelta(seconds=5)
"""`streaming` reports every second; five missed reports mean that it is gone, not slow."""


def key_id(digest: bytes) -> str:
    """A name for a stream key: enough of its digest to tell it from all others, and nothing that
    opens a door.
    """
    return digest.hex()[:16]


PREVIEW_LASTS = timedelta(hours=6)
"""A preview link works for at least so long, and at most twice as long."""


def preview_token(secret: str, show_id: UUID, at: datetime) -> str:
    """What lets the team watch a show that is not public yet, in the period of `at`."""
    period = int(at.timestamp() // PREVIEW_LASTS.total_seconds()).to_bytes(8)
    signed = b"preview:" + show_id.bytes + period
    return hmac.new(secret.encode(), signed, "sha256").hexdigest()[:32]


def state_at(state: IngestState, seen_at: datetime, now: datetime) -> IngestState:
    """A report that is too old says nothing good any more."""
    return IngestState.LOST if state.present and now - seen_at > STALE_AFTER else state
