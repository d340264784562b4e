"""Which answer belongs to which address of the HTTP port."""

from __future__ import annotations

from showfloor.streaming.hls.playlist import AUDIO_ONLY
from showfloor.streaming.http import answers, internal
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection, Request
from showfloor.streaming.http.requests import is_ready, is_valid, may_come, read_query, read_request
from showfloor.streaming.http.responder import Responder
from showfloor.streaming.live.registry import ShowRegistry

PLAYLISTS = ("media.m3u8", AUDIO_ONLY)
"""Those that a player may ask for before they are there (RFC 8216bis §6.2.5.2)."""


class HttpRouter:
    """The connections' Router: viewers' files, the internal API, and a health check."""

    def __init__(self, shows: ShowRegistry, responder: Responder, token: str) -> None:
        self._shows = shows
        self._responder = responder
        self._internal = internal.InternalApi(shows, token)

    def handle(self, request: Request, connection: Connection) -> Answer | None:
        path, _, query = request.target.decode("latin-1").partition("?")
        pieces = path.split("/")
        if len(pieces) == 4 and pieces[1] == "live":
            return self._live(request.method, pieces[2], pieces[3], query, connection)
        if path == "/healthz":
            return answers.as_json(200, {"status": "ok"})
        if pieces[1:2] == ["internal"]:
            return self._internal.handle(request, pieces[2:], connection)
        return answers.NOT_FOUND

    def give_up(self, connection: Connection) -> Answer:
        return self._responder.give_up(connection)

    def forget(self, connection: Connection) -> None:
        self._responder.forget(connection)

    def _live(
        self, method: bytes, show_id: str, file: str, query: str, connection: Connection
    ) -> Answer | None:
        if method == b"OPTIONS":
            return answers.PREFLIGHT
        if method not in (b"GET", b"HEAD"):
            return answers.NOT_ALLOWED
        show = self._shows.find(show_id)
        if show is None:
            return answers.NOT_FOUND
        directives = read_query(query)
        token = directives.get("preview", "")
        if not show.may_watch(token):
            # Until web has answered once after a restart nobody knows whether this show is public.
            return answers.NOT_YET if show.state is None else answers.NOT_FOUND
        preview = show.may_preview(token)
        request = read_request(file, directives, preview, f"?preview={token}" if preview else "")
        if request is None:
            return answers.NOT_FOUND
        if file in PLAYLISTS and not is_valid(show, request, directives):
            return answers.BAD_DIRECTIVE
        if is_ready(show, request):
            return self._responder.answer(show, request)
        if not may_come(show, request):
            return answers.NOT_FOUND
        self._responder.keep(show, request, connection)
        return None
