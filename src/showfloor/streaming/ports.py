"""The publishing port: what any way in (RTMP, WebSocket) hands to an ingest, and who decides
whether it may.

A protocol's own framing ends before this port. Payloads are what MP4 stores: length-prefixed NAL
units for H.264, raw access units for AAC; a decoder configuration is an `avcC` record or an
AudioSpecificConfig.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Protocol


class VideoFrame(NamedTuple):
    """One video packet of a publisher: a picture, or a piece of one.

    `codec` is a lower-case name (`h264`, `hevc`). `stamp` is decode time in ms on the publisher's
    clock, modulo 2**32; `composition` is ms from there to presentation. `key` is the publisher's
    claim.
    """

    codec: str
    stamp: int
    composition: int
    key: bool
    payload: memoryview


class AudioFrame(NamedTuple):
    """One audio packet of a publisher, with `stamp` as in VideoFrame."""

    codec: str
    stamp: int
    payload: memoryview


class MediaSink(Protocol):
    """Where an admitted publisher's media goes. None of these may raise for bad media."""

    def configure_video(self, codec: str, record: bytes) -> None: ...
    def configure_audio(self, codec: str, record: bytes) -> None: ...
    def video(self, frame: VideoFrame) -> None: ...
    def audio(self, frame: AudioFrame) -> None: ...
    def network(self, loss: float, jitter_ms: int) -> None:
        """How well the publisher's packets arrive: the share that is lost on the way."""
        ...

    def closed(self, problem: str | None = None) -> None:
        """The publisher is gone; idempotent. `problem` is a warning's code when what it sent is the
        reason.
        """
        ...


class PublishRefused(Exception):
    """`code` is stable, `detail` a sentence that says to the host what to do.

    `temporary`: the same key may be accepted in a moment.
    """

    def __init__(self, code: str, detail: str, *, temporary: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.temporary = temporary


TOO_MANY_PUBLISHERS = PublishRefused(
    "too_many_publishers",
    "As many cameras publish to this server as it takes. Ask its operator.",
    temporary=True,
)


class LetGo(StrEnum):
    """Why a publisher has to go. The value is a stable code.

    After `REPLACED` and `SHOW_ENDED` coming back by itself would be wrong: two cameras that do it
    would replace each other for ever.
    """

    REPLACED = "replaced"
    KEY_REVOKED = "stream_key_revoked"
    SHOW_ENDED = "show_ended"
    RESTARTING = "restarting"

    @property
    def detail(self) -> str:
        """What an encoder or a program shows to the host."""
        return _LET_GO[self]


_LET_GO = {
    LetGo.REPLACED: "Another camera has taken over.",
    LetGo.KEY_REVOKED: "This stream key was revoked. Put the new one into the encoder.",
    LetGo.SHOW_ENDED: "The show has ended.",
    LetGo.RESTARTING: "The server restarts. Connect again.",
}


class PublishAuthorizer(Protocol):
    """Decides who may publish."""

    async def authorize(self, key: str, close: Callable[[LetGo], None]) -> MediaSink:
        """Raises PublishRefused. `close` ends the publisher's connection."""
        ...
