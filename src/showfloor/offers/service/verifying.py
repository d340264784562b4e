"""Whoever has the log of a drop can check it, without a database."""

from __future__ import annotations

from collections.abc import Iterable

from showfloor.offers.rules import proof
from showfloor.offers.types import Proof


def verify_drop(lines: Iterable[bytes]) -> Proof:
    """What a log says and what in it does not hold. `lines` are its lines with their line feeds,
    one that is longer than `LONGEST_LINE` cut anywhere after it.
    """
    return proof.verify(lines)
