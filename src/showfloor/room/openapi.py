"""The room of a show for the OpenAPI document alone: `fanout` serves it, without FastAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.sse import EventSourceResponse

from showfloor.kit.openapi import refusal
from showfloor.room.schemas import RoomMessage, RoomMessageGone
from showfloor.shows.schemas import RoomChange, RoomSnapshot, RoomState

described = APIRouter(tags=["rooms"])
PATH = "/rooms/{show_id}/events"


@described.get(
    PATH,
    operation_id="follow_room",
    response_class=EventSourceResponse,
    responses={
        "default": refusal(
            "busy", "header_too_large", "malformed_request", "method_not_allowed", "not_found"
        )
    },
)
async def follow_room(
    show_id: str,
    last_event_id: Annotated[
        int | None, Query(description="the header Last-Event-ID of browsers means the same")
    ] = None,
    watching: Annotated[
        int, Query(ge=0, le=1, description="0: follows the room and is not counted as a viewer")
    ] = 1,
) -> AsyncIterator[RoomSnapshot | RoomChange | RoomState | RoomMessage | RoomMessageGone]:
    """Server-Sent Events: `snapshot` or, after `last_event_id`, what was missed; then every `set`;
    `state` and `message` in between. `message` is sampled where more is said than anybody can read.

    `playback.events_url` of a show is this address.
    """
    raise NotImplementedError
    yield
