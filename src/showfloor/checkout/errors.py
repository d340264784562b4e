"""Refusals of `checkout`. After each of them nothing is charged that was not charged before."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class NotForSale(AppError):
    """The show sells nothing now (it is neither on air nor watched again), or the goods are not on
    its shelf or have no price in its currency.

    `extra["skus"]` names them.
    """

    code = "not_for_sale"
    status = 409


class NotDelivered(AppError):
    """A seller does not deliver to that country. `extra["skus"]` names its goods."""

    code = "not_delivered"
    status = 409


class TermsChanged(AppError):
    """A seller laid something else down while the buyer was reading. Ask for the quote again."""

    code = "terms_changed"
    status = 409


class DeliveryGone(AppError):
    """A chosen way of delivery is not offered for these goods to that country any more."""

    code = "delivery_gone"
    status = 409


class PriceMismatch(AppError):
    """The sum is not the one that was shown. `extra` has the new `lines` and `total`."""

    code = "price_changed"
    status = 409


class CheckoutNotFound(AppError):
    """Also for a checkout on another guest's hold."""

    code = "checkout_not_found"
    status = 404


class CheckoutClosed(AppError):
    """It is paid."""

    code = "checkout_closed"
    status = 409


class PaymentInProgress(AppError):
    """Another payment of this checkout waits for its result."""

    code = "payment_in_progress"
    status = 409
    retry_after = 1


class PaymentMethodInvalid(AppError):
    code = "payment_method_invalid"
    status = 422


class NothingToConfirm(AppError):
    code = "nothing_to_confirm"
    status = 409


class ProviderUnavailable(AppError):
    """No answer from the provider. Whether it charged is found out later; asking again with the
    same key is safe.
    """

    code = "provider_unavailable"
    status = 503
    retry_after = 2


class CallbackInvalid(AppError):
    """The signature is not the provider's, or the time is not now."""

    code = "callback_invalid"
    status = 401
