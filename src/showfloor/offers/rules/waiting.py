"""Who may stand in a waiting list, and for how long a piece is theirs. Moments are in milliseconds
since 1970, as in the log.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from showfloor.kit import tokens
from showfloor.kit.retention import kept_for
from showfloor.offers.errors import WaitNotFound
from showfloor.offers.rules.running import milliseconds
from showfloor.offers.types.waiting import OFFER_SECONDS, Opened, Place, WaitingList

VERSION = 1
LONGEST = kept_for("waiting")
"""After so long nobody remembers what they wait for."""
MOST_WAITS = 20
"""Places of one account at a time."""
MOST_IN_LINE = 1000
"""People in one list: the last would wait for longer than anybody does."""
PREPARED_WITHIN = timedelta(days=1)
"""What was recorded of a show is there long before; a line waits no longer for it."""
_TOKEN = b"waiting place"
_LEAVE_TOKEN = b"waiting place, to leave it"


def opened(waiting: WaitingList, at: int) -> Opened:
    """The first record of a list."""
    return Opened(at, VERSION, waiting.id.hex, waiting.sku, OFFER_SECONDS, LONGEST.days)


def offered_until(at: int) -> int:
    return at + OFFER_SECONDS * 1000


def passed_because(place: Place, at: int) -> str:
    """Why what was held for somebody is free again."""
    assert place.until is not None
    return "expired" if at >= milliseconds(place.until) else "declined"


def has_lapsed(place: Place, at: int) -> bool:
    """By the clock of the log, whose readers count for themselves."""
    return at - milliseconds(place.joined_at) >= LONGEST / timedelta(milliseconds=1)


def lapses_before(now: datetime) -> datetime:
    """Who joined before this moment waits no more."""
    return now - LONGEST


def may_be_prepared(ended_at: datetime | None, now: datetime) -> bool:
    """Whether the recording of a show that ended then may still come."""
    return ended_at is not None and now - ended_at < PREPARED_WITHIN


def is_in_time(until: datetime, now: datetime) -> bool:
    """Whether a mail about an offer still is of use to its reader."""
    return until - now > timedelta(minutes=1)


def wait_token(secret: bytes, place_id: UUID) -> str:
    """Whoever has the mail may see the place, take what is held in it and give it up."""
    return tokens.sign_id(secret, _TOKEN, place_id)


def leave_token(secret: bytes, place_id: UUID) -> str:
    """It stands in an address that mail programs call, and gives the place up alone."""
    return tokens.sign_id(secret, _LEAVE_TOKEN, place_id)


def place_of_token(secret: bytes, token: str) -> UUID:
    """Raises WaitNotFound."""
    return _place_of(secret, _TOKEN, token)


def place_of_leave_token(secret: bytes, token: str) -> UUID:
    """Raises WaitNotFound."""
    return _place_of(secret, _LEAVE_TOKEN, token)


def _place_of(secret: bytes, purpose: bytes, token: str) -> UUID:
    place_id = tokens.id_of(secret, purpose, token)
    if place_id is None:
        raise WaitNotFound
    return place_id
