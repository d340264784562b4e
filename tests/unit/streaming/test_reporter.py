"""Reports to web: every second and at once after news; web's absence ends nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from showfloor.kit.contract import IngestAnswer, IngestLine, IngestReports, ShowOrders, to_json
from showfloor.streaming.control.reporter import Reporter
from showfloor.streaming.control.web_client import WebClient, WebUnavailable
from tests.waiting import bounded

LINE = IngestLine("show_a", "ingest_1", "publishing", "2026-11-23T10:00:00.000Z", "key_1")
ANSWER = IngestAnswer({"show_a": ShowOrders("live", 0, "", False, [])})


class Web(WebClient):
    """The web process, which answers when the test says so."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", "x", 1.0)
        self.reports: asyncio.Queue[bytes] = asyncio.Queue()
        self.answers: asyncio.Queue[tuple[int, bytes] | Exception] = asyncio.Queue()

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        assert path == "/internal/ingests"
        self.reports.put_nowait(body)
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Source:
    """The registry, as the reporter knows it."""

    def __init__(self) -> None:
        self.applied: asyncio.Queue[IngestAnswer] = asyncio.Queue()

    def report(self) -> IngestReports:
        return IngestReports([LINE])

    def apply_all(self, answer: IngestAnswer, asked: float) -> None:
        self.applied.put_nowait(answer)


class Running:
    def __init__(self, period: float) -> None:
        self.web, self.source = Web(), Source()
        self.reporter = Reporter(self.web, period)
        self.task = asyncio.create_task(self.reporter.run(self.source))

    async def exchange(self, answer: tuple[int, bytes] | Exception) -> bytes:
        """One report, and what web answers to it."""
        async with bounded():
            report = await self.web.reports.get()
        self.web.answers.put_nowait(answer)
        return report


@pytest.fixture
async def often() -> AsyncIterator[Running]:
    running = Running(0.001)
    yield running
    running.task.cancel()


@pytest.fixture
async def rarely() -> AsyncIterator[Running]:
    running = Running(3600.0)
    yield running
    running.task.cancel()


async def test_report_says_the_whole_state_and_the_answer_is_applied(often: Running) -> None:
    report = await often.exchange((200, to_json(ANSWER)))

    assert report == to_json(IngestReports([LINE]))
    async with bounded():
        assert await often.source.applied.get() == ANSWER


async def test_news_is_reported_at_once(rarely: Running) -> None:
    rarely.reporter.wake()

    await rarely.exchange((200, to_json(ANSWER)))

    async with bounded():
        await rarely.source.applied.get()


async def test_news_during_a_report_leads_to_another_one(rarely: Running) -> None:
    rarely.reporter.wake()
    async with bounded():
        await rarely.web.reports.get()
    for _ in range(3):
        rarely.reporter.wake()
    rarely.web.answers.put_nowait((200, to_json(ANSWER)))

    await rarely.exchange((200, to_json(ANSWER)))

    async with bounded():
        await rarely.source.applied.get()
        await rarely.source.applied.get()
    assert rarely.web.reports.empty()


@pytest.mark.parametrize(
    "answer",
    [
        WebUnavailable("TimeoutError"),
        (500, b"{}"),
        (200, b"not JSON"),
        (200, b'{"shows": []}'),
        ZeroDivisionError(),
    ],
    ids=["away", "broken", "not JSON", "another shape", "our fault"],
)
async def test_nothing_that_web_answers_ends_the_reports(
    often: Running, answer: tuple[int, bytes] | Exception
) -> None:
    await often.exchange(answer)
    await often.exchange((200, to_json(ANSWER)))

    async with bounded():
        assert await often.source.applied.get() == ANSWER
    assert often.source.applied.empty() and not often.task.done()


async def test_absence_of_web_is_logged_once_and_its_return_too(
    often: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "showfloor.streaming.control"):
        for _ in range(3):
            await often.exchange(WebUnavailable("ConnectionRefusedError"))
        for _ in range(2):
            await often.exchange((200, to_json(ANSWER)))
            async with bounded():
                await often.source.applied.get()
        async with bounded():
            await often.web.reports.get()

    said = [record.getMessage().split(" reason=")[0] for record in caplog.records]
    assert said == ["web is out of reach, going on with what is known", "web is back"]
