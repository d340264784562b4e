"""An application, a request and its answer in the words of ASGI, without a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Answer:
    """What an application sent."""

    status: int = 0
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


def scope(
    path: str = "/",
    *,
    method: str = "GET",
    client: str = "192.0.2.1",
    headers: Mapping[str, str] | None = None,
) -> Scope:
    sent = {"host": "shop.test"} | dict(headers or {})
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": method,
        "path": path,
        "query_string": b"",
        "client": (client, 50000),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }


async def ask(app: ASGIApp, request: Scope, *pieces: bytes) -> Answer:
    """The whole answer to a request whose body comes in these pieces."""
    waiting = list(pieces) or [b""]
    answer = Answer()

    async def receive() -> Message:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = Headers(raw=message["headers"])
        else:
            answer.body += message["body"]

    await app(request, receive, send)
    return answer


class Page:
    """An application that reads the whole body and answers with what it was given."""

    def __init__(self, body: bytes = b"hello", headers: Mapping[str, str] | None = None) -> None:
        self.body = body
        self.headers = dict(headers or {"content-type": "text/plain"})
        self.methods: list[str] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.methods.append(scope["method"])
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        self.bodies.append(body)
        raw = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})
