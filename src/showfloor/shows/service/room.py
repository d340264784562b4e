"""What the room of a show says: one entry for the show, one for each product and cue.

Values are the wire models of `views`, so that the room and the API say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from showfloor.catalog.types import PricedProduct
from showfloor.catalog.views import product_view
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.realtime import service as realtime
from showfloor.shows.rules import ENDED_CUES_STAY
from showfloor.shows.schemas import RoomRehearsal
from showfloor.shows.types import Caption, Cue, Show
from showfloor.shows.views import caption_view, cue_view, room_view


async def publish_show(session: Session, show: Show) -> None:
    view = room_view(show).model_dump(mode="json")
    await realtime.set_entry(session, show.id, "show", view)


async def publish_product(session: Session, show_id: UUID, priced: PricedProduct) -> None:
    view = product_view(priced).model_dump(mode="json")
    await realtime.set_entry(session, show_id, _product_key(priced.product.id), view)


async def withdraw_product(session: Session, show_id: UUID, product_id: UUID) -> None:
    await realtime.delete_entry(session, show_id, _product_key(product_id))


async def publish_cue(session: Session, cue: Cue) -> None:
    view = cue_view(cue).model_dump(mode="json")
    await realtime.set_entry(session, cue.show_id, f"cue/{ids.encode('cue', cue.id)}", view)


async def publish_caption(session: Session, caption: Caption) -> None:
    """The room carries a line ahead of its frame: every viewer is behind the camera."""
    view = caption_view(caption).model_dump(mode="json")
    await realtime.set_entry(session, caption.show_id, f"caption/{view['id']}", view)


async def publish_rehearsed_stock(session: Session, show_id: UUID, left: Mapping[str, int]) -> None:
    view = RoomRehearsal(stock=dict(sorted(left.items()))).model_dump(mode="json")
    await realtime.set_entry(session, show_id, "rehearsal", view)


async def forget_old_cues(session: Session, show_id: UUID) -> None:
    """Cues that no viewer can still be waiting for leave the room; the timeline keeps them."""
    await _forget_ended(session, show_id, "cue/")


async def forget_old_captions(session: Session, show_id: UUID) -> None:
    """As cues."""
    await _forget_ended(session, show_id, "caption/")


async def _forget_ended(session: Session, show_id: UUID, kind: str) -> None:
    entries = (await realtime.snapshot(session, show_id)).entries
    limit = clock.rfc3339(clock.now() - ENDED_CUES_STAY)
    for key, value in entries.items():
        if key.startswith(kind) and value["end"] is not None and value["end"] < limit:
            await realtime.delete_entry(session, show_id, key)


def _product_key(product_id: UUID) -> str:
    return f"product/{ids.encode('prod', product_id)}"
