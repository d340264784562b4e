"""The JSON of shows and cues: the same bytes for the API, the room log, the playlist and the page's
data.
"""

from __future__ import annotations

from typing import Any

from showfloor.kit import clock, ids
from showfloor.merchants.types import Creator
from showfloor.shows.types import Cue, PublicUrls, Show


def cue_view(cue: Cue) -> dict[str, Any]:
    return {
        "id": ids.encode("cue", cue.id),
        "kind": cue.kind.value,
        "start": clock.rfc3339(cue.start),
        "end": clock.rfc3339(cue.end) if cue.end else None,
        "payload": cue.payload,
    }


def room_view(show: Show) -> dict[str, Any]:
    """The entry `show` of the room: what is true of it now, whatever frame is on screen."""
    return {
        "id": ids.encode("show", show.id),
        "state": show.state.value,
        "title": show.title,
        "starts_at": _time(show.starts_at),
        "went_live_at": _time(show.went_live_at),
    }


def show_view(
    show: Show, *, host: Creator, products: list[dict[str, Any]], urls: PublicUrls
) -> dict[str, Any]:
    """A show as pages and the API carry it; playback addresses are absolute."""
    shown = ids.encode("show", show.id)
    return {
        **room_view(show),
        "slug": show.slug,
        "market": show.market,
        "currency": show.currency,
        "ended_at": _time(show.ended_at),
        "host": {
            "id": ids.encode("cre", host.id),
            "name": host.name,
            "avatar_url": host.avatar_url,
        },
        "poster_url": show.poster_url or _first_picture(products),
        "products": products,
        "playback": {
            "hls_url": f"{urls.media}/live/{shown}/index.m3u8",
            "events_url": f"{urls.rooms}/rooms/{shown}/events",
        },
    }


def _first_picture(products: list[dict[str, Any]]) -> str | None:
    """A show without a picture of its own is announced by what it sells first."""
    return next(
        (product["pictures"][0]["url"] for product in products if product["pictures"]), None
    )


def _time(moment: Any) -> str | None:
    return clock.rfc3339(moment) if moment else None
