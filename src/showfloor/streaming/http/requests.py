"""What a viewer asks of a show, and whether it can be answered yet (RFC 8216bis §6.2.5)."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from showfloor.streaming.hls.playlist import AUDIO_ONLY, AUDIO_PREFIX
from showfloor.streaming.live.live_show import LiveShow

_AHEAD = 2
"""A request for a segment further away than this is a mistake of the client (§6.2.5.2)."""


class ViewerRequest(NamedTuple):
    """A file of a show, and what must be there before it can be answered. Equal requests share one
    encoded answer.

    `part` is None for the whole segment, `msn` for anything at all. `audio_only`: the file without
    its picture; `file` is then the name of the one with it.
    """

    file: str
    msn: int | None
    part: int | None
    skip: bool
    preview: bool
    query: str
    audio_only: bool = False


def read_query(query: str) -> dict[str, str]:
    found = {}
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        found[name] = unquote(value) if "%" in value else value
    return found


def read_request(
    file: str, directives: dict[str, str], preview: bool, query: str
) -> ViewerRequest | None:
    """None for a file that no show has."""
    if file == AUDIO_ONLY:
        msn = _number(directives.get("_HLS_msn"))
        return ViewerRequest(file, msn, None, False, preview, query)
    if file.startswith(AUDIO_PREFIX):
        named = file.removeprefix(AUDIO_PREFIX)
        whole = None if named.startswith(AUDIO_PREFIX) else read_request(named, {}, preview, query)
        if whole is None or whole.part is not None or whole.file.endswith(".m3u8"):
            return None
        return whole._replace(audio_only=True)
    if file == "media.m3u8":
        msn, part = _number(directives.get("_HLS_msn")), _number(directives.get("_HLS_part"))
        return ViewerRequest(
            file, msn, part, directives.get("_HLS_skip") in ("YES", "v2"), preview, query
        )
    if file == "index.m3u8" or (file.startswith("init-") and file.endswith(".mp4")):
        return ViewerRequest(file, None, None, False, preview, query)
    if not file.endswith(".m4s"):
        return None
    first, _, second = file[:-4].partition(".")
    msn = _number(first)
    part = _number(second) if second else None
    if msn is None or (second and part is None):
        return None
    return ViewerRequest(file, msn, part, False, preview, "")


def _number(text: str | None) -> int | None:
    return (
        int(text)
        if text is not None and text.isascii() and text.isdigit() and len(text) < 12
        else None
    )


def is_valid(show: LiveShow, request: ViewerRequest, directives: dict[str, str]) -> bool:
    """Directives that are malformed, alone, or too far ahead are answered 400 (§6.2.5.2)."""
    if (request.msn is None and "_HLS_msn" in directives) or (
        request.part is None and "_HLS_part" in directives
    ):
        return False
    if request.part is not None and request.msn is None:
        return False
    if request.msn is None or show.state == "ended":
        return True
    return request.msn < show.window.next_msn + _AHEAD


def is_ready(show: LiveShow, request: ViewerRequest) -> bool:
    """Whether there is something to answer with."""
    if request.file.startswith("init-"):
        return True
    if request.file.endswith(".m3u8") and not show.has_media(preview=request.preview):
        return False
    if request.msn is None or show.state == "ended":
        return True
    if request.part is None:
        return show.has_segment(request.msn)
    # A file is a part of its own segment alone, and once that is complete no part follows.
    is_file = not request.file.endswith(".m3u8")
    return (is_file and show.has_segment(request.msn)) or show.has_part(request.msn, request.part)


def may_come(show: LiveShow, request: ViewerRequest) -> bool:
    """Whether waiting makes sense: for playlists yes while the show is on, for a part when it is
    the next to come.
    """
    if show.state == "ended":
        return False
    if request.file.endswith(".m3u8"):
        return show.publisher is not None or bool(show.window.listed)
    return (
        request.part is not None and request.msn is not None and request.msn <= show.window.next_msn
    )
