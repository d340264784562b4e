"""Drops as the API and the room show them."""

from __future__ import annotations

from collections.abc import Sequence

from showfloor.kit import ids
from showfloor.offers.schemas import DropOut, DropsOut
from showfloor.offers.types import Drop, DropState, DropWithLeft
from showfloor.shows.schemas import RoomDrop


def log_url(drop: Drop) -> str | None:
    """Where its log is, once it is complete."""
    if drop.state is not DropState.ENDED:
        return None
    return f"/api/v1/drops/{ids.encode('drop', drop.id)}/log"


def drop_view(drop: Drop, left: int | None = None) -> DropOut:
    view = DropOut.model_validate(drop)
    return view.model_copy(update={"left": left, "log_url": log_url(drop)})


def drops_view(found: Sequence[DropWithLeft]) -> DropsOut:
    return DropsOut(drops=[drop_view(each.drop, each.left) for each in found])


def room_drop(drop: Drop) -> RoomDrop:
    return RoomDrop(
        id=ids.encode("drop", drop.id),
        closed=drop.closed_at is not None or drop.state is DropState.ENDED,
        sold=drop.sold,
        log_url=log_url(drop),
    )
