"""What wraps every request of the web process: HEAD, caches, and a limit a caller can read in the
answer.
"""

from __future__ import annotations

from hashlib import sha256

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from showfloor.checkout.openapi import CALLBACK, HOLDS
from showfloor.kit import clock
from showfloor.kit.errors import RateLimited
from showfloor.kit.http import language, problem

PER_MINUTE = 1200
"""Calls of one caller: a person's studio makes about a hundred, a page a handful."""
PER_ADDRESS = 12_000
"""Calls from one address, whatever tokens they carry: a whole office, train or mobile network may
stand behind it.
"""


class HeadAsGet:
    """HEAD is GET without the content (RFC 9110 §9.3.2); routes only know GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_content(message: Message) -> None:
            await send(
                {**message, "body": b""} if message["type"] == "http.response.body" else message
            )

        await self._app({**scope, "method": "GET"}, receive, without_content)


class NeverStored:
    """No cache keeps what the API says (RFC 9111 §5.2.2.5): it is about one person, or about this
    very moment.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return

        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_header)


class RateLimit:
    """`RateLimit` and `RateLimit-Policy` on the API (draft-ietf-httpapi-ratelimit-headers-10).

    Counted in this process, by the caller's token, else by address; neither is kept longer than its
    minute. A token is only a claim here, so the address is counted beside it. Not limited: a
    provider's callbacks, and holds, because a drop is a thousand buyers in one second, some of them
    behind one address. What a guest and a client network may hold is `stock`'s to limit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(PER_MINUTE, namespace="caller")
        self._most = RateLimitItemPerMinute(PER_ADDRESS, namespace="address")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_limited(scope):
            await self._app(scope, receive, send)
            return
        address = _digest((scope.get("client") or ("?", 0))[0])
        token = Headers(scope=scope).get("authorization")
        caller = _digest(token) if token else address
        # An address that has used up its calls opens no more buckets for tokens that it makes up.
        allowed = self._limiter.hit(self._most, address) and self._limiter.hit(self._limit, caller)
        left = self._limiter.get_window_stats(self._limit, caller)
        seconds = max(0, round(left.reset_time - clock.now().timestamp()))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"caller";q={PER_MINUTE};w=60'
                headers["RateLimit"] = f'"caller";r={left.remaining};t={seconds}'
            await send(message)

        answer = self._app if allowed else problem(RateLimited(), language(Request(scope)))
        await answer(scope, receive, with_headers)


UNLIMITED = tuple(compile_path(path)[0] for path in (HOLDS, CALLBACK))


def _is_limited(scope: Scope) -> bool:
    path = scope["path"]
    if not path.startswith("/api/v1/"):
        return False
    return scope["method"] != "POST" or not any(route.match(path) for route in UNLIMITED)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
