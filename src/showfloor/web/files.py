"""Files as answers: what the front end's build made, packed beforehand, and what merchants
uploaded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from showfloor.kit.objects import ObjectsUnavailable

PACKED = {"br": ".br", "gzip": ".gz"}
"""Content codings (RFC 9110 §8.4.1) and the ends of the files that `frontend/scripts/pack.mjs`
writes; the best first.
"""
REFUSED = re.compile(r"q=0(\.0*)?")
SAFE = {"X-Content-Type-Options": "nosniff"}
A_YEAR = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600, immutable"
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Range",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
}
REPLAY_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/mp4",
    ".mp4": "video/mp4",
    ".webp": "image/webp",
    ".vtt": "text/vtt; charset=utf-8",
    ".json": "application/json",
}
CHANGING = (".m3u8", ".json")
FindAway = Callable[[str, Literal["GET", "HEAD"]], str | None]
"""By path and method: the address of a file that is not on this disk."""


class BuiltFiles(StaticFiles):
    """Those in `assets/` carry a hash in their name: a browser may keep them for a year, and this
    process keeps what it sent of them. A page asks for a dozen at once, and each look at the disk
    is several turns of a thread.
    """

    def __init__(self, *, directory: Path) -> None:
        super().__init__(directory=directory)
        self._sent: dict[tuple[str, tuple[str, ...]], tuple[bytes, Mapping[str, str]]] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        asked = Headers(scope=scope)
        if not path.startswith("assets/") or "range" in asked or scope["method"] != "GET":
            return await super().get_response(path, scope)
        accepted = asked.get("accept-encoding", "")
        key = path, tuple(coding for coding in PACKED if _accepts(accepted, coding))
        if key not in self._sent:
            answer = await super().get_response(path, scope)
            if not isinstance(answer, FileResponse) or answer.status_code != HTTPStatus.OK:
                return answer
            body = await run_in_threadpool(Path(answer.path).read_bytes)
            self._sent[key] = body, dict(answer.headers)
        body, headers = self._sent[key]
        if self.is_not_modified(Headers(headers), asked):
            return NotModifiedResponse(Headers(headers))
        return Response(body, headers=headers)

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        kept = {"Cache-Control": A_YEAR} if "/assets/" in str(full_path) else {}
        answer = built_file(str(full_path), Headers(scope=scope), kept, stat_result)
        return (
            NotModifiedResponse(answer.headers)
            if self.is_not_modified(answer.headers, Headers(scope=scope))
            else answer
        )


class UploadedFiles(StaticFiles):
    """Strangers' bytes: a browser takes them for what their name says, never for what they look
    like.
    """

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers.update(SAFE)
        return answer


class ReplayFiles(StaticFiles):
    """Replays: like live video they carry no cookie, so any page may play them. Media never changes
    under its name; a playlist and an index of pictures do, when the host cuts something.
    """

    def __init__(self, *, directory: Path, away: FindAway | None = None) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._away = away

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file that is in object storage alone is fetched there, from an address that is good for
        a minute. It is looked for each time, so what was taken out of a replay is gone.
        """
        try:
            return await super().get_response(path, scope)
        except HTTPException as problem:
            missing = problem.status_code == HTTPStatus.NOT_FOUND
            if self._away is None or not missing or scope["method"] not in ("GET", "HEAD"):
                raise
        headers = SAFE | OPEN | {"Cache-Control": "no-store"}
        try:
            address = await run_in_threadpool(self._away, path, scope["method"])
        except ObjectsUnavailable:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
        if address is not None:
            return RedirectResponse(address, 307, headers)
        # It may have come back from there meanwhile.
        return await super().get_response(path, scope)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """A file that is being written has a name with a dot in front."""
        return ("", None) if Path(path).name.startswith(".") else super().lookup_path(path)

    def file_response(self, full_path: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(full_path, *args, **kwargs)
        kind = Path(full_path).suffix
        answer.headers.update(SAFE | OPEN)
        answer.headers["Cache-Control"] = "no-cache" if kind in CHANGING else AN_HOUR
        if kind in REPLAY_TYPES and answer.status_code != HTTPStatus.NOT_MODIFIED:
            answer.headers["Content-Type"] = REPLAY_TYPES[kind]
        return answer


def built_file(
    path: str,
    request_headers: Headers,
    headers: Mapping[str, str],
    found: os.stat_result | None = None,
) -> FileResponse:
    """The file in the best coding that the request accepts. The ETag is of what is sent."""
    found = found or os.stat(path)  # noqa: PTH116 - StaticFiles deals in the same type
    media_type = guess_type(path)[0] or "application/octet-stream"
    shared = {**SAFE, "Vary": "Accept-Encoding", **headers}
    for coding, ending in PACKED.items():
        if _accepts(request_headers.get("accept-encoding", ""), coding) and (
            packed := _fresh(path + ending, found)
        ):
            return FileResponse(
                path + ending,
                headers={**shared, "Content-Encoding": coding},
                media_type=media_type,
                stat_result=packed,
            )
    return FileResponse(path, headers=shared, media_type=media_type, stat_result=found)


def _accepts(accepted: str, coding: str) -> bool:
    """Named, and not with the weight 0 that refuses it (RFC 9110 §12.5.3)."""
    codings = {
        name.strip().lower(): weight.strip()
        for name, _, weight in (item.partition(";") for item in accepted.split(","))
    }
    return coding in codings and not REFUSED.fullmatch(codings[coding])


def _fresh(path: str, original: os.stat_result) -> os.stat_result | None:
    """A packed file that is older than its original was left behind by another build."""
    try:
        found = os.stat(path)  # noqa: PTH116 - StaticFiles deals in the same type
    except FileNotFoundError:
        return None
    return found if found.st_mtime >= original.st_mtime else None
