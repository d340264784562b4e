"""HTTP answers, encoded once and written as often as viewers ask."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

_REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
# Playback carries no cookie, so any page may read it; a frame with cross-origin isolation may embed
# it.
_OPEN = (
    "Access-Control-Allow-Origin: *\r\nTiming-Allow-Origin: *\r\n"
    "Cross-Origin-Resource-Policy: cross-origin\r\n"
)
IMMUTABLE = "public, max-age=3600, immutable"
FRESH = "no-cache"
PRIVATE = "private, no-store"
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
MEDIA_TYPE = "video/mp4"
_NO_PAGE = (
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
)
"""For JSON, which a browser may open as a page. Playlists and media stay as short as they are."""


class Answer:
    """A complete response. `whole` is what a GET writes when it is small; a segment is written
    piece by piece, never joined.
    """

    __slots__ = ("body", "head", "whole")

    def __init__(
        self, status: int, content_type: str, body: Sequence[bytes], cache: str, extra: str = ""
    ) -> None:
        size = sum(map(len, body))
        kind = f"Content-Type: {content_type}\r\n" if content_type else ""
        length = "" if status == 204 else f"Content-Length: {size}\r\n"
        self.head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\n{kind}{length}Cache-Control: {cache}\r\n"
            f"X-Content-Type-Options: nosniff\r\n{_OPEN}{extra}\r\n"
        ).encode()
        self.body = body
        self.whole = self.head + body[0] if len(body) == 1 else None


def playlist(text: str, *, private: bool) -> Answer:
    return Answer(200, PLAYLIST_TYPE, [text.encode()], PRIVATE if private else FRESH)


def media(pieces: Sequence[bytes], *, private: bool) -> Answer:
    """A part, a segment or an init segment. Its address never means other bytes."""
    return Answer(200, MEDIA_TYPE, pieces, PRIVATE if private else IMMUTABLE)


def problem(status: int, code: str, detail: str, *, extra: str = "") -> Answer:
    """RFC 9457 problem+json with a stable code and what to do, for whoever builds a player.

    Viewers read the page's sentences.
    """
    body = json.dumps(
        {
            "type": "about:blank",
            "title": _REASONS[status],
            "status": status,
            "code": code,
            "detail": detail,
        }
    ).encode()
    return Answer(status, "application/problem+json", [body], "no-store", _NO_PAGE + extra)


def as_json(status: int, value: Mapping[str, object]) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, "application/json", [body], "no-store", _NO_PAGE)


NOT_FOUND = problem(
    404, "not_found", "There is nothing here. Take hls_url from GET /api/v1/shows/{id}."
)
BAD_REQUEST = problem(
    400, "malformed_request", "This port speaks plain HTTP/1.1: GET /live/{show_id}/index.m3u8."
)
BAD_DIRECTIVE = problem(
    400,
    "delivery_directive_invalid",
    "_HLS_part needs _HLS_msn, and _HLS_msn may be one beyond the newest segment. Read the "
    "playlist again.",
)
NOT_ALLOWED = problem(
    405,
    "method_not_allowed",
    "Shows can only be watched here: use GET.",
    extra="Allow: GET, HEAD, OPTIONS\r\n",
)
TOO_LARGE = problem(413, "request_too_large", "Send fewer or shorter header fields and cookies.")
BROKEN = problem(
    500, "internal_error", "Something broke on our side. Try again; if it stays, tell the operator."
)
NOT_YET = problem(
    503,
    "not_yet",
    "Nothing has arrived to show. Try again in a second.",
    extra="Retry-After: 1\r\n",
)
TOO_MANY = problem(
    503,
    "busy",
    "Too many viewers are connected to this server. Try again in two seconds.",
    extra="Retry-After: 2\r\nConnection: close\r\n",
)
UNAUTHORIZED = problem(
    401,
    "not_authenticated",
    "Send the installation's internal token as a bearer token.",
    extra="WWW-Authenticate: Bearer\r\n",
)
PREFLIGHT = Answer(
    204,
    "",
    [],
    "max-age=600",
    "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\nAccess-Control-Allow-Headers: *\r\n"
    "Access-Control-Max-Age: 86400\r\n",
)
