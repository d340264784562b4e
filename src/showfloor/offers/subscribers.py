"""What happens in `offers` when something happened in `shows`."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.offers import service
from showfloor.shows.events import ShowEnded


async def on_show_ended(session: Session, event: ShowEnded) -> None:
    await service.close_drops_of_show(session, event.show_id)
    await service.close_coupons_of_show(session, event.show_id)
