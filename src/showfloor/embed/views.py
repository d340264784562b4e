"""A show as the editors of other websites read it."""

from __future__ import annotations

from showfloor.embed.schemas import OEmbed
from showfloor.shows.types import Show
from showfloor.shows.views import room_view


def oembed_view(show: Show, html: str, *, base: str, lang: str, size: tuple[int, int]) -> OEmbed:
    """`html` is the frame, `size` its width and height in CSS pixels."""
    width, height = size
    return OEmbed(
        provider_url=base,
        title=room_view(show).title.model_dump()[lang],
        width=width,
        height=height,
        html=html,
    )
