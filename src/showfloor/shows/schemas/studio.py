"""Wire models of the control room: what comes in, whether all is ready, how it was rehearsed."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from showfloor.kit.contract import Health
from showfloor.kit.schemas import MoneyOut, Shown, Time, id_with
from showfloor.media.types import IngestState
from showfloor.shows.schemas import ShowOut
from showfloor.shows.types import CheckArea, CheckStatus, Disclosure


class RefusalOut(Shown):
    """A publisher was turned away."""

    at: Time
    code: str


class IngestOut(Shown):
    state: IngestState
    health: Health | None
    refusals: list[RefusalOut]


class RehearsalFigures(Shown):
    """What synthetic viewers and test buyers found: viewers in the room now, pieces of picture that
    reached them, purchases paid with play money, what was taken, refusals by their code.
    """

    viewers: int
    pieces: int
    purchases: int
    taken: MoneyOut
    refused: dict[str, int]


class RehearsalOut(Shown):
    """`show_id` is the show that only its team sees, `of_show_id` the one that is rehearsed.
    `figures` are null until the first synthetic viewer came.
    """

    show_id: Annotated[str, id_with("show")]
    of_show_id: Annotated[str, id_with("show")]
    started_at: Time
    ends_at: Time
    figures: RehearsalFigures | None


class WatchedRehearsal(BaseModel):
    """A rehearsal as its team watches it: `show` plays the picture that the team alone may see."""

    show: ShowOut
    ends_at: Time


class StudioOut(BaseModel):
    """What the control room shows."""

    show: ShowOut
    ingest: IngestOut
    key_hint: str | None
    disclosures: Annotated[
        list[Disclosure] | None,
        Field(description="Said before going live; null while nobody has been asked."),
    ]
    rtmp_url: str
    whip_url: Annotated[
        str, Field(description="For encoders that speak WHIP; the stream key is the bearer token.")
    ]
    preview_hls_url: str
    rehearsal: Annotated[
        RehearsalOut | None,
        Field(description="That of this show, or the rehearsal that this show is."),
    ]


class CheckOut(Shown):
    """What was looked at before going live. A sentence stands in the catalog for each `code`, which
    `params` fill; `product_ids` and `origins` are what it is about.
    """

    area: CheckArea
    code: str
    status: CheckStatus
    params: dict[str, str | int | float]
    product_ids: list[Annotated[str, id_with("prod")]]
    origins: list[str]


class PreflightOut(Shown):
    """`ready`: nothing stands against going live; a warning does not."""

    ready: bool
    checks: list[CheckOut]


class PublishTicketOut(BaseModel):
    """`ticket` opens a publisher's socket (`websocket_url`, docs/operate/publishing.md), or is the
    bearer token of its offer (`whip_url`), until `expires_at`.
    """

    websocket_url: str
    whip_url: str
    ticket: str
    expires_at: Time


class StreamKeyOut(BaseModel):
    """The key is shown this once."""

    rtmp_url: str
    stream_key: str
