"""What shows and cues look like on the wire: the same models in the API, the room, the playlist and
the page's data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import segno

from showfloor.catalog.schemas import ProductOut
from showfloor.catalog.views import product_view
from showfloor.kit import ids
from showfloor.kit.contract import CarriedCue, read
from showfloor.kit.schemas import fields_of
from showfloor.media.types import Ingest, PublishTicket
from showfloor.shows.schemas import (
    CaptionOut,
    CueOut,
    HostOut,
    Playback,
    RoomShow,
    ShowOut,
    ShowPage,
)
from showfloor.shows.schemas.remotes import QrCode, RemoteOut, RemoteShowOut, RemoteTicketOut
from showfloor.shows.schemas.studio import (
    IngestOut,
    PublishTicketOut,
    RehearsalOut,
    StudioOut,
    WatchedRehearsal,
)
from showfloor.shows.types import (
    Caption,
    Cue,
    Disclosure,
    PublicUrls,
    Rehearsal,
    RemoteTicket,
    RemoteView,
    ReplayState,
    Show,
    ShowWithShelf,
)


def cue_view(cue: Cue) -> CueOut:
    return CueOut.model_validate(cue)


def carried_cue(cue: Cue) -> CarriedCue:
    """The same JSON, as the playlist carries it."""
    return read(CarriedCue, cue_view(cue).model_dump(mode="json"))


def caption_view(caption: Caption) -> CaptionOut:
    return CaptionOut.model_validate(caption)


def room_view(show: Show) -> RoomShow:
    """The entry `show` of the room: what is true of it now, whatever frame is on screen."""
    return RoomShow.model_validate(show)


def show_view(staged: ShowWithShelf, urls: PublicUrls) -> ShowOut:
    """A show as pages and the API carry it; playback addresses are absolute."""
    show, products = staged.show, [product_view(priced) for priced in staged.shelf]
    return ShowOut.model_validate(
        {
            **fields_of(show),
            "languages": show.languages,
            "host": HostOut.model_validate(staged.host),
            "cover_url": show.poster_url,
            "poster_url": show.announced_by or _first_picture(products),
            "products": products,
            "replay": show.replay,
            "playback": _playback(show, urls),
        }
    )


def page_view(shows: Iterable[ShowWithShelf], limit: int, urls: PublicUrls) -> ShowPage:
    """`shows` are one more than `limit` when there is another page."""
    items = [show_view(staged, urls) for staged in shows]
    return ShowPage(
        items=items[:limit], next_cursor=items[limit - 1].id if len(items) > limit else None
    )


def studio_view(
    show: ShowOut,
    said: Sequence[Disclosure] | None,
    ingest: Ingest,
    urls: PublicUrls,
    preview_token: str,
    rehearsal: Rehearsal | None,
) -> StudioOut:
    """What the control room shows."""
    return StudioOut(
        show=show,
        ingest=IngestOut.model_validate(ingest),
        disclosures=None if said is None else list(said),
        key_hint=f"…{ingest.key_hint}" if ingest.key_hint else None,
        rtmp_url=urls.rtmp,
        whip_url=urls.whip,
        preview_hls_url=_preview_url(show, preview_token),
        rehearsal=RehearsalOut.model_validate(rehearsal) if rehearsal else None,
    )


def watched_rehearsal_view(
    show: ShowOut, rehearsal: Rehearsal, preview_token: str
) -> WatchedRehearsal:
    """With the picture that only the team may see."""
    playback = show.playback.model_copy(update={"hls_url": _preview_url(show, preview_token)})
    return WatchedRehearsal(
        show=show.model_copy(update={"playback": playback}), ends_at=rehearsal.ends_at
    )


def _preview_url(show: ShowOut, token: str) -> str:
    return f"{show.playback.hls_url}?preview={token}"


def remote_ticket_view(ticket: RemoteTicket, urls: PublicUrls) -> RemoteTicketOut:
    url = f"{urls.base}/remote#{ticket.text}"
    return RemoteTicketOut(
        remote=RemoteOut.model_validate(ticket.remote), url=url, qr=_qr_code(url)
    )


def _qr_code(text: str) -> QrCode:
    """A row of dark modules is one rectangle."""
    code = segno.make_qr(text, error="m")
    rows = [bytes(row) for row in code.matrix]
    path = "".join(
        f"M{run.start()} {y}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(rows)
        for run in re.finditer(rb"\x01+", row)
    )
    return QrCode(size=len(rows), path=path)


def remote_view(view: RemoteView) -> RemoteShowOut:
    show = view.staged.show
    return RemoteShowOut.model_validate(
        {
            "title": show.title,
            "state": show.state,
            "receiving": view.receiving,
            "products": [product_view(priced) for priced in view.staged.shelf],
            "item_numbers": show.item_numbers,
            "pins": [cue_view(cue) for cue in view.pins],
            "last_product_id": ids.encode("prod", view.last_product) if view.last_product else None,
        }
    )


def publish_ticket_view(ticket: PublishTicket, urls: PublicUrls) -> PublishTicketOut:
    return PublishTicketOut(
        websocket_url=urls.publish,
        whip_url=urls.whip,
        ticket=ticket.text,
        expires_at=ticket.expires_at,
    )


def _playback(show: Show, urls: PublicUrls) -> Playback:
    shown = ids.encode("show", show.id)
    ready = show.replay is not None and show.replay.state is ReplayState.READY
    folder = f"{urls.base}/replays" if ready else f"{urls.media}/live"
    return Playback(
        hls_url=f"{folder}/{shown}/index.m3u8",
        events_url=f"{urls.rooms}/rooms/{shown}/events",
        rewind_url=f"{urls.base}/replays/{shown}/rewind.m3u8" if show.state.on_air else None,
    )


def _first_picture(products: list[ProductOut]) -> str | None:
    """A show without a picture of its own is announced by what it sells first."""
    return next((product.pictures[0].url for product in products if product.pictures), None)
