"""What is asked for, and every answer that is not a stream. Pure.

GET /rooms/{show_…}/events is the stream (with `?watching=0` for who follows the room but is no
viewer, like the host's studio), GET /healthz says "ok", OPTIONS lets any origin ask; refusals are
problem+json (RFC 9457). A browser's EventSource gives up when it is refused (HTML Living Standard
§9.2.3), so that a lost room is not asked for ever.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import parse_qs
from uuid import UUID

import httptools

from showfloor.kit import ids

MOST_DIGITS = 18
"""A sequence number is a PostgreSQL bigint; longer ones are nobody's."""
_EVERY_ANSWER = (
    "Access-Control-Allow-Origin: *\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
)


def _answer(status: str, headers: list[str], text: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, _EVERY_ANSWER]).encode() + text


def _json(status: str, kind: str, body: object, *headers: str) -> bytes:
    text = json.dumps(body, separators=(",", ":")).encode()
    return _answer(
        status,
        [
            f"Content-Type: {kind}",
            f"Content-Length: {len(text)}",
            "Cache-Control: no-store",
            *headers,
        ],
        text,
    )


def _problem(status: str, code: str, detail: str, *headers: str) -> bytes:
    number, title = status.split(" ", 1)
    body = {
        "type": "about:blank",
        "title": title,
        "status": int(number),
        "code": code,
        "detail": detail,
    }
    return _json(status, "application/problem+json", body, *headers)


STREAM = _answer(
    "200 OK",
    ["Content-Type: text/event-stream", "Cache-Control: no-store", "X-Accel-Buffering: no"],
)
"""The head of a stream, whose end is the end of the connection (RFC 9112 §6.3); proxies are asked
not to collect it first.
"""
PREFLIGHT = _answer(
    "204 No Content",
    [
        "Access-Control-Allow-Methods: GET, OPTIONS",
        "Access-Control-Allow-Headers: Last-Event-ID, Cache-Control",
        "Access-Control-Max-Age: 86400",
    ],
)
HEALTHY = _json("200 OK", "application/json", {"status": "ok"})
MALFORMED = _problem(
    "400 Bad Request",
    "malformed_request",
    "This port speaks plain HTTP/1.1: GET /rooms/{show_id}/events.",
)
UNKNOWN_ROOM = _problem(
    "404 Not Found",
    "not_found",
    "There is no such room. Take events_url from GET /api/v1/shows/{id}.",
)
UNKNOWN_PATH = _problem(
    "404 Not Found",
    "not_found",
    "There is nothing here. The stream of a show is GET /rooms/{show_id}/events.",
)
WRONG_METHOD = _problem(
    "405 Method Not Allowed",
    "method_not_allowed",
    "Rooms can only be read: use GET.",
    "Allow: GET, OPTIONS",
)
WRONG_METHOD_HEAD = WRONG_METHOD.partition(b"{")[0]
LARGE_HEAD = _problem(
    "431 Request Header Fields Too Large",
    "header_too_large",
    "Send fewer or shorter header fields and cookies.",
)
BUSY = _problem(
    "503 Service Unavailable",
    "busy",
    "The rooms cannot be read right now. Try again in a second.",
    "Retry-After: 1",
)


@dataclass(frozen=True, slots=True)
class Stream:
    """Somebody wants to follow a room. `last_event_id` is what the query says; the header field of
    that name is newer.
    """

    room_id: UUID
    last_event_id: int | None
    counted: bool


def route(method: bytes, target: bytes) -> Stream | bytes:
    """The stream that a request asks for, or its whole answer.

    `target` is the request target (RFC 9112 §3.2).
    """
    if method == b"OPTIONS":
        return PREFLIGHT
    if method != b"GET":
        return WRONG_METHOD_HEAD if method == b"HEAD" else WRONG_METHOD
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserError:
        return MALFORMED
    path, query = ((part or b"").decode("latin-1") for part in (url.path, url.query))
    return HEALTHY if path == "/healthz" else _route_room(path, query)


def _route_room(path: str, query: str) -> Stream | bytes:
    name = path.removeprefix("/rooms/").removesuffix("/events")
    if path != f"/rooms/{name}/events":
        return UNKNOWN_PATH
    try:
        room_id = ids.parse("show", name)
    except ids.MalformedId:
        return UNKNOWN_ROOM
    asked = parse_qs(query)
    return Stream(
        room_id,
        sequence_number(asked.get("last_event_id", [""])[-1]),
        asked.get("watching") != ["0"],
    )


def sequence_number(text: str) -> int | None:
    """None for anything that is not one: such a viewer is sent the snapshot."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
