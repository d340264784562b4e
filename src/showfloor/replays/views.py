"""What a replay looks like to its host."""

from __future__ import annotations

from showfloor.replays.schemas import ReplayDecision
from showfloor.replays.types import Replay
from showfloor.shows.types import ReplayState


def decision_view(now: Replay, state: ReplayState | None) -> ReplayDecision:
    return ReplayDecision.model_validate(
        {
            "state": state,
            "public": now.public,
            "trim_start": now.cut.trim_start,
            "trim_end": now.cut.trim_end,
            "hidden": now.cut.hidden,
            "poster_at": now.poster_at,
            "starts_at": now.starts_at,
            "duration_s": now.duration_ms / 1000,
            "gaps": [{"at_s": gap.at_ms / 1000, "away_s": gap.away_ms / 1000} for gap in now.gaps],
        }
    )
