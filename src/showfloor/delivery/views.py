"""What delivery looks like on the wire."""

from __future__ import annotations

from showfloor.delivery.schemas import DeliveryOfferOut, DeliveryOptionOut
from showfloor.delivery.types import DeliveryOption, Offer
from showfloor.kit import ids
from showfloor.kit.schemas import MoneyOut, Words, fields_of


def option_view(option: DeliveryOption) -> DeliveryOptionOut:
    return DeliveryOptionOut.model_validate({"id": option.id, **fields_of(option.terms)})


def offer_view(offer: Offer) -> DeliveryOfferOut:
    return DeliveryOfferOut(
        id=ids.encode("dlv", offer.option.id),
        name=Words(**offer.option.terms.name),
        price=MoneyOut.of(offer.price),
        earliest=offer.earliest.isoformat(),
        latest=offer.latest.isoformat(),
    )
