"""Who gets pieces of a drop, and when. Moments are in milliseconds since 1970, as in the log."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from showfloor.catalog.types import PriceHistory
from showfloor.offers.types import VERSION, Drop, Terms, Turn

_EPOCH = datetime.fromtimestamp(0, UTC)
PRIOR_PERIOD = timedelta(days=30)
"""What a price is called reduced from is the lowest of so long before (Directive 98/6/EC art
6a(2)).
"""


def milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(at: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def terms_of(drop: Drop, at: int) -> Terms:
    """What is announced at this moment. Without a window: who asks first is served first."""
    opens = at + drop.countdown_s * 1000
    return Terms(
        at=at,
        version=VERSION,
        drop=drop.id.hex,
        sku=drop.sku,
        units=drop.units,
        per_person=drop.per_person,
        price=drop.price.amount,
        currency=drop.price.currency,
        opens=opens,
        closes=opens + drop.runs_s * 1000,
        window=0,
        press=0,
        seed_sha256="",
    )


def at_door(drop: Drop, at: int) -> Turn | None:
    """Why somebody who asks at this moment is refused before the line; None while it is open. Such
    a request is not written into the log.
    """
    assert drop.opens_at is not None and drop.closes_at is not None
    if drop.closed_at is not None or at >= milliseconds(drop.closes_at):
        return Turn.CLOSED
    return Turn.EARLY if at < milliseconds(drop.opens_at) else None


def is_over_limit(drop: Drop, *, pieces: int, has: int) -> bool:
    """Whether a person who has `has` pieces, held and bought, may not have these as well."""
    return has + pieces > drop.per_person


def is_over(drop: Drop, at: int) -> bool:
    """Nobody can ask any more."""
    assert drop.closes_at is not None
    return drop.closed_at is not None or at >= milliseconds(drop.closes_at)


def pseudonym(salt: bytes, person: bytes) -> str:
    """Of a person in one log: without the drop's salt nobody can tell whose it is."""
    return hmac.digest(salt, person, sha256)[:16].hex()


def person_key(viewer_id: UUID | None, guest: bytes) -> bytes:
    """Who counts as one person: an account, or else a guest (policy.py)."""
    return b"viewer:" + viewer_id.bytes if viewer_id is not None else b"guest:" + guest


def reduced_from(price: int, history: PriceHistory, start: datetime) -> int | None:
    """What a drop's price may be shown as reduced from: the lowest that was asked since `start`,
    other drops included; None where it is no reduction, or the goods were not on sale all that
    time.

    The points of the `history` begin with the price with which the period began.
    """
    if not history.points or history.points[0].since > start:
        return None
    asked = [point.amount for point in history.points]
    lowest = min([*asked, *(drop.amount for drop in history.timed)])
    return lowest if lowest > price else None
