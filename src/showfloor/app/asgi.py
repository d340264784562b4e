"""The web application: routes of every module, security headers, health."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from showfloor.app import log, wiring
from showfloor.app.compression import Compress
from showfloor.app.middleware import (
    BodyLimit,
    HeadAsGet,
    NeverStored,
    OwnHosts,
    RateLimit,
    SafeHeaders,
)
from showfloor.app.settings import Settings
from showfloor.kit.db import Database
from showfloor.kit.errors import AppError
from showfloor.kit.http import on_app_error, on_http_exception, on_validation_error, refusal_of
from showfloor.kit.network import tls_context
from showfloor.kit.recent import Recent
from showfloor.media.adapters.streaming import HttpStreamingServer
from showfloor.web.http import error_page


def create_app(settings: Settings | None = None, database: Database | None = None) -> FastAPI:
    """One web process; `uvicorn --factory showfloor.app.asgi:create_app`. A rehearsal's test buyers
    use it on a `database` of their own.
    """
    log.configure()
    settings = settings or Settings()
    app = FastAPI(
        title="Showfloor",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # A redirect to the address with a slash would repeat the caller's Host.
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.urls = settings.public_urls
    app.state.database = database or Database(settings.database_url)
    app.state.readiness = Readiness(app)
    app.state.streaming = HttpStreamingServer(settings.internal_media, settings.internal_token)
    app.add_exception_handler(AppError, _refuse)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(Exception, _apologise)
    app.add_middleware(Compress)
    app.add_middleware(RateLimit)
    app.add_middleware(NeverStored)
    app.add_middleware(BodyLimit, internal_token=settings.internal_token)
    app.add_middleware(OwnHosts, hosts=settings.own_hosts)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SafeHeaders, secure=settings.secure)
    wiring.connect_web(app, settings)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    app.add_api_route("/readyz", readyz, include_in_schema=False)
    return app


def _is_for_a_person(request: Request) -> bool:
    """Somebody who looks at a page gets a page, a program gets problem+json."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        ("/api/", "/internal/")
    )


async def _refuse(request: Request, error: Exception) -> Response:
    if _is_for_a_person(request) and isinstance(error, AppError):
        return error_page(request, error)
    return await on_app_error(request, error)


async def _refuse_http(request: Request, error: Exception) -> Response:
    if _is_for_a_person(request) and isinstance(error, HTTPException):
        answer = error_page(request, refusal_of(error))
        answer.headers.update(error.headers or {})
        return answer
    return await on_http_exception(request, error)


async def _apologise(request: Request, error: Exception) -> Response:
    """A fault of ours: the same shape as a refusal; Starlette logs the error, whose statement
    carries no values (kit/db).
    """
    return await _refuse(request, AppError())


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await app.state.database.open()
    # What exists now stays for good: the collector need not look at it again.
    gc.freeze()
    async with wiring.background(app.state.settings), wiring.saved_counts(app):
        yield
    for provider in app.state.checkout.providers.values():
        await provider.close()
    await app.state.streaming.close()
    await app.state.readiness.close()
    await app.state.database.close()


async def healthz() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


async def readyz(request: Request) -> Response:
    """Database, streaming, rtc and fanout reachable: 200, else 503 with what is missing."""
    found: dict[str, bool] = await request.app.state.readiness.get()
    return JSONResponse(found, 200 if all(found.values()) else 503)


class Readiness:
    """Asks the others once a second at most, whoever wants to know."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._client = httpx2.AsyncClient(timeout=1, verify=tls_context(), trust_env=False)
        self._answers: Recent[dict[str, bool]] = Recent(seconds=1.0, most=1)

    async def get(self) -> dict[str, bool]:
        return await self._answers.get("readiness", self._ask)

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self) -> dict[str, bool]:
        state = self._app.state
        database, streaming, rtc, fanout = await asyncio.gather(
            _database_answers(state.database),
            state.streaming.is_alive(),
            self._answers_at(f"{state.settings.internal_rtc}/healthz"),
            self._answers_at(f"{state.settings.internal_rooms}/healthz"),
        )
        return {"database": database, "streaming": streaming, "rtc": rtc, "fanout": fanout}

    async def _answers_at(self, url: str) -> bool:
        try:
            return (await self._client.get(url)).status_code == 200
        except httpx2.HTTPError:
            return False


async def _database_answers(database: Database) -> bool:
    try:
        async with database.pool.connection(timeout=1) as connection:
            await connection.execute("select 1")
    except Exception:  # whatever the driver raises, the answer is "not ready"
        return False
    return True
