"""What a request asks for, and every answer that is not a stream. Pure.

GET /rooms/{show_…}/events is the stream; `?watching=0` keeps its client, like the host's studio,
out of the number of viewers. GET /healthz says "ok", OPTIONS lets any origin ask. Refusals are
problem+json (RFC 9457). A browser's EventSource does not retry after a refusal (HTML Living
Standard §9.2.3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs
from uuid import UUID

import httptools

from showfloor.kit import ids

MOST_DIGITS = 18
"""A sequence number is a PostgreSQL bigint; longer ones are nobody's."""
_HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=%:\[\]-]*")
"""uri-host and port (RFC 3986 §3.2.2), loosely: no user, no path, no blanks."""
_EVERY_ANSWER = (
    "Access-Control-Allow-Origin: *\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Connection: close\r\n\r\n"
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
BAD_HOST = _problem(
    "400 Bad Request",
    "malformed_request",
    "Send exactly one Host header field with the name and port of this server (RFC 9112, 3.2).",
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
FULL = _problem(
    "503 Service Unavailable",
    "busy",
    "Too many viewers are connected to this server, or too many from your network. Close other "
    "tabs that show a room, or try again in two seconds.",
    "Retry-After: 2",
)


@dataclass(frozen=True, slots=True)
class Stream:
    """A request to follow a room. `last_event_id` is from the query; the header field of that name
    takes precedence.
    """

    room_id: UUID
    last_event_id: int | None
    counted: bool


def is_host_valid(version: str, hosts: Sequence[bytes]) -> bool:
    """Whether these values of Host are what RFC 9112 §3.2 demands; HTTP/1.0 may have none."""
    if not hosts:
        return version == "1.0"
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None


def route(method: bytes, target: bytes) -> Stream | bytes:
    """The stream that a request asks for, or its whole answer.

    `target` is the request target, in origin-form or absolute-form (RFC 9112 §3.2).
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
    query_fields = parse_qs(query)
    return Stream(
        room_id,
        sequence_number(query_fields.get("last_event_id", [""])[-1]),
        query_fields.get("watching") != ["0"],
    )


def sequence_number(text: str) -> int | None:
    """None for anything that is not one; the viewer then gets the snapshot."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
