"""What no integration test inherits from the one before it."""

from __future__ import annotations

import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from showfloor.identity import http as identity_http


@pytest.fixture(autouse=True)
def own_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-ins are counted in the process, by address; all tests come from one address."""
    monkeypatch.setattr(identity_http, "_attempts", MovingWindowRateLimiter(MemoryStorage()))
