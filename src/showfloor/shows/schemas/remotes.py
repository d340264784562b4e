"""Wire models of phones that a show is run with."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showfloor.catalog.schemas import ProductOut
from showfloor.kit.schemas import EveryLanguage, Shown, Time, id_with
from showfloor.shows.schemas import CueOut, ItemNumber
from showfloor.shows.types import ShowState


class RemoteOut(Shown):
    """A second device. `joined_at` is null while its ticket waits."""

    id: Annotated[str, id_with("rem")]
    created_at: Time
    joined_at: Time | None
    expires_at: Time


class RemotesOut(BaseModel):
    items: list[RemoteOut]


class QrCode(BaseModel):
    """A QR code as the path of an SVG of `size` by `size` units, dark on light, without its quiet
    zone.
    """

    size: int
    path: str


class RemoteTicketOut(BaseModel):
    """`url` is what the code says: the page of a remote with the ticket behind the `#`, so that it
    is in nobody's log. It works once, until the remote's `expires_at`.
    """

    remote: RemoteOut
    url: str
    qr: QrCode


class RemoteTicketIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    ticket: str = Field(max_length=100)


class RemoteTokenOut(BaseModel):
    """`token` is the Bearer of every further request of this device."""

    token: str


class RemoteShowOut(BaseModel):
    """What a remote shows: the shelf, with the item numbers of its products, what is pinned, newest
    first, and whether it can pin.
    `last_product_id` is that of the newest pin, open or ended.
    """

    title: EveryLanguage
    state: ShowState
    receiving: bool
    products: list[ProductOut]
    item_numbers: list[ItemNumber]
    pins: list[CueOut]
    last_product_id: str | None


class RemotePin(BaseModel):
    """`replace` ends what else is pinned at the same instant."""

    model_config = ConfigDict(extra="forbid")
    product_id: str
    replace: bool = True
