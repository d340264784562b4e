"""How the library `stripe` reaches Stripe: by the HTTP client that the rest of the house uses,
without blocking the loop. The library itself knows httpx and aiohttp.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2
from stripe import APIConnectionError, HTTPClient

unreachable: Callable[..., Exception] = APIConnectionError
CALL_SECONDS = httpx2.Timeout(10.0, connect=3.0)
"""Of one attempt; `stripe.py` bounds all attempts of a call together."""


class StripeTransport(HTTPClient):
    name = "httpx2"

    def __init__(self) -> None:
        super().__init__()
        self._client = httpx2.AsyncClient(timeout=CALL_SECONDS)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        content = post_data.encode() if isinstance(post_data, str) else post_data
        try:
            answer = await self._client.request(
                method, url, headers=dict(headers), content=content or None
            )
        except httpx2.HTTPError as error:
            # The message of an error may repeat an address; its kind says enough.
            raise unreachable(type(error).__name__, should_retry=True) from None
        return answer.content, answer.status_code, answer.headers

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        await self._client.aclose()
