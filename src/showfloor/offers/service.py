"""Whoever has the log of a drop can check it, without a database."""

from __future__ import annotations

from collections.abc import Iterable

from showfloor.offers.rules import proof
from showfloor.offers.rules.chain import LONGEST_LINE
from showfloor.offers.types import Proof

__all__ = ["LONGEST_LINE", "verify_drop"]


def verify_drop(lines: Iterable[bytes]) -> Proof:
    """What a log says and what in it does not hold. `lines` are its lines with their line feeds,
    one that is longer than `LONGEST_LINE` cut anywhere after it.
    """
    return proof.verify(lines)
