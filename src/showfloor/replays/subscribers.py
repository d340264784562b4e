"""Reactions to what happens below `replays`."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.replays import service
from showfloor.shows.events import ShowEnded


async def on_show_ended(session: Session, event: ShowEnded) -> None:
    await service.begin(session, event.show_id, event.at)
