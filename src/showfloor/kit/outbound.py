"""Requests to addresses that somebody else typed: a merchant's webhook, a catalog by its URL.

HTTPS alone and to port 443; the name is resolved once, its addresses are checked (kit/addresses),
and the connection is made to exactly these; a redirect is followed only where that is asked for,
checked as the first address was; no proxy of the environment is used; how long it may take and how
much may come are bounded. Demo and test (`local`) also call this machine, without TLS and on any
port.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

import httpx2

from showfloor.kit.addresses import (
    EVERYWHERE,
    AddressForbidden,
    NameUnknown,
    find_addresses,
    read_networks,
)
from showfloor.kit.network import tls_context

CONNECT_SECONDS = 5.0
MOST_ADDRESSES = 3
"""Of a host, tried one after the other as long as none answers."""
LONGEST_URL = 2000
MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"https": 443, "http": 80}


class Reason(StrEnum):
    """Why a request came to nothing. Stored and shown; never the words of the other side."""

    URL_INVALID = "url_invalid"
    ADDRESS_FORBIDDEN = "address_forbidden"
    NAME_UNKNOWN = "name_unknown"
    UNREACHABLE = "unreachable"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    BROKEN = "broken"
    """The connection ended before the answer did."""
    TOO_LARGE = "too_large"


class OutboundFailed(Exception):
    """There is no answer, or not all of it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of which the head has arrived. Names of `headers` compare in any case."""

    status: int
    headers: Mapping[str, str]
    _response: httpx2.Response

    async def chunks(self, most: int) -> AsyncIterator[bytes]:
        """The body as it comes, as it was sent. Raises OutboundFailed, `too_large` as soon as more
        than `most` bytes have come.
        """
        left = most
        with _in_our_words():
            async for chunk in self._response.aiter_raw():
                left -= len(chunk)
                if left < 0:
                    raise OutboundFailed(Reason.TOO_LARGE)
                yield chunk

    async def read(self, most: int) -> bytes:
        """The whole body. Raises OutboundFailed."""
        return b"".join([chunk async for chunk in self.chunks(most)])


class Outbound:
    """Makes the requests. `tls` says which certificates are believed, the system's if None."""

    def __init__(self, *, local: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self._local = local
        self._tls = tls

    def check_url(self, url: str) -> None:
        """Raises OutboundFailed (`url_invalid`) for what is never called, whatever its host's
        addresses are.
        """
        try:
            # Read by the library that connects: two readers differ about whose port it is.
            parts = httpx2.URL(url)
        except (ValueError, httpx2.InvalidURL):
            raise OutboundFailed(Reason.URL_INVALID) from None
        fine = bool(parts.host) and len(url) <= LONGEST_URL
        if not self._local:
            fine = fine and parts.scheme == "https" and parts.port in (None, 443)
        if not fine or parts.userinfo or parts.scheme not in _PORTS:
            raise OutboundFailed(Reason.URL_INVALID)

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> AsyncIterator[Answer]:
        """The answer, whose body may be read inside; all of it within `seconds`. A redirect is an
        answer like another. Raises OutboundFailed.
        """
        self.check_url(url)
        allowed = {"Accept-Encoding": "identity", **(headers or {})}
        transport = _Pinned(self._local, self._tls)
        request = httpx2.Request(method, url, headers=allowed, content=content)
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline, transport:
                with _in_our_words():
                    given = await transport.handle_async_request(_bounded(request, seconds))
                async with _closing(given):
                    yield Answer(given.status_code, given.headers, given)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise OutboundFailed(Reason.TIMED_OUT) from None

    @asynccontextmanager
    async def follow(
        self, url: str, *, seconds: float, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Answer]:
        """As `open` with GET, but where a redirect leads: each address is checked as the first one
        was, all within `seconds` together. After MOST_REDIRECTS the next redirect is the answer.
        """
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline, AsyncExitStack() as opened:
                for left in range(MOST_REDIRECTS, -1, -1):
                    given = await opened.enter_async_context(
                        self.open("GET", url, seconds=seconds, headers=headers)
                    )
                    to = _redirect(url, given)
                    if to is None or not left:
                        yield given
                        return
                    await opened.aclose()
                    url = to
        except TimeoutError:
            if not deadline.expired():
                raise
            raise OutboundFailed(Reason.TIMED_OUT) from None


def _redirect(url: str, given: Answer) -> str | None:
    """Where an answer leads; None when it is one itself. Raises OutboundFailed."""
    location = given.headers.get("location")
    if given.status not in _REDIRECTS or not location:
        return None
    try:
        return str(httpx2.URL(url).join(location))
    except (ValueError, httpx2.InvalidURL):
        raise OutboundFailed(Reason.URL_INVALID) from None


def _bounded(request: httpx2.Request, seconds: float) -> httpx2.Request:
    timeout = httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
    request.extensions = {**request.extensions, "timeout": timeout.as_dict()}
    return request


@asynccontextmanager
async def _closing(response: httpx2.Response) -> AsyncIterator[httpx2.Response]:
    try:
        yield response
    finally:
        with suppress(httpx2.HTTPError, OSError):
            await response.aclose()


class _Pinned(httpx2.AsyncBaseTransport):
    """Connects to addresses that were checked, under the name that was asked for. One request each:
    a connection that is used again could be another host's at the same address.
    """

    def __init__(self, local: bool, tls: ssl.SSLContext | None) -> None:
        self._allowed = read_networks(EVERYWHERE if local else "")
        self._inner = httpx2.AsyncHTTPTransport(verify=tls or tls_context(), trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or _PORTS[request.url.scheme]
        found = await find_addresses(host, port, self._allowed)
        *first, last = found[:MOST_ADDRESSES]
        for address in first:
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await self._connect(request, address)
        return await self._connect(request, last)

    async def _connect(self, request: httpx2.Request, address: str) -> httpx2.Response:
        """`request` has the Host header already; `sni_hostname` is the name that TLS asks for and
        that the certificate must have.
        """
        to = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
        )
        return await self._inner.handle_async_request(to)

    async def aclose(self) -> None:
        await self._inner.aclose()


@contextmanager
def _in_our_words() -> Iterator[None]:
    """What the client raises becomes OutboundFailed."""
    try:
        yield
    except Exception as error:
        if (reason := _reason(error)) is None:
            raise
        raise OutboundFailed(reason) from None


def _reason(error: Exception) -> Reason | None:
    match error:
        case NameUnknown():
            return Reason.NAME_UNKNOWN
        case AddressForbidden():
            return Reason.ADDRESS_FORBIDDEN
        case TimeoutError() | httpx2.TimeoutException():
            return Reason.TIMED_OUT
        case httpx2.ConnectError():
            return Reason.TLS_FAILED if _is_tls(error) else Reason.UNREACHABLE
        case httpx2.HTTPError() | httpx2.StreamError() | OSError():
            return Reason.BROKEN
    return None


def _is_tls(error: BaseException | None) -> bool:
    """Whether a failed connection failed in TLS: the client says so in what caused its error."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
