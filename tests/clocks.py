"""Clocks that a test holds: both of `kit.clock`, so that waits are exact on any machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from hypothesis import strategies

from showfloor.kit import clock

SECONDS = strategies.floats(min_value=0, max_value=10**7)
"""What `clock.monotonic` may say: the seconds since a machine was started."""


@contextmanager
def stopped() -> Iterator[datetime]:
    """Time stands still at the moment given; `clock.use` inside moves `now()` alone."""
    moment, seconds = clock.now(), clock.monotonic()
    with clock.use(lambda: moment), pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "monotonic", lambda: seconds)
        yield moment
