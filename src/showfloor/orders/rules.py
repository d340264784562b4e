"""Pure decisions of `orders`."""

from __future__ import annotations


def number_of(prefix: str, number: int) -> str:
    """`LW-48213907`: short enough to be read out on the telephone."""
    return f"{prefix}-{number}"
