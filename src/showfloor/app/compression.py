"""Pages and the public part of the API leave in fewer bytes.

Never an answer of the API to somebody who showed a token or a cookie, and never an answer to a
change: those hold secrets (CSRF token, hold token, stream key) or other people's data beside words
that a stranger may choose, and their compressed length would tell (BREACH). Built files are packed
when they are built (web/files.py); uploads are pictures; `streaming` and `fanout` answer for
themselves.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SMALLEST = 1000
"""Bytes: less fits into the first packet anyway."""
LEVEL = 5
"""Of zlib: the last per cent would cost twice the time, at each request."""
MEDIA = (".m4s", ".mp4")
AS_THEY_ARE = ("/static/", "/uploads/", "/embed.js", "/internal/")


class Compress:
    """gzip, which every client takes over plain HTTP too."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._packed = GZipMiddleware(app, SMALLEST, LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._packed if scope["type"] == "http" and _is_for_everybody(scope) else self._plain
        await app(scope, receive, send)


def _is_for_everybody(scope: Scope) -> bool:
    path: str = scope["path"]
    if scope["method"] != "GET" or path.startswith(AS_THEY_ARE) or path.endswith(MEDIA):
        return False
    headers = Headers(scope=scope)
    return not path.startswith("/api/") or (
        "authorization" not in headers and "cookie" not in headers
    )
