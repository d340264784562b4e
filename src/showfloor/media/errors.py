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


class PublishTicketExpired(PublishRefused):
    code = "publish_ticket_expired"


class PublishToEndedShow(PublishRefused):
    code = "show_ended"


class DestinationNotFound(AppError):
    code = "destination_not_found"
    status = 404


class DestinationAddressInvalid(AppError):
    """Not `rtmp://host/application` or `rtmps://…`, or this installation itself."""

    code = "destination_address_invalid"
    status = 422


class PlatformUnknown(AppError):
    code = "platform_unknown"
    status = 422


class TooManyDestinations(AppError):
    code = "too_many_destinations"
    status = 409


class DestinationForbidden(AppError):
    """A rule of the network, of the law or of the operator stands against it; `code` says which."""

    status = 409


class PlatformForbidden(DestinationForbidden):
    code = "platform_forbidden"


class ShopSimulcastForbidden(DestinationForbidden):
    code = "shop_simulcast_forbidden"


class DisclosureNotBurntIn(DestinationForbidden):
    code = "disclosure_not_burnt_in"
