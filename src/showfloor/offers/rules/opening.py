"""A drop that opens for viewers whose pictures are a different time behind, and is fair to all.

The button opens for each viewer when their own picture shows the opening, at the latest after the
window. Who presses until `press` after that is in one lot, so that neither a fast line nor a claim
about one's delay changes the chance: the delay decides when a viewer's own button opens, and is no
part of the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from showfloor.offers.types import Terms


def unlocks_after(behind_ms: int, terms: Terms) -> int:
    """How long after the opening (ms) the button of a viewer opens, `behind_ms` behind the
    camera.
    """
    return min(max(behind_ms, 0), terms.window)


def is_in_lot(at: int, terms: Terms) -> bool:
    """Whether a request of this moment takes part in the lot."""
    return terms.opens <= at < terms.lot_until


def commitment(seed: str) -> str:
    """What is announced of a seed before the opening: the SHA-256 of its 32 bytes."""
    return sha256(bytes.fromhex(seed)).hexdigest()


def drawn(arrivals: Iterable[int], *, seed: str, previous: str) -> list[int]:
    """The numbers of arrivals in the order in which they are served.

    Each has the ticket SHA-256(seed || previous || number), the number in 8 bytes, big-endian;
    the lowest ticket is first. `previous` is the hash before the lot's record: it fixes all
    arrivals, and the seed was sealed before them.
    """
    fixed = bytes.fromhex(seed) + bytes.fromhex(previous)
    return sorted(arrivals, key=lambda number: sha256(fixed + number.to_bytes(8, "big")).digest())
