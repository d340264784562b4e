"""Refusals of `delivery`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class DeliveryOptionNotFound(AppError):
    """Also for an option of another merchant: a foreign id tells nothing."""

    code = "delivery_option_not_found"
    status = 404


class DeliveryOptionInvalid(AppError):
    """`extra["fields"]` says what does not fit together."""

    code = "delivery_option_invalid"
    status = 422


class TooManyDeliveryOptions(AppError):
    """A buyer chooses among them on a telephone."""

    code = "too_many_delivery_options"
    status = 409
