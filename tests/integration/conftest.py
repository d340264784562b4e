"""What no integration test inherits from the one before it, and servers that many share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from showfloor.identity import http as identity_http
from showfloor.identity.service import passwords
from showfloor.identity.service.passwords import Lane
from tests import buckets


@pytest.fixture(autouse=True)
def own_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-ins are counted in the process, by address; all tests come from one address."""
    monkeypatch.setattr(identity_http, "_attempts", MovingWindowRateLimiter(MemoryStorage()))
    # A semaphore that somebody waited for belongs to that test's event loop.
    monkeypatch.setattr(passwords, "STRANGERS", Lane(at_once=2, most_waiting=40))
    monkeypatch.setattr(passwords, "KNOWN", Lane(at_once=1, most_waiting=20))


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Of an object storage with the bucket `shows`."""
    with buckets.moto() as address:
        buckets.make_bucket(address, "shows")
        yield address
