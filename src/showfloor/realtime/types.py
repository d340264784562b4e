"""What crosses the boundary of `realtime`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole document after the event number `seq`; a room that was just opened is at 0.

    Values are JSON, never None.
    """

    seq: int
    entries: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """One key was set to a JSON value, or deleted (`value` is None)."""

    seq: int
    at: datetime
    key: str
    value: Any | None
