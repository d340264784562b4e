"""A live show from its beginning, for who comes late: the recording as far as it is on the disk."""

from __future__ import annotations

from uuid import UUID

from showfloor.kit.db import Session
from showfloor.replays import playlist, queries
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.errors import ReplayNotThere
from showfloor.replays.service.replay import show_so_far
from showfloor.replays.types import Replay
from showfloor.shows import service as shows
from showfloor.shows.types import ReplayState

OVER = ""


async def rewind(session: Session, storage: Storage, show_id: UUID) -> str:
    """The playlist by now; OVER once the replay took its place. The media server has no part in it:
    however many look back, live costs what it costs.

    Raises ShowNotFound, ReplayNotThere.
    """
    show = await shows.get_public_show(session, show_id)
    if show.replay is not None and show.replay.state is ReplayState.READY:
        return OVER
    # Under the lock, so that nothing that a host hides meanwhile is linked anew.
    decided = await queries.replay(session, show_id, lock=True) or Replay(show_id)
    if not show.state.on_air or decided.ended_at is not None:
        raise ReplayNotThere
    shown, cues = await show_so_far(session, storage, decided)
    if not shown:
        raise ReplayNotThere
    return playlist.media(shown, cues, ended=False)
