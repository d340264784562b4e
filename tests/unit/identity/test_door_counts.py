"""What operators see of the gate's refusals: nothing so small that it points at somebody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from showfloor.identity.rules import door_counts
from showfloor.identity.types import CollectionPoint, GateCount

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def count(door: CollectionPoint, refused: int, market: str = "gb", days: int = 1) -> GateCount:
    return GateCount(NOW - timedelta(days=days), market, door, refused)


@pytest.mark.parametrize(("refused", "shown"), [(0, None), (19, None), (20, 20), (21, 21)])
def test_counts_below_20_are_hidden(refused: int, shown: int | None) -> None:
    counted = door_counts([count(CollectionPoint.CHAT, refused)], NOW)

    assert {each.door: each.refused for each in counted}[CollectionPoint.CHAT] == shown


def test_small_cells_are_added_up_before_they_are_shown() -> None:
    """Hours and markets, of the last seven days."""
    chat = CollectionPoint.CHAT
    cells = [count(chat, 12), count(chat, 11, "eg", days=2), count(chat, 500, days=8)]

    counted = door_counts(cells, NOW)

    assert {each.door: each.refused for each in counted}[chat] == 23
    assert len(counted) == len(CollectionPoint)
