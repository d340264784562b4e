"""One destination: connects, sends, falls behind, gives up for a while and tries again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from showfloor.kit import clock
from showfloor.kit.addresses import IpNetwork
from showfloor.kit.contract import DestinationLine, DestinationOrder, PushState
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.push.client import RtmpClient, connect
from showfloor.streaming.push.errors import FINAL, PushFailed
from showfloor.streaming.push.tags import Tag
from showfloor.streaming.rtmp import chunks

log = logging.getLogger("showfloor.streaming.push")

_CHECK_SECONDS = 1.0
_STEADY_SECONDS = 10.0
"""Whoever took media for so long is tried again at once."""
_SEND_BUFFER = 256 << 10
_RESUME_SHARE = 4
"""Pictures go on at a key frame when the backlog is below this part of the limit."""


class Programme(Protocol):
    """The show that a destination gets."""

    def opening(self) -> list[Tag]:
        """What a new connection gets first: headers and everything from the newest key frame on;
        empty when there is nothing to begin with.
        """
        ...

    @property
    def flows(self) -> asyncio.Event:
        """Set while media comes that may be sent."""
        ...


@dataclass(frozen=True, slots=True)
class PushSettings:
    """What all destinations of a process share."""

    config: StreamingConfig
    allowed: tuple[IpNetwork, ...]
    trust: Callable[[], ssl.SSLContext]
    changed: Callable[[], None]
    """Web should learn at once that a destination's state is another."""


class Destination:
    """Runs from `start` to `stop`. Its backlog is bounded: when it is full, everything is dropped
    until it is nearly empty and a key frame comes, so that what arrives can be decoded.
    """

    def __init__(
        self, order: DestinationOrder, programme: Programme, settings: PushSettings
    ) -> None:
        self.order = order
        self._programme = programme
        self._settings = settings
        self._client: RtmpClient | None = None
        self._base: int | None = None
        """Where the destination's clock begins on the push clock."""
        self._behind = True
        """Nothing is sent before the next key frame."""
        self._state: PushState = "waiting"
        self._since: datetime = clock.now()
        self._problem: PushFailed | None = None
        self._sent = self._dropped = self._reconnects = 0
        self._progress = 0.0
        """When the destination last took something, on the steady clock."""
        self._backlog = 0
        self._task = asyncio.get_running_loop().create_task(self._run())

    def send(self, tags: Sequence[Tag]) -> None:
        """Never blocks and never raises."""
        client = self._client
        if client is None or client.failure is not None:
            return
        limit, backlog = self._settings.config.push_backlog_bytes, client.backlog
        if not self._behind and backlog <= limit:
            self._write(client, tags)
            return
        if backlog * _RESUME_SHARE <= limit and any(tag.key for tag in tags):
            self._open(client)
            return
        self._behind = True
        if self._base is not None:
            self._dropped += sum(tag.kind == chunks.VIDEO for tag in tags)

    def _open(self, client: RtmpClient) -> None:
        """Headers and the newest key frame, what came after it, then whatever comes."""
        opening = self._programme.opening()
        if opening:
            if self._base is None:
                self._base = opening[0].time
            self._behind = False
            self._write(client, opening)

    def _write(self, client: RtmpClient, tags: Sequence[Tag]) -> None:
        base = self._base or 0
        data = b"".join([tag.message(base, client.stream) for tag in tags])
        self._sent += len(data)
        client.write(data)

    def line(self) -> DestinationLine:
        problem = self._problem
        return DestinationLine(
            id=self.order.id,
            state=self._state,
            since=clock.rfc3339(self._since),
            bytes=self._sent,
            dropped=self._dropped,
            reconnects=self._reconnects,
            slow=self._base is not None and self._behind,
            reason=problem.code if problem is not None else None,
            detail=problem.detail if problem is not None else "",
        )

    def stop(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        attempt = 0
        try:
            while True:
                if not self._programme.flows.is_set():
                    self._enter("waiting")
                    await self._programme.flows.wait()
                began = clock.monotonic()
                try:
                    await self._push()
                    attempt = 0
                    continue
                except PushFailed as problem:
                    self._problem = problem
                    log.info("push failed destination=%s reason=%s", self.order.id, problem.code)
                if self._problem.code in FINAL:
                    self._enter("refused")
                    return
                steady = self._state == "sending" and clock.monotonic() - began > _STEADY_SECONDS
                attempt = 0 if steady else attempt + 1
                self._enter("retrying")
                await asyncio.sleep(pause(attempt, self._settings.config.push_retry_seconds))
                self._reconnects += 1
        except Exception:
            log.exception("push ended destination=%s", self.order.id)
            self._problem = PushFailed("fault")
            self._enter("refused")
        finally:
            self._client = None

    async def _push(self) -> None:
        """One connection. Returns when there is nothing to send for a while; raises PushFailed."""
        self._enter("connecting")
        settings = self._settings
        client = await connect(
            self.order.url,
            self.order.key,
            allowed=settings.allowed,
            trust=settings.trust,
            send_buffer=min(_SEND_BUFFER, settings.config.push_backlog_bytes // 4),
        )
        try:
            self._begin(client)
            await self._watch(client)
        finally:
            self._client = None
            client.finish()

    def _begin(self, client: RtmpClient) -> None:
        self._progress = clock.monotonic()
        self._backlog = 0
        self._base, self._behind = None, True
        self._client = client
        self._problem = None
        self._enter("sending")
        self._open(client)

    async def _watch(self, client: RtmpClient) -> None:
        """Once a second: is it closed, does it still take anything, is there still a show?"""
        config = self._settings.config
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CHECK_SECONDS):
                    await client.closed.wait()
            if client.failure is not None:
                raise client.failure
            now, backlog = clock.monotonic(), client.backlog
            if backlog < self._backlog or not backlog:
                self._progress = now
            self._backlog = backlog
            if now - self._progress > config.push_stall_seconds:
                client.fail(PushFailed("stalled"))
                raise PushFailed("stalled")
            if not self._programme.flows.is_set():
                return

    def _enter(self, state: PushState) -> None:
        if state != self._state:
            self._state = state
            self._since = clock.now()
            self._settings.changed()


def pause(attempt: int, longest: float) -> float:
    """Seconds before the next attempt: twice as long each time, between half and all of it, so that
    many shows do not come back to a network in the same moment.
    """
    return min(longest, 0.5 * 2.0 ** min(attempt, 16)) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
