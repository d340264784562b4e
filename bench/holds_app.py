"""The web application with one more route that does nothing: what HTTP alone costs on this very
server.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from showfloor.app import asgi
from showfloor.checkout import http

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
    return asgi.create_app()


async def do_nothing(request: Request) -> JSONResponse:
    """Reads what a hold would read, answers what a hold would answer."""
    await request.body()
    return JSONResponse(ANSWER, 201)
