"""The web application with one more route that does nothing: what HTTP alone costs on this very
server.
"""

from __future__ import annotations

import time
from typing import Any

from fastapi import FastAPI
from sqlalchemy import event
from starlette.requests import Request
from starlette.responses import JSONResponse

from showfloor.app import asgi
from showfloor.checkout import http
from showfloor.kit.db import Database
from showfloor.kit.pipeline import PipelineConnection

NOTHING = "/api/v1/shows/{show_id}/nothing"
ANSWER = {
    "id": "hold_" + "0" * 32,
    "token": "t" * 60,
    "expires_at": "2026-11-23T10:00:00.000Z",
    "total": {"amount": 2200, "currency": "GBP"},
    "lines": [
        {
            "sku": "MUG",
            "quantity": 1,
            "unit_price": {"amount": 2200, "currency": "GBP"},
            "total": {"amount": 2200, "currency": "GBP"},
        }
    ],
}


def create_app() -> FastAPI:
    """The route stands beside the hold's, so that finding it costs the same."""
    http.router.add_route(NOTHING, do_nothing, methods=["POST"], include_in_schema=False)
    app = asgi.create_app()
    app.add_route("/bench/held", Held(app.state.database).tell, methods=["POST"])
    return app


class Held:
    """Adds up how long connections are out of their pools."""

    def __init__(self, database: Database) -> None:
        self._seconds = 0.0
        self._since: dict[int, float] = {}
        event.listen(database.engine.sync_engine, "checkout", self._out)
        event.listen(database.engine.sync_engine, "checkin", self._back)
        take, give = database.pool.getconn, database.pool.putconn

        async def getconn(timeout: float | None = None) -> Any:  # noqa: ASYNC109 (the pool's own)
            connection = await take(timeout)
            self._since[id(connection)] = time.perf_counter()
            return connection

        async def putconn(conn: PipelineConnection) -> None:
            self._back(conn)
            await give(conn)

        database.pool.getconn = getconn  # type: ignore[method-assign]  # the bench looks inside
        database.pool.putconn = putconn  # type: ignore[method-assign]  # the bench looks inside

    def _out(self, connection: Any, *_: object) -> None:
        self._since[id(connection)] = time.perf_counter()

    def _back(self, connection: Any, *_: object) -> None:
        since = self._since.pop(id(connection), None)
        if since is not None:
            self._seconds += time.perf_counter() - since

    async def tell(self, request: Request) -> JSONResponse:
        await request.body()
        return JSONResponse({"seconds": self._seconds})


async def do_nothing(request: Request) -> JSONResponse:
    """Reads what a hold would read, answers what a hold would answer."""
    await request.body()
    return JSONResponse(ANSWER, 201)
