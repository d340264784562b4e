"""Answers to viewers: encoded once, and kept waiting until the show has what they ask for."""

from __future__ import annotations

from showfloor.kit import clock
from showfloor.streaming.hls import playlist
from showfloor.streaming.http import answers
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection
from showfloor.streaming.http.requests import ViewerRequest, is_ready
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.packaging import audio_only
from showfloor.streaming.packaging.window import Segment

_LONGEST_WAIT = 8.0
"""Players give up on a first byte after ten seconds; an unchanged playlist before that keeps them
calm while a host is away.
"""


class Responder:
    """Waiters are grouped by request; a new part answers each group with one encoded response."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict[ViewerRequest, set[Connection]]] = {}
        self._cache: dict[str, dict[tuple[str, bool, bool, str], Answer]] = {}

    def show_changed(self, show: LiveShow) -> None:
        """Answer every request that has become ready."""
        self._cache.pop(show.id, None)
        groups = self._waiting.get(show.id)
        if not groups:
            return
        for request in [request for request in groups if is_ready(show, request)]:
            answer = self.answer(show, request)
            for connection in groups.pop(request):
                connection.place = None
                connection.answer(answer)

    def show_forgotten(self, show: LiveShow) -> None:
        """The show has left memory, and what was kept for it goes, too."""
        self._cache.pop(show.id, None)
        for viewers in self._waiting.pop(show.id, {}).values():
            for connection in viewers:
                connection.place = None
                connection.answer(answers.NOT_FOUND)

    def give_up(self, connection: Connection) -> Answer:
        """After the longest wait a viewer gets the playlist as it is, or a 503 where there is none
        yet.
        """
        place = connection.place
        self.forget(connection)
        if isinstance(place, tuple):
            show, request = place
            if request.file.endswith(".m3u8") and show.has_media(preview=request.preview):
                return self.answer(show, request)
        return answers.NOT_YET

    def forget(self, connection: Connection) -> None:
        """A waiting viewer is gone."""
        place, connection.place = connection.place, None
        if not isinstance(place, tuple):
            return
        show, request = place
        groups = self._waiting.get(show.id, {})
        viewers = groups.get(request)
        if viewers is not None:
            viewers.discard(connection)
            if not viewers:
                del groups[request]

    def keep(self, show: LiveShow, request: ViewerRequest, connection: Connection) -> None:
        self._waiting.setdefault(show.id, {}).setdefault(request, set()).add(connection)
        connection.place = (show, request)
        connection.wait_until(
            clock.monotonic() + min(3 * show.window.target_seconds, _LONGEST_WAIT)
        )

    def answer(self, show: LiveShow, request: ViewerRequest) -> Answer:
        if request.file.startswith("init-"):
            return self._init(show, request)
        if request.file.endswith(".m3u8"):
            return self._playlist(show, request)
        assert request.msn is not None
        segment = show.find(request.msn, preview=request.preview)
        if segment is None:
            return answers.NOT_FOUND
        if request.part is None:
            return self._segment(segment, request)
        if segment.whole or request.part >= len(segment.parts):
            return answers.NOT_FOUND
        return answers.media([segment.parts[request.part].data], private=request.preview)

    def _init(self, show: LiveShow, request: ViewerRequest) -> Answer:
        init = show.window.inits.get(request.file)
        if init is not None and request.audio_only:
            init = audio_only.init_segment(init)
        if init is None:
            return answers.NOT_FOUND
        return answers.media([init], private=request.preview)

    def _segment(self, segment: Segment, request: ViewerRequest) -> Answer:
        pieces = [part.data for part in segment.parts]
        if request.audio_only:
            sound = audio_only.segment(pieces)
            if sound is None:
                return answers.NOT_FOUND
            pieces = [sound]
        return answers.media(pieces, private=request.preview)

    def _playlist(self, show: LiveShow, request: ViewerRequest) -> Answer:
        cache = self._cache.setdefault(show.id, {})
        key = (request.file, request.skip, request.preview, request.query)
        answer = cache.get(key)
        if answer is None:
            answer = cache[key] = self._render(show, request)
        return answer

    def _render(self, show: LiveShow, request: ViewerRequest) -> Answer:
        if request.file == "index.m3u8":
            rendition = show.rendition()
            if rendition is None:
                return answers.NOT_FOUND
            return answers.playlist(
                playlist.multivariant(rendition, request.query), private=request.preview
            )
        view = show.view(preview=request.preview, query=request.query)
        if request.file == playlist.AUDIO_ONLY:
            if not any(segment.has_audio for segment in view.segments):
                return answers.NOT_FOUND
            return answers.playlist(playlist.audio_only(view), private=request.preview)
        return answers.playlist(playlist.media(view, skip=request.skip), private=request.preview)
