"""The double behind HTTP, as Stripe's own servers behave: keys, versions, idempotency, lost
answers, and the webhooks that a test delivers as it likes.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.integration.provider_conformance import elements
from tests.integration.provider_conformance.stripe_double import Json, Refused, StripeDouble
from tests.waiting import until

SECRET_KEY, PUBLISHABLE_KEY = "sk_test_double", "pk_test_double"
WEBHOOK_SECRET = "whsec_double"
VERSION = "2026-10-28.endive"
_INTENT = re.compile("/v1/payment_intents/(pi_[0-9a-f]+)(?:/(confirm|capture|cancel))?")


@dataclass
class StripeServer:
    """`lost` names calls whose next answer is lost after they had their effect, `away` refuses all
    of them before. `fails` names calls whose next answer is 500, and says whether they had their
    effect (/error-low-level#server-errors). `under_way` names calls that another request with the
    same key has begun and not ended (/error-codes#idempotency-key-in-use). `asked` are the calls as
    they came.
    """

    books: StripeDouble = field(default_factory=StripeDouble)
    url: str = ""
    lost: list[str] = field(default_factory=list)
    away: bool = False
    fails: dict[str, bool] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    kept: dict[str, tuple[str, int, Json]] = field(default_factory=dict)
    """By Idempotency-Key: what was asked, and the first answer (/api/idempotent_requests)."""

    def app(self) -> Starlette:
        calls = Route("/v1/{rest:path}", self._answer, methods=["GET", "POST"])
        return Starlette(routes=[calls, *elements.routes(self.books)])

    async def _answer(self, request: Request) -> Response:
        call = f"{request.method} {request.url.path}"
        if self.away:
            return HangUp()
        status, body = self._kept(request, call, await _read(request))
        self.asked.append(call)
        if lost := next((each for each in self.lost if each in call), None):
            self.lost.remove(lost)
            return HangUp()
        return JSONResponse(body, status)

    def _kept(self, request: Request, call: str, given: Json) -> tuple[int, Json]:
        try:
            self._check(request)
            key = request.headers.get("idempotency-key") if request.method == "POST" else None
            asked = call + json.dumps(given, sort_keys=True)
            if key is not None and call in self.under_way:
                raise Refused(409, "idempotency_error", "idempotency_key_in_use")
            if key in self.kept:
                first, status, body = self.kept[key]
                if first != asked:
                    raise Refused(400, "idempotency_error", "idempotency_key_in_use")
                return status, body
        except Refused as refusal:
            return refusal.status, refusal.body
        fails = next((each for each in self.fails if each in call), None)
        effect = fails is None or self.fails.pop(fails)
        try:
            status, body = 200, copy.deepcopy(self._call(request, given)) if effect else {}
        except Refused as refusal:
            status, body = refusal.status, refusal.body
        if fails is not None:
            status, body = 500, {"error": {"type": "api_error", "message": "stumbled"}}
        # Answers are kept once a call has begun; of malformed parameters nothing is.
        if key is not None and body.get("error", {}).get("code") != "parameter_unknown":
            self.kept[key] = (asked, status, body)
        return status, body

    def _check(self, request: Request) -> None:
        """/api/authentication, /api/versioning."""
        if request.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            raise Refused(401, "invalid_request_error", "api_key_invalid")
        if request.headers.get("stripe-version") != VERSION:
            raise Refused(400, "invalid_request_error", "version_unknown")

    def _call(self, request: Request, given: Json) -> Json:
        books, path, posts = self.books, request.url.path, request.method == "POST"
        if found := _INTENT.fullmatch(path):
            id_, verb = found.groups()
            of_intent: dict[str | None, Callable[[str, Json], Json]] = {
                "confirm": books.confirm_intent,
                "capture": books.capture_intent,
                "cancel": books.cancel_intent,
                None: books.get_intent,
            }
            if posts == (verb is not None):
                return of_intent[verb](id_, given)
        calls: dict[tuple[bool, str], Callable[[Json], Json]] = {
            (True, "/v1/payment_intents"): books.create_intent,
            (False, "/v1/payment_intents"): books.list_intents,
            (True, "/v1/refunds"): books.create_refund,
            (False, "/v1/refunds"): books.list_refunds,
            (False, "/v1/events"): books.list_events,
            (True, "/v1/test_helpers/confirmation_tokens"): books.create_token,
        }
        if (posts, path) not in calls:
            raise Refused(404, "invalid_request_error", "url_invalid")
        return calls[posts, path](given)


class HangUp(Response):
    """The connection ends in the middle of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


async def _read(request: Request) -> Json:
    """`metadata[key]=value`, `expand[0]=name` (/api/errors#formats)."""
    text = (await request.body()).decode() if request.method == "POST" else request.url.query
    found: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, *inner = re.findall(r"[^\[\]]+", name)
        if not inner:
            found[head] = value
        elif inner[0].isdigit():
            found.setdefault(head, []).append(value)
        else:
            found.setdefault(head, {})[inner[0]] = value
    return found


@asynccontextmanager
async def stripe_server() -> AsyncIterator[StripeServer]:
    server = StripeServer()
    async with serving(server.app()) as url:
        server.url = url
        yield server


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """The application behind a real server of its own."""
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task


def signed(event: Json, secret: str = WEBHOOK_SECRET, *, at: int | None = None) -> Json:
    """Headers and body of a webhook (/webhooks/signature), by the library's own signer."""
    body = json.dumps(event, indent=2)
    header = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=at)
    return {"headers": {"stripe-signature": header}, "body": body.encode()}
