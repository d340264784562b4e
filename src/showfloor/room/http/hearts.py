"""The JSON route of a show's hearts."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import DatabaseDep
from showfloor.kit.openapi import refusals
from showfloor.room import service
from showfloor.room.errors import HeartsClosed
from showfloor.room.http.writer import RoomDep
from showfloor.room.rules.pace import HEARTS
from showfloor.room.schemas import HeartsIn
from showfloor.shows.errors import ShowNotFound

router = APIRouter(prefix="/api/v1", tags=["chat"])


@router.post(
    "/shows/{show_id}/hearts",
    status_code=204,
    responses=refusals(HeartsClosed, NotFound, RateLimited, ShowNotFound),
)
async def send_hearts(
    show_id: str, body: HeartsIn, request: Request, database: DatabaseDep, room: RoomDep
) -> None:
    """Send hearts to a show that is on the air. They are counted for the show, and nothing is kept
    of who sent them; all who watch get the number in the room's `state`, twice a second at most.
    """
    show = ids.parse("show", show_id)
    network = room.network(request.client.host if request.client else "")
    if seconds := room.pace.wait(("hearts", network), HEARTS, clock.monotonic()):
        refused = RateLimited()
        refused.retry_after = seconds
        raise refused

    async def ask() -> bool:
        async with database.session() as session:
            return await service.takes_hearts(session, show)

    if not await room.on_air.get(show, ask):
        raise HeartsClosed
    await room.hearts.add(database, show, body.count)
