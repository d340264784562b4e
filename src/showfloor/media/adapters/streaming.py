"""Internal HTTP to `streaming` (contract: docs/operate/internal.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import httpx2

from showfloor.kit import clock, ids
from showfloor.media.errors import NotLive, StreamingUnavailable

TIMEOUT = 3.0
"""Seconds. It is the same machine or the next one; a pin that takes longer is a pin that missed."""


class StreamingServer(Protocol):
    """What the rest of the house asks of the media server."""

    async def start_cue(
        self,
        show_id: UUID,
        cue_id: str,
        kind: str,
        payload: dict[str, Any],
        ends: Sequence[str] = (),
    ) -> datetime:
        """Put the cue into the stream; its start on the show clock, which is the end of the cues in
        `ends`.

        Raises NotLive, StreamingUnavailable.
        """

    async def end_cue(self, show_id: UUID, cue_id: str) -> datetime:
        """Its end on the show clock. Raises NotLive, StreamingUnavailable."""

    async def set_state(self, show_id: UUID, state: str) -> None:
        """Make the show public or over at once. Raises StreamingUnavailable."""


class HttpStreamingServer:
    """`base_url` is the internal address of `streaming`, `token` the shared secret of the
    machine.
    """

    def __init__(self, base_url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx2.AsyncClient(
            base_url=base_url, headers=headers, timeout=TIMEOUT, trust_env=False
        )

    async def start_cue(
        self,
        show_id: UUID,
        cue_id: str,
        kind: str,
        payload: dict[str, Any],
        ends: Sequence[str] = (),
    ) -> datetime:
        body = {"id": cue_id, "kind": kind, "payload": payload, "ends": list(ends)}
        answer = await self._call(
            "POST", f"/internal/shows/{ids.encode('show', show_id)}/cues", body
        )
        return clock.parse_rfc3339(answer["start"])

    async def end_cue(self, show_id: UUID, cue_id: str) -> datetime:
        answer = await self._call(
            "POST", f"/internal/shows/{ids.encode('show', show_id)}/cues/{cue_id}/end", {}
        )
        return clock.parse_rfc3339(answer["end"])

    async def set_state(self, show_id: UUID, state: str) -> None:
        await self._call("PUT", f"/internal/shows/{ids.encode('show', show_id)}", {"state": state})

    async def is_alive(self) -> bool:
        try:
            return (await self._client.get("/healthz")).status_code == 200
        except httpx2.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx2.HTTPError:
            raise StreamingUnavailable from None
        if answer.status_code in (404, 409):
            raise NotLive
        if answer.status_code != 200:
            raise StreamingUnavailable
        result: dict[str, Any] = answer.json()
        return result
