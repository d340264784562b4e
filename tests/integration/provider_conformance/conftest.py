"""Every provider, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.provider_conformance.worlds import WORLDS, NotThere, World


@pytest.fixture(params=list(WORLDS))
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    async with WORLDS[request.param](tmp_path / "books") as opened:
        yield opened
        await opened.provider.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Iterator[None]:
    """What a world cannot show is skipped and says why."""
    try:
        return (yield)
    except NotThere as reason:
        pytest.skip(str(reason))
