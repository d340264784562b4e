"""Pure decisions of `stock`: limits, tokens, what a hold's lines add up to."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from showfloor.kit import ids
from showfloor.kit.retention import kept_for
from showfloor.stock.errors import HoldTokenInvalid, LimitReached
from showfloor.stock.types import Line, LineState, Stock

MOST_PIECES = 10
"""A line of a hold, of one variant."""
MOST_OPEN_HOLDS = 5
"""Of one guest in one show."""
EXTENSION_SECONDS = 120
SECURED_SECONDS = 7 * 24 * 3600
"""As long as a bank keeps its promise of a card's money."""
NETWORK_SHARE = 4
"""One client network may hold a fourth of the pieces of a variant that are not sold yet: the bound
gets tighter as stock gets scarce.
"""
NETWORK_LEAST = 2
"""Pieces that one client network may hold however scarce they are: two people of one household."""
COOL_DOWN_SECONDS = 600
"""For this long after a hold ran out unpaid its pieces still count as held by that network."""
COOL_DOWN_FREE = 2
"""Pieces that the cool-down leaves out, for buyers who were only slow."""
QUICK_SECONDS = 60
"""Goods that are given back within this time count in the cool-down by the part of it for which
they were held: little for a buyer who changed their mind, everything for who holds by turns.
"""
NETWORK_BUYERS = 4
"""Of a variant with a limit for each buyer one network may have, held and bought, as much as this
many buyers, or its share of all pieces where that is more: a household, an office and a mobile
network in a large drop come to something, and who invents guests does not get everything.
"""
REMEMBERED_SECONDS = int(kept_for("hold_network").total_seconds())
"""For this long, longer than a show, a purchase of such a variant counts for its network."""
_PREFIX = "ht_"
_MAC_BYTES = 26
"""With the 16 of the id a multiple of three: no padding in the token."""


def check_pieces(lines: Sequence[Line]) -> None:
    """Raises LimitReached when a line wants more pieces than one buyer may hold."""
    if any(line.quantity > MOST_PIECES for line in lines):
        raise LimitReached(pieces=MOST_PIECES, holds=MOST_OPEN_HOLDS)


def client_digest(secret: bytes, network: str) -> bytes:
    """What is stored of a client network while a hold of it is open. Addresses are few enough to
    be guessed from a plain digest.
    """
    return hmac.digest(secret, b"showfloor client v1:" + network.encode(), sha256)[:16]


def guest_of(first_hold: UUID) -> bytes:
    """What groups the holds of a guest: made from the first one."""
    return ids.digest(first_hold.hex)


def key_of(scope: UUID, key: str) -> bytes:
    """What is stored of an Idempotency-Key. The same key in another show is another key."""
    return sha256(f"{scope.hex}:{key}".encode()).digest()


def state_of(lines: Sequence[LineState]) -> LineState:
    """Held while every line is; a hold that lost a line is lost."""
    if all(state is LineState.HELD for state in lines):
        return LineState.HELD
    if all(state is LineState.SETTLED for state in lines):
        return LineState.SETTLED
    return LineState.RELEASED


def hold_token(secret: bytes, hold_id: UUID) -> str:
    """The guest's Bearer token, made from the hold's id with a key: a replay gives it again, and
    nothing secret is stored.
    """
    return _PREFIX + urlsafe_b64encode(hold_id.bytes + _mac(secret, hold_id)).decode()


def verify(secret: bytes, token: str | None) -> UUID:
    """The hold a token belongs to; raises HoldTokenInvalid.

    Only the very text that `hold_token` makes will do.
    """
    given = (token or "").encode()
    try:
        hold_id = UUID(bytes=urlsafe_b64decode(given.removeprefix(_PREFIX.encode()))[:16])
    except (NotBase64, ValueError):
        raise HoldTokenInvalid from None
    if not hmac.compare_digest(given, hold_token(secret, hold_id).encode()):
        raise HoldTokenInvalid
    return hold_id


def _mac(secret: bytes, hold_id: UUID) -> bytes:
    return hmac.digest(secret, b"showfloor hold token v1:" + hold_id.bytes, sha256)[:_MAC_BYTES]


def counted(stock: Stock, in_stock: int) -> Stock:
    """The stock when so many are there that nobody bought. What is sold and held stays sold and
    held: what is not there for it is missing.
    """
    wanted = in_stock + stock.sold
    on_hand = max(wanted, stock.sold + stock.held)
    return replace(stock, on_hand=on_hand, missing=on_hand - wanted)


def is_current(stock: Stock, version: int) -> bool:
    """Whether a count was said of what is here: a message from before a sale would sell what it
    sold again.
    """
    return stock.version == version
