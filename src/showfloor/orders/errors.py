"""Refusals of `orders`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class OrderNotFound(AppError):
    """Also for an order of another merchant: a foreign id tells nothing."""

    code = "order_not_found"
    status = 404


class OrderClaimed(AppError):
    """It belongs to another account, and stays there whoever else has its link."""

    code = "order_claimed"
    status = 409


class WithdrawalTooLate(AppError):
    """The 14 days after delivery are over."""

    code = "withdrawal_too_late"
    status = 409


class WithdrawalExcluded(AppError):
    """The law lets nobody withdraw from the purchase of these goods, as the buyer was told before
    ordering.
    """

    code = "withdrawal_excluded"
    status = 409


class WithdrawalInvalid(AppError):
    """No pieces, or more than the buyer has left to withdraw from."""

    code = "withdrawal_invalid"
    status = 409


class WithdrawnOrder(AppError):
    """The buyer withdrew from the contract about these goods: they are not sent any more."""

    code = "order_withdrawn"
    status = 409


class ShipmentInvalid(AppError):
    """No pieces, or more than there are to send."""

    code = "shipment_invalid"
    status = 409


class ShipmentNotFound(AppError):
    code = "shipment_not_found"
    status = 404


class DeliveryInvalid(AppError):
    """Delivered before it was sent, or in the future."""

    code = "delivery_invalid"
    status = 422


class RefundInvalid(AppError):
    """No sum, another currency, more pieces of a line than can still be refunded, or another sum
    left than was expected.
    """

    code = "refund_invalid"
    status = 409


class RefundTooLarge(AppError):
    """More than was paid and not given back yet."""

    code = "refund_too_large"
    status = 409


class ReturnInvalid(AppError):
    """No pieces, more than are away, more damaged or to be sold again than came back, or more lost
    value than the damaged ones cost of which the buyer may withdraw from the purchase.
    """

    code = "return_invalid"
    status = 409


class NothingToReturn(AppError):
    """The buyer did not withdraw, or has none of the goods."""

    code = "nothing_to_return"
    status = 409


class NothingToCancel(AppError):
    """Everything was sent, refunded or cancelled."""

    code = "nothing_to_cancel"
    status = 409
