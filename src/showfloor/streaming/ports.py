"""The publishing port: what any way in (RTMP today; WHIP and WebSocket fit) hands to an ingest, and
who decides whether it may.

A protocol's own framing ends before this port. Payloads are what MP4 stores: length-prefixed NAL
units for H.264, raw access units for AAC; a decoder configuration is an `avcC` record or an
AudioSpecificConfig.
"""

from __future__ import annotations

from collections.abc import Callable
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


class PublishAuthorizer(Protocol):
    """Decides who may publish."""

    async def authorize(self, key: str, close: Callable[[], None]) -> MediaSink:
        """Raises PublishRefused. `close` ends the publisher's connection."""
        ...
