"""Files of a replay for the OpenAPI document alone: they are served as they lie on the disk."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.kit.errors import NotFound
from showfloor.kit.openapi import refusals
from showfloor.replays.schemas import Storyboard

described = APIRouter(tags=["replays"])


@described.get(
    "/replays/{show_id}/story.json", operation_id="get_storyboard", responses=refusals(NotFound)
)
async def get_storyboard(show_id: str) -> Storyboard:
    """Small pictures of a replay in sheets. `replay.storyboard_url` of a show is this address."""
    raise NotImplementedError
