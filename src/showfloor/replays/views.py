"""What a replay looks like to its host."""

from __future__ import annotations

from uuid import UUID

from showfloor.kit import ids
from showfloor.replays.schemas import ClipOut, ReplayDecision
from showfloor.replays.types import ClipWithState, Replay
from showfloor.shows.types import PublicUrls, ReplayState


def decision_view(now: Replay, state: ReplayState | None) -> ReplayDecision:
    return ReplayDecision.model_validate(
        {
            "state": state,
            "public": now.public,
            "trim_start": now.cut.trim_start,
            "trim_end": now.cut.trim_end,
            "hidden": now.cut.hidden,
            "poster_at": now.poster_at,
            "keep_days": now.keep_days,
            "keep_until": None if now.deleted_at else now.keep_until,
            "starts_at": now.starts_at,
            "duration_s": now.duration_ms / 1000,
            "gaps": [{"at_s": gap.at_ms / 1000, "away_s": gap.away_ms / 1000} for gap in now.gaps],
        }
    )


def clip_view(found: ClipWithState, urls: PublicUrls, product_id: UUID | None = None) -> ClipOut:
    """A clip as the API and its page carry it."""
    clip = found.clip
    folder = f"{urls.base}/replays/{ids.encode('clip', clip.id)}"
    seconds = (clip.span.end - clip.span.start).total_seconds()
    return ClipOut.model_validate(
        {
            "id": ids.encode("clip", clip.id),
            "show_id": ids.encode("show", clip.show_id),
            "slug": clip.slug,
            "title": clip.title,
            "state": found.state,
            "public": clip.public,
            "start": clip.span.start,
            "end": clip.span.end,
            "duration_s": clip.duration_ms / 1000 if clip.made else seconds,
            "product_id": ids.encode("prod", product_id) if product_id else None,
            "url": f"{urls.base}/c/{clip.slug}",
            "hls_url": f"{folder}/index.m3u8",
            "mp4_url": f"{folder}/clip.mp4",
            "poster_url": f"{folder}/poster.webp",
        }
    )
