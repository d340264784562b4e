"""How long it stands who bought."""

from __future__ import annotations

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.retention import kept_for
from showfloor.orders import queries


async def forget_old_buyers(session: Session) -> int:
    """What was sold, for how much and to which country stays; to whom goes when the books need it
    no more, and so does what was written about the order. One batch; how many rows.
    """
    before = clock.now() - kept_for("order")
    orders = await queries.forget_buyers_before(session, before)
    return orders + await queries.forget_words_before(session, before)
