"""What wraps every request of the web process: HEAD, caches, and a limit a caller can read in the
answer.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from showfloor.app.uploads import upload_at
from showfloor.checkout.openapi import CALLBACK, HOLDS
from showfloor.identity.errors import NotAuthenticated
from showfloor.kit import clock
from showfloor.kit.answers import bearer, language, problem
from showfloor.kit.errors import (
    AppError,
    HostUnknown,
    PayloadTooLarge,
    RateLimited,
    RequestTimeout,
)
from showfloor.kit.minutes import PerMinute
from showfloor.kit.network import client_network
from showfloor.web.security import answer_headers

PER_MINUTE = 1200
"""Calls of one caller: a person's studio makes about a hundred, a page a handful."""
PAGES_PER_ADDRESS = 1200
"""Pages for one address: an office in which somebody opens one every 50 ms."""
LARGEST_BODY = 64 * 1024
"""Bytes; the largest thing that anybody sends is a show's texts in two languages."""
LARGEST_REPORT = 4 * 1024 * 1024
"""Bytes of a report of `streaming` about all its ingests."""
BODY_WITHIN = 10.0
"""Seconds for a whole body that is no file (`uploads`)."""
BY_ADDRESS = ("/healthz", "/readyz", "/internal/")
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


class BodyLimit:
    """No request is larger than it needs to be or takes for ever to arrive, and `/internal/` reads
    nothing from who has no token.
    """

    def __init__(self, app: ASGIApp, *, internal_token: str) -> None:
        self._app = app
        self._internal_token = internal_token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        internal = scope["path"].startswith("/internal/")
        headers = Headers(scope=scope)
        refusal: AppError | None = None
        most, within = LARGEST_REPORT if internal else LARGEST_BODY, BODY_WITHIN
        if upload := upload_at(scope["method"], scope["path"]):
            most, within = upload.most, upload.within
        if internal and not self._may_enter(headers):
            refusal = NotAuthenticated()
        elif _content_length(headers) > most:
            refusal = PayloadTooLarge(most=most)
        if refusal is not None:
            await problem(refusal, language(Request(scope)))(scope, receive, send)
            return
        await self._with_limit(most, within, scope, receive, send)

    def _may_enter(self, headers: Headers) -> bool:
        given = bearer(headers.get("authorization")) or ""
        return bool(self._internal_token) and secrets.compare_digest(
            given.encode(), self._internal_token
        )

    async def _with_limit(
        self, most: int, within: float, scope: Scope, receive: Receive, send: Send
    ) -> None:
        size, end = 0, clock.monotonic() + within
        whole = started = False
        refusal: AppError | None = None

        async def bounded() -> Message:
            nonlocal size, whole, refusal
            if whole:
                return await receive()
            try:
                async with asyncio.timeout(end - clock.monotonic()):
                    message = await receive()
            except TimeoutError:
                refusal = RequestTimeout()
                return {"type": "http.disconnect"}
            size += len(message.get("body", b""))
            if size > most:
                refusal = PayloadTooLarge(most=most)
                return {"type": "http.disconnect"}
            whole = not message.get("more_body", False)
            return message

        async def noting(message: Message) -> None:
            nonlocal started
            # The application may have answered to the end of a body that we cut off.
            if refusal is None or started:
                started = True
                await send(message)

        try:
            await self._app(scope, bounded, noting)
        except ClientDisconnect:
            if refusal is None:
                raise
        if refusal is not None and not started:
            await problem(refusal, language(Request(scope)))(scope, receive, send)


def _content_length(headers: Headers) -> int:
    """0 when nobody says; the parser has refused what is no number."""
    text = headers.get("content-length", "0")
    return int(text) if text.isdecimal() and len(text) < 20 else 0


class OwnHosts:
    """Only the names under which this installation is known: what is written into links and
    redirects is never a stranger's choice. Health checks and our own processes use addresses.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(BY_ADDRESS):
            hosts = Headers(scope=scope).getlist("host")
            if len(hosts) != 1 or _host_name(hosts[0]) not in self._hosts:
                answer = problem(HostUnknown(), language(Request(scope)))
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _host_name(host: str) -> str:
    """Without the port; an IPv6 address keeps its brackets (RFC 3986 §3.2.2)."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


class SafeHeaders:
    """What no answer goes without: no sniffing, no scripts in what is not a page, no addresses told
    to other sites. Pages bring a policy of their own.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = answer_headers(secure=secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class RateLimit:
    """`RateLimit` and `RateLimit-Policy` on the API (draft-ietf-httpapi-ratelimit-headers-10), and
    a limit on pages, which cost more.

    Counted in this process, by a digest of the caller's token, else of its network; the first call
    of another minute forgets both. A token is only a claim here, so the address is counted beside
    it. Not limited: a provider's callbacks, and holds, because a drop is a thousand buyers in one
    second, some of them behind one address. What a guest and a client network may hold is `stock`'s
    to limit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._callers = PerMinute(PER_MINUTE)
        self._addresses = PerMinute(PER_ADDRESS)
        self._pages = PerMinute(PAGES_PER_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = _kind(scope) if scope["type"] == "http" else None
        if kind is None:
            await self._app(scope, receive, send)
            return
        address = _digest(client_network((scope.get("client") or ("?", 0))[0]))
        if kind == "page":
            allowed = self._pages.hit(address)
            await (self._app if allowed else refused(scope))(scope, receive, send)
            return
        token = Headers(scope=scope).get("authorization")
        caller = _digest(token) if token else address
        # An address that has used up its calls opens no more buckets for tokens that it makes up.
        allowed = self._addresses.hit(address) and self._callers.hit(caller)
        left, seconds = self._callers.left(caller), self._callers.seconds()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"caller";q={PER_MINUTE};w=60'
                headers["RateLimit"] = f'"caller";r={left};t={seconds}'
            await send(message)

        answer = self._app if allowed else refused(scope)
        await answer(scope, receive, with_headers)


def refused(scope: Scope) -> JSONResponse:
    return problem(RateLimited(), language(Request(scope)))


UNLIMITED = tuple(compile_path(path)[0] for path in (HOLDS, CALLBACK))
CHEAP = ("/static/", "/uploads/", "/replays/", "/embed.js", "/healthz", "/readyz", "/internal/")
"""Files, and what our own processes and the operator's monitoring ask for."""


def _kind(scope: Scope) -> str | None:
    """What a request is counted as: of the API, a page, or nothing."""
    path = scope["path"]
    if not path.startswith("/api/v1/"):
        return None if path.startswith(CHEAP) else "page"
    free = scope["method"] == "POST" and any(route.match(path) for route in UNLIMITED)
    return None if free else "api"


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
