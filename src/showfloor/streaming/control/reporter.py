"""Once a second the whole state of this process for web, and web's answer back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Protocol

from showfloor.kit import clock
from showfloor.kit.contract import IngestAnswer, IngestReports, from_json, to_json
from showfloor.streaming.control.web_client import WebClient, WebUnavailable

log = logging.getLogger("showfloor.streaming.control")

_SHORTEST_PAUSE = 0.05
"""Seconds between the answer to one report and the next report."""


class ReportSource(Protocol):
    """Whose state is reported, and who applies web's answer."""

    def report(self) -> IngestReports: ...
    def apply_all(self, answer: IngestAnswer, requested_at: float) -> None:
        """`requested_at` is when the report was made, on the steady clock: the answer does not
        know what happened since.
        """
        ...


class Reporter:
    """Reports to web every second, and at once after `wake`.

    One report is under way at a time.
    """

    def __init__(self, web: WebClient, period: float) -> None:
        self._web = web
        self._period = period
        self._news = asyncio.Event()
        self._reachable = True

    def wake(self) -> None:
        """Something changed that web should learn at once."""
        self._news.set()

    async def run(self, source: ReportSource) -> None:
        """Until cancelled. Nothing that web answers, or does not, ends it."""
        answered = clock.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._period):
                    await self._news.wait()
                    await asyncio.sleep(answered + _SHORTEST_PAUSE - clock.monotonic())
            self._news.clear()
            await self._exchange(source)
            answered = clock.monotonic()

    async def _exchange(self, source: ReportSource) -> None:
        requested_at = clock.monotonic()
        try:
            status, body = await self._web.post("/internal/ingests", to_json(source.report()))
            if status != 200:
                raise WebUnavailable(f"status {status}")
            source.apply_all(from_json(IngestAnswer, body), requested_at)
        except WebUnavailable as problem:
            if self._reachable:
                log.warning("web is out of reach, going on with what is known reason=%s", problem)
            self._reachable = False
        except Exception:
            log.exception("report failed")
        else:
            if not self._reachable:
                log.info("web is back")
            self._reachable = True
