"""Refusals of `media`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class NotLive(AppError):
    """Nobody publishes, so there is no media time to stamp a cue with."""

    code = "not_live"
    status = 409


class StreamingUnavailable(AppError):
    """The media server does not answer; nothing was changed."""

    code = "streaming_unavailable"
    status = 503
    retry_after = 1


class PublishRefused(AppError):
    """The media server must turn this publisher away."""

    code = "stream_key_unknown"
    status = 403


class StreamKeyRevoked(PublishRefused):
    code = "stream_key_revoked"


class PublishToEndedShow(PublishRefused):
    code = "show_ended"
