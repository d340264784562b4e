"""Which answer belongs to which address, and who waits for a part that is not there yet (RFC
8216bis §6.2.5).
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from showfloor.kit import clock
from showfloor.streaming.hls import playlist
from showfloor.streaming.http import answers, internal
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection, Request
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.live.registry import ShowRegistry

_LONGEST_WAIT = 8.0
"""Players give up on a first byte after ten seconds; an unchanged playlist before that keeps them
calm while a host is away.
"""
_AHEAD = 2
"""A request for a segment further away than this is a mistake of the client (§6.2.5.2)."""


class Wish(NamedTuple):
    """What a viewer waits for. Equal wishes share one encoded answer.

    `part` is None for the whole segment, `msn` for anything at all.
    """

    file: str
    msn: int | None
    part: int | None
    skip: bool
    preview: bool
    query: str


class Origin:
    """The router of the HTTP port. Waiters are grouped by wish; a new part answers each group with
    one encoded response.
    """

    def __init__(self, shows: ShowRegistry, token: str) -> None:
        self._shows = shows
        self._internal = internal.InternalApi(shows, token)
        self._waiting: dict[str, dict[Wish, set[Connection]]] = {}
        self._cache: dict[str, dict[tuple[str, bool, bool, str], Answer]] = {}
        shows.on_change = self.changed
        shows.on_forget = self.drop

    def handle(self, request: Request, connection: Connection) -> Answer | None:
        path, _, query = request.target.decode("latin-1").partition("?")
        pieces = path.split("/")
        if len(pieces) == 4 and pieces[1] == "live":
            return self._live(request.method, pieces[2], pieces[3], query, connection)
        if path == "/healthz":
            return answers.as_json(200, {"status": "ok"})
        if pieces[1:2] == ["internal"]:
            return self._internal.handle(request, pieces[2:])
        return answers.NOT_FOUND

    def changed(self, show: LiveShow) -> None:
        """Answer everybody whose wish can be granted now."""
        self._cache.pop(show.id, None)
        groups = self._waiting.get(show.id)
        if not groups:
            return
        for wish in [wish for wish in groups if _granted(show, wish)]:
            answer = self._answer(show, wish)
            for connection in groups.pop(wish):
                connection.place = None
                connection.answer(answer)

    def drop(self, show: LiveShow) -> None:
        """The show has left memory, and what was kept for it goes, too."""
        self._cache.pop(show.id, None)
        for viewers in self._waiting.pop(show.id, {}).values():
            for connection in viewers:
                connection.place = None
                connection.answer(answers.NOT_FOUND)

    def give_up(self, connection: Connection) -> Answer:
        """After the longest wait a viewer gets the playlist as it is, or hears that there is
        nothing yet.
        """
        place = connection.place
        self.forget(connection)
        if isinstance(place, tuple):
            show_id, wish = place
            show = self._shows.find(show_id)
            if (
                show is not None
                and wish.file == "media.m3u8"
                and show.has_media(preview=wish.preview)
            ):
                return self._answer(show, wish)
        return answers.NOT_YET

    def forget(self, connection: Connection) -> None:
        place, connection.place = connection.place, None
        if not isinstance(place, tuple):
            return
        show_id, wish = place
        groups = self._waiting.get(show_id, {})
        viewers = groups.get(wish)
        if viewers is not None:
            viewers.discard(connection)
            if not viewers:
                del groups[wish]

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
        directives = _read_query(query)
        token = directives.get("preview", "")
        if not show.may_watch(token):
            # Until web has answered once after a restart nobody knows whether this show is public.
            return answers.NOT_YET if show.state is None else answers.NOT_FOUND
        preview = show.may_preview(token)
        wish = _read_wish(file, directives, preview, f"?preview={token}" if preview else "")
        if wish is None:
            return answers.NOT_FOUND
        if file == "media.m3u8" and not _sensible(show, wish, directives):
            return answers.BAD_DIRECTIVE
        if _granted(show, wish):
            return self._answer(show, wish)
        if not _may_come(show, wish):
            return answers.NOT_FOUND
        self._keep(show, wish, connection)
        return None

    def _keep(self, show: LiveShow, wish: Wish, connection: Connection) -> None:
        self._waiting.setdefault(show.id, {}).setdefault(wish, set()).add(connection)
        connection.place = (show.id, wish)
        connection.wait_until(
            clock.monotonic() + min(3 * show.window.target_seconds, _LONGEST_WAIT)
        )

    def _answer(self, show: LiveShow, wish: Wish) -> Answer:
        if wish.file.startswith("init-"):
            init = show.window.inits.get(wish.file)
            return (
                answers.media([init], private=wish.preview)
                if init is not None
                else answers.NOT_FOUND
            )
        if wish.file.endswith(".m3u8"):
            return self._playlist(show, wish)
        assert wish.msn is not None
        segment = show.find(wish.msn, preview=wish.preview)
        if segment is None:
            return answers.NOT_FOUND
        if wish.part is None:
            return answers.media([part.data for part in segment.parts], private=wish.preview)
        if segment.whole or wish.part >= len(segment.parts):
            return answers.NOT_FOUND
        return answers.media([segment.parts[wish.part].data], private=wish.preview)

    def _playlist(self, show: LiveShow, wish: Wish) -> Answer:
        cache = self._cache.setdefault(show.id, {})
        key = (wish.file, wish.skip, wish.preview, wish.query)
        answer = cache.get(key)
        if answer is None:
            answer = cache[key] = self._render(show, wish)
        return answer

    def _render(self, show: LiveShow, wish: Wish) -> Answer:
        if wish.file == "index.m3u8":
            rendition = show.rendition()
            if rendition is None:
                return answers.NOT_FOUND
            return answers.playlist(
                playlist.multivariant(rendition, wish.query), private=wish.preview
            )
        view = show.view(preview=wish.preview, query=wish.query)
        return answers.playlist(playlist.media(view, skip=wish.skip), private=wish.preview)


def _read_query(query: str) -> dict[str, str]:
    found = {}
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        found[name] = unquote(value) if "%" in value else value
    return found


def _read_wish(file: str, directives: dict[str, str], preview: bool, query: str) -> Wish | None:
    """None for a file that no show has."""
    if file == "media.m3u8":
        msn, part = _number(directives.get("_HLS_msn")), _number(directives.get("_HLS_part"))
        return Wish(file, msn, part, directives.get("_HLS_skip") in ("YES", "v2"), preview, query)
    if file == "index.m3u8" or (file.startswith("init-") and file.endswith(".mp4")):
        return Wish(file, None, None, False, preview, query)
    if not file.endswith(".m4s"):
        return None
    first, _, second = file[:-4].partition(".")
    msn = _number(first)
    part = _number(second) if second else None
    if msn is None or (second and part is None):
        return None
    return Wish(file, msn, part, False, preview, "")


def _number(text: str | None) -> int | None:
    return (
        int(text)
        if text is not None and text.isascii() and text.isdigit() and len(text) < 12
        else None
    )


def _sensible(show: LiveShow, wish: Wish, directives: dict[str, str]) -> bool:
    """Directives that are malformed, alone, or too far ahead are answered 400 (§6.2.5.2)."""
    if (wish.msn is None and "_HLS_msn" in directives) or (
        wish.part is None and "_HLS_part" in directives
    ):
        return False
    if wish.part is not None and wish.msn is None:
        return False
    if wish.msn is None or show.state == "ended":
        return True
    return wish.msn < show.window.next_msn + _AHEAD


def _granted(show: LiveShow, wish: Wish) -> bool:
    """Whether there is something to answer with."""
    if wish.file.startswith("init-"):
        return True
    if wish.file.endswith(".m3u8") and not show.has_media(preview=wish.preview):
        return False
    if wish.msn is None or show.state == "ended":
        return True
    if wish.part is None:
        return show.has_segment(wish.msn)
    return show.has_part(wish.msn, wish.part)


def _may_come(show: LiveShow, wish: Wish) -> bool:
    """Whether waiting makes sense: for playlists yes while the show is on, for a part when it is
    the next to come.
    """
    if show.state == "ended":
        return False
    if wish.file.endswith(".m3u8"):
        return show.publisher is not None or bool(show.window.listed)
    return wish.part is not None and wish.msn is not None and wish.msn <= show.window.next_msn
