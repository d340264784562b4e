"""Whoever has the log of a drop or a waiting list can check it, without a database."""

from __future__ import annotations

from collections.abc import Iterable

from showfloor.offers.rules import proof, waiting_proof
from showfloor.offers.types import Proof
from showfloor.offers.types.waiting import WaitingProof


def verify_drop(lines: Iterable[bytes]) -> Proof:
    """What a log says and what in it does not hold. `lines` are its lines with their line feeds,
    one that is longer than `LONGEST_LINE` cut anywhere after it.
    """
    return proof.verify(lines)


def verify_waiting(lines: Iterable[bytes]) -> WaitingProof:
    """As `verify_drop`, of the log of a waiting list."""
    return waiting_proof.verify(lines)
