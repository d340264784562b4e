"""Why an offer is refused. What `streaming` refuses keeps its own code."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class StreamKeyRequired(AppError):
    """No `Authorization: Bearer <stream key>`."""

    code = "stream_key_required"
    status = 401


class SdpRequired(AppError):
    """The body is of another media type than application/sdp."""

    code = "sdp_required"
    status = 415


class SdpUnreadable(AppError):
    code = "sdp_unreadable"
    status = 400


class H264NotOffered(AppError):
    """The offer sends no H.264 video that we take."""

    code = "h264_not_offered"
    status = 422


class NothingIsSent(AppError):
    """The offer only wants to receive."""

    code = "nothing_is_sent"
    status = 422


class WhipSessionNotFound(AppError):
    code = "whip_session_not_found"
    status = 404


class IceRestartUnsupported(AppError):
    """Neither trickle ICE nor ICE restarts (RFC 9725 §4.3)."""

    code = "ice_restart_unsupported"
    status = 405


class TooManyWhipSessions(AppError):
    """Of this process, or of one network."""

    code = "too_many_whip_sessions"
    status = 503
    retry_after = 5


class MediaServerAway(AppError):
    """`streaming` does not answer."""

    code = "media_server_away"
    status = 503
    retry_after = 2


class PublisherRefused(AppError):
    """`streaming` refused the key: `code` is its own, `detail` its sentence."""

    code = "publisher_refused"
    status = 403

    def __init__(self, reason: str, detail: str, status: int) -> None:
        super().__init__()
        self.reason = reason
        self.detail = detail
        self.refused_with = status
        if status == 503:
            self.retry_after = 2
