"""`showfloor rtc` in front of the real `streaming`, and publishers for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.integration.rtc.peer import Rtc, WhipPublisher
from tests.integration.streaming.conftest import clip, publish, streaming, tags, web
from tests.integration.streaming.peers import Streaming

__all__ = ["clip", "publish", "streaming", "tags", "web"]
Whip = Callable[..., WhipPublisher]


@pytest.fixture
async def start_rtc(
    streaming: Streaming, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Rtc]]]:
    """Starts one with settings of its own."""
    started: list[Rtc] = []

    async def start(**environment: str) -> Rtc:
        process = Rtc(streaming, tmp_path, environment)
        started.append(process)
        await process.start()
        return process

    yield start
    for process in started:
        await process.stop()
        assert "Traceback" not in process.log.read_text(), process.log.read_text()


@pytest.fixture
async def rtc(start_rtc: Callable[..., Awaitable[Rtc]]) -> Rtc:
    return await start_rtc()


@pytest.fixture
async def whip(rtc: Rtc) -> AsyncIterator[Whip]:
    """Makes publishers; all are gone after the test."""
    made: list[WhipPublisher] = []

    def make(key: str = "key-a") -> WhipPublisher:
        made.append(WhipPublisher(rtc, key))
        return made[-1]

    yield make
    for publisher in made:
        await publisher.close()
