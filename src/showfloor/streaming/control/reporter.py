"""Once a second the whole state of this process for web, and web's answer back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from showfloor.kit import clock
from showfloor.streaming.control.web_client import WebClient, WebUnavailable

log = logging.getLogger("showfloor.streaming.control")

_SHORTEST_PAUSE = 0.05


class Reporter:
    """Tells web every second, and at once when something changed.

    One report is under way at a time.
    """

    def __init__(
        self,
        web: WebClient,
        period: float,
        report: Callable[[], dict[str, Any]],
        obey: Callable[[dict[str, Any], float], None],
    ) -> None:
        """`obey` gets an answer and when it was asked for: what happened since is not in it."""
        self._web = web
        self._period = period
        self._report = report
        self._obey = obey
        self._news = asyncio.Event()
        self._reachable = True

    def kick(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Until cancelled. Nothing that web answers, or does not, ends it."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._period):
                    await self._news.wait()
            self._news.clear()
            await self._exchange()
            await asyncio.sleep(_SHORTEST_PAUSE)

    async def _exchange(self) -> None:
        asked = clock.monotonic()
        try:
            status, answer = await self._web.post("/internal/ingests", self._report())
            if status != 200:
                raise WebUnavailable(f"status {status}")
            self._obey(answer, asked)
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
