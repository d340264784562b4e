"""The WHIP endpoint over HTTP (RFC 9725 §4): POST an offer, DELETE the session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from secrets import compare_digest
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from showfloor.kit import messages
from showfloor.kit.answers import PROBLEM, bearer, language, problem
from showfloor.kit.errors import (
    AppError,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    RateLimited,
)
from showfloor.kit.minutes import PerMinute
from showfloor.kit.network import ConnectionLimit, Proxies, client_network
from showfloor.kit.text import clean_code
from showfloor.rtc import sdp
from showfloor.rtc.config import RtcConfig
from showfloor.rtc.errors import (
    IceRestartUnsupported,
    PublisherRefused,
    SdpRequired,
    StreamKeyRequired,
    TooManyWhipSessions,
    WhipSessionNotFound,
)
from showfloor.rtc.uplink import Uplink, open_uplink

if TYPE_CHECKING:
    from showfloor.rtc.session import WhipSession

log = logging.getLogger("showfloor.rtc")

_SDP = "application/sdp"
_EVERY_ANSWER = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Retry-After, WWW-Authenticate",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""The key is in a header that only its owner's script can set, so any origin may ask."""
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "86400",
}


_MOST_REMEMBERED = 100


class WhipEndpoint:
    """All sessions of this process."""

    def __init__(self, config: RtcConfig) -> None:
        self._config = config
        self._sessions: dict[str, WhipSession] = {}
        self._addresses: dict[str, str] = {}
        """Whose place a session has, by its id."""
        self._farewells: dict[tuple[str, bytes], PublisherRefused] = {}
        """Why `streaming` ended a session, by its id and owner. WHIP has no word for it, so who
        comes to end such a session hears it: a camera that was replaced must not come back by
        itself.
        """
        self._places = ConnectionLimit(
            "rtc",
            most=config.max_sessions,
            most_per_network=config.max_sessions_per_network,
            proxies=Proxies(""),
        )
        self._offers = PerMinute(config.offers_per_minute)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/healthz", self.alive, methods=["GET"]),
                Route("/whip", self.publish, methods=["POST"]),
                Route("/whip", self.allow_publish, methods=["OPTIONS"]),
                Route("/whip/{session}", self.end, methods=["DELETE"]),
                Route("/whip/{session}", self.change, methods=["PATCH"]),
                Route("/whip/{session}", self.allow_change, methods=["OPTIONS"]),
            ],
            exception_handlers={
                AppError: _refuse,
                HTTPException: _refuse_http,
                Exception: _apologise,
            },
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.gather(*(session.close() for session in [*self._sessions.values()]))

    async def alive(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def allow_publish(self, request: Request) -> Response:
        more = {"Access-Control-Allow-Methods": "POST, OPTIONS", "Accept-Post": _SDP}
        return Response(status_code=204, headers=_EVERY_ANSWER | _PREFLIGHT | more)

    async def allow_change(self, request: Request) -> Response:
        more = {"Access-Control-Allow-Methods": "DELETE, PATCH, OPTIONS"}
        return Response(status_code=204, headers=_EVERY_ANSWER | _PREFLIGHT | more)

    async def publish(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        if not self._offers.hit(client_network(address)):
            raise RateLimited
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _SDP:
            raise SdpRequired
        key = _key(request)
        offer = sdp.read_offer(await _body(request))
        if not self._places.add(address):
            raise TooManyWhipSessions
        try:
            uplink = await open_uplink(self._config.publish_url, key, address)
        except BaseException:
            self._places.remove(address)
            raise
        session = await self._open(key, uplink, address)
        try:
            answer = await session.answer(offer)
        except BaseException:
            await session.close()
            raise
        headers = {"Location": f"/whip/{session.id}", "ETag": f'"{session.id[:8]}"'}
        return Response(answer, 201, _EVERY_ANSWER | headers, media_type=_SDP)

    async def end(self, request: Request) -> Response:
        name, owner = request.path_params["session"], sha256(_key(request).encode()).digest()
        if (farewell := self._farewells.get((name, owner))) is not None:
            raise farewell
        session = self._sessions.get(name)
        if session is None or not compare_digest(session.owner, owner):
            raise WhipSessionNotFound
        await session.close()
        return Response(status_code=200, headers=_EVERY_ANSWER)

    async def change(self, request: Request) -> Response:
        """Neither trickle ICE nor ICE restarts: 405 for every PATCH (RFC 9725 §4.3)."""
        if request.path_params["session"] not in self._sessions:
            raise WhipSessionNotFound
        raise IceRestartUnsupported

    async def _open(self, key: str, uplink: Uplink, address: str) -> WhipSession:
        try:
            make = await asyncio.to_thread(_load, self._config)
        except BaseException:
            self._places.remove(address)
            await uplink.close()
            raise
        session = make(self._config, key, uplink, self._forget)
        self._sessions[session.id], self._addresses[session.id] = session, address
        return session

    def _forget(self, session: WhipSession) -> None:
        if self._sessions.pop(session.id, None) is not None:
            self._places.remove(self._addresses.pop(session.id))
        if session.farewell is not None:
            self._farewells[session.id, session.owner] = session.farewell
            if len(self._farewells) > _MOST_REMEMBERED:
                del self._farewells[next(iter(self._farewells))]


def _load(config: RtcConfig) -> type[WhipSession]:
    from showfloor.rtc.session import (  # noqa: PLC0415 - a second and 40 MB, for those who need it
        WhipSession,
        prepare,
    )

    prepare(config)
    return WhipSession


def _key(request: Request) -> str:
    key = clean_code(bearer(request.headers.get("authorization")) or "")
    if not key:
        raise StreamKeyRequired
    return key


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > sdp.LONGEST_OFFER:
            raise PayloadTooLarge(most=sdp.LONGEST_OFFER)
    return bytes(body)


async def _refuse(request: Request, refusal: Exception) -> Response:
    lang = language(request)
    if isinstance(refusal, PublisherRefused):
        answer = _pass_on(refusal, lang)
    else:
        answer = problem(cast("AppError", refusal), lang)
    answer.headers.update(_EVERY_ANSWER)
    if isinstance(refusal, IceRestartUnsupported):
        answer.headers["Allow"] = "DELETE, OPTIONS"
    return answer


def _pass_on(refusal: PublisherRefused, lang: str) -> JSONResponse:
    """What `streaming` says, in the reader's language where the catalog has the code."""
    known = messages.load().has(f"error.{refusal.reason}")
    said = messages.translate(lang, f"error.{refusal.reason}") if known else refusal.detail
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    if refusal.refused_with == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = {
        "type": f"https://showfloor.example/problems/{refusal.reason}",
        "title": refusal.reason,
        "status": refusal.refused_with,
        "code": refusal.reason,
        "detail": said,
    }
    return JSONResponse(body, refusal.refused_with, headers, media_type=PROBLEM)


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    refusal = MethodNotAllowed() if error.status_code == 405 else NotFound()
    answer = await _refuse(request, refusal)
    answer.headers.update(error.headers or {})
    return answer


async def _apologise(request: Request, error: Exception) -> Response:
    return await _refuse(request, AppError())
