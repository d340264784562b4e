"""A replay's poster and storyboard, drawn after it was published and never before."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.replays import queries
from showfloor.replays.adapters.painter import Drawn, Order, still_file
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.rules import files_of, plan_pictures
from showfloor.replays.schemas import Storyboard, StoryboardTile
from showfloor.replays.service.replay import facts_of, watchable
from showfloor.replays.types import Drawing, Pictures, Replay
from showfloor.shows import service as shows

STORYBOARD = "story.json"
MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Commission:
    """What is to be drawn of the replay as it was decided then."""

    replay: Replay
    drawing: Drawing
    order: Order
    files: frozenset[str]
    """Of the recording, which the caller fetches into `media` of the order's folder."""


async def list_undrawn(session: Session) -> list[UUID]:
    return await queries.undrawn(session)


async def order_pictures(
    session: Session, storage: Storage, show_id: UUID, folder: Path
) -> Commission | None:
    """What to draw into `folder`, out of `media` in it; None when there is nothing any more."""
    now = await queries.replay(session, show_id)
    if now is None or not now.duration_ms:
        return None
    _, visible, cues = await watchable(session, storage, now)
    drawing = plan_pictures(visible, cues, now.poster_at) or Drawing([], None)
    media = folder / MEDIA
    order = Order(
        folder=str(folder),
        mark=str(now.version),
        tiles=[still_file(still, media) for still in drawing.tiles],
        poster=still_file(drawing.poster, media) if drawing.poster else None,
    )
    stills = [*drawing.tiles, *([drawing.poster] if drawing.poster else [])]
    return Commission(now, drawing, order, files_of(still.segment for still in stills))


async def show_pictures(
    session: Session, storage: Storage, commission: Commission, drawn: Drawn
) -> bool:
    """Make them public, unless the host decided something else meanwhile: then another drawing
    follows. What could not be drawn is not tried again.
    """
    show_id = commission.replay.show_id
    now = await queries.replay(session, show_id, lock=True)
    if now is None or now.version != commission.replay.version or not now.duration_ms:
        return False
    folder = Path(commission.order.folder)
    files = [folder / name for name in dict.fromkeys(place.sheet for place in drawn.places)]
    if drawn.poster:
        files.append(folder / drawn.poster)
    if drawn.places:
        index = folder / STORYBOARD
        index.write_text(_storyboard(commission.drawing, drawn).model_dump_json())
        files.append(index)
    await asyncio.to_thread(storage.add, ids.encode("show", show_id), files)
    pictures = Pictures(drawn.poster, STORYBOARD if drawn.places else None)
    shown = replace(now, drawn_version=now.version, pictures=pictures)
    await queries.save_published(session, shown)
    await shows.set_replay(session, show_id, facts_of(shown))
    return True


def _storyboard(drawing: Drawing, drawn: Drawn) -> Storyboard:
    tiles = [
        StoryboardTile(
            at=round(drawing.tiles[place.tile].segment.start),
            sheet=place.sheet,
            x=place.x,
            y=place.y,
        )
        for place in drawn.places
    ]
    return Storyboard(width=drawn.width, height=drawn.height, tiles=tiles)
