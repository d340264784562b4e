"""The one place that asks what time it is.

Everything else receives a time or calls `now()`, so that tests can move it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system_now() -> datetime:
    return datetime.now(UTC)


_now: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The present moment as an aware UTC datetime."""
    return _now()


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def milliseconds(moment: datetime) -> int:
    """Milliseconds since the Unix epoch."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(value: float) -> datetime:
    """Milliseconds since the epoch as an aware datetime in UTC."""
    return datetime.fromtimestamp(value / 1000, UTC)


def rfc3339(moment: datetime) -> str:
    """`2026-11-23T10:00:00.123Z`: RFC 3339, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """An aware UTC datetime; raises ValueError for text that is no time, has no offset, or leads
    out of the calendar in UTC.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time needs an offset: {text}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"a time outside the calendar: {text}") from None


@contextmanager
def use(clock: Callable[[], datetime]) -> Iterator[None]:
    """Replace `now()` for the length of a test.

    Raises RuntimeError when two of them overlap without one being inside the other, as in tasks
    that run at once: the later end would bring back the earlier's clock for good.
    """
    global _now
    before, _now = _now, clock
    try:
        yield
    finally:
        overlaps = _now is not clock
        _now = _system_now if overlaps else before
        if overlaps:
            raise RuntimeError("two clocks are in use at once")
