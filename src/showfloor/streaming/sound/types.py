"""What goes into a conversion of sound, and comes out."""

from __future__ import annotations

from typing import NamedTuple


class Stamped(NamedTuple):
    """One packet of sound; microseconds on the publisher's clock."""

    stamp: int
    payload: bytes
