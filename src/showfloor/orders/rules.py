"""Pure decisions of `orders`."""

from __future__ import annotations


def number_of(prefix: str, serial: int) -> str:
    """`LW-20418`: short enough to be read out on the telephone."""
    return f"{prefix}-{serial}"
