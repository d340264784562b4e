"""Refusals of `webhooks`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class WebhookNotFound(AppError):
    """None of this person's merchants has it."""

    code = "webhook_not_found"
    status = 404


class WebhookUrlInvalid(AppError):
    """Not an address that is ever called (kit/outbound)."""

    code = "webhook_url_invalid"
    status = 422


class TooManyWebhooks(AppError):
    code = "too_many_webhooks"
    status = 409


class MerchantUnclear(AppError):
    """The caller sells for several merchants, or for none, and names none of theirs."""

    code = "merchant_unclear"
    status = 409


class WebhookOff(AppError):
    """An endpoint that is switched off gets nothing."""

    code = "webhook_off"
    status = 409
