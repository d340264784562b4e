"""Internal HTTP to `streaming` (contract: docs/operate/internal.md, values: kit/contract.py)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import httpx2

from showfloor.kit import clock, ids
from showfloor.kit.contract import (
    CarriedCue,
    ContractError,
    ShowCues,
    ShowMoment,
    ShowStateOrder,
    SoundMeasure,
    from_json,
    to_json,
)
from showfloor.kit.network import tls_context
from showfloor.media.types import MediaMoment

TIMEOUT = 3.0
"""Seconds. It is the same machine or the next one; a pin that takes longer is a pin that missed."""


class StreamingServer(Protocol):
    """What the rest of the house asks of the media server. None of these raises: a moment says
    itself when there is none, and what else is lost the periodic report repeats.
    """

    async def moment(self, show_id: UUID) -> MediaMoment:
        """The newest frame that arrived, on the show clock."""

    async def sound(self, show_id: UUID) -> SoundMeasure | None:
        """How the sound of the last seconds is; None when there is none, or nobody could say."""

    async def put_cues(self, show_id: UUID, cues: Sequence[CarriedCue]) -> None:
        """Put committed cues into the stream at once, and the ends of those that ended."""

    async def set_state(self, show_id: UUID, state: str) -> None:
        """Make a committed state true at once."""


class HttpStreamingServer:
    """`base_url` is the internal address of `streaming`, `token` the shared secret of the
    machine.
    """

    def __init__(self, base_url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            headers=headers,
            timeout=TIMEOUT,
            verify=tls_context(),
            trust_env=False,
        )

    async def moment(self, show_id: UUID) -> MediaMoment:
        try:
            answer = await self._client.post(f"{_path(show_id)}/moment")
            if answer.status_code in (404, 409):
                return MediaMoment(None)
            at = from_json(ShowMoment, answer.content).at
            return MediaMoment(clock.parse_rfc3339(at))
        except (httpx2.HTTPError, ContractError, ValueError):
            return MediaMoment(None, reachable=False)

    async def sound(self, show_id: UUID) -> SoundMeasure | None:
        try:
            answer = await self._client.post(f"{_path(show_id)}/sound")
            return from_json(SoundMeasure, answer.content) if answer.is_success else None
        except (httpx2.HTTPError, ContractError):
            return None

    async def put_cues(self, show_id: UUID, cues: Sequence[CarriedCue]) -> None:
        await self._put(f"{_path(show_id)}/cues", to_json(ShowCues(list(cues))))

    async def set_state(self, show_id: UUID, state: str) -> None:
        await self._put(_path(show_id), to_json(ShowStateOrder(state)))

    async def is_alive(self) -> bool:
        try:
            return (await self._client.get("/healthz")).status_code == 200
        except httpx2.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()

    async def _put(self, path: str, body: bytes) -> None:
        with contextlib.suppress(httpx2.HTTPError):
            await self._client.put(path, content=body)


def _path(show_id: UUID) -> str:
    return f"/internal/shows/{ids.encode('show', show_id)}"
