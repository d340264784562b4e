"""What each side keeps of a price: pure, line by line."""

from __future__ import annotations

from showfloor.ledger.rules.sums import WHOLE, part_of
from showfloor.ledger.types import Fees, Keep, KeepCode, KeepLine


def keep_of(
    price: int,
    *,
    vat_rate: int,
    fees: Fees,
    commission_rate: int,
    refund_rate: int,
    link_rate: int = 0,
) -> Keep:
    """Of one piece that a buyer pays `price` for. All rates are hundredths of a percent. Delivery
    is paid by the buyer, or is in the price and the seller's own cost: it is no line of its own.
    `link_rate` is what a creator takes beside the host by whose link the buyer came.

    Of what comes back as a rule (`refund_rate`), the price goes back, and with it tax, fee of the
    site and commission; the payment provider keeps its own.
    """
    vat = price - _without(price, vat_rate)
    platform, commission = part_of(price, fees.platform_rate), part_of(price, commission_rate)
    provider = min(part_of(price, fees.provider_rate) + fees.provider_fixed, price)
    link = part_of(price, link_rate)
    lost = part_of(max(price - vat - platform - commission - link, 0), refund_rate)
    lines = [
        KeepLine(KeepCode.PRICE, price),
        KeepLine(KeepCode.VAT, -vat, vat_rate),
        KeepLine(KeepCode.PROVIDER_FEE, -provider),
        KeepLine(KeepCode.PLATFORM_FEE, -platform, fees.platform_rate),
        KeepLine(KeepCode.COMMISSION, -commission, commission_rate),
        KeepLine(KeepCode.LINK_COMMISSION, -link, link_rate),
        KeepLine(KeepCode.REFUNDS, -lost, refund_rate),
    ]
    shown = tuple(line for line in lines if line.amount)
    earned = commission - part_of(commission, refund_rate)
    return Keep(lines=shown, seller=sum(line.amount for line in lines), creator=earned)


def _without(gross: int, rate: int) -> int:
    """A price without the tax that is in it, the tax rounded half up."""
    tax = (2 * gross * rate + WHOLE + rate) // (2 * (WHOLE + rate))
    return gross - tax
