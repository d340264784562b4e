"""Reactions to what happens below `room`."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.replays.events import ReplayCut
from showfloor.room import service


async def on_replay_cut(session: Session, event: ReplayCut) -> None:
    await service.follow_cut(session, event)
