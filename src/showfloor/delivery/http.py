"""JSON routes of `delivery`: a merchant says where and for how much it delivers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from showfloor.delivery import service
from showfloor.delivery.errors import (
    DeliveryOptionInvalid,
    DeliveryOptionNotFound,
    TooManyDeliveryOptions,
)
from showfloor.delivery.schemas import (
    DeliveryOptionIn,
    DeliveryOptionOut,
    DeliveryOptions,
    DeliveryPreview,
)
from showfloor.delivery.views import offer_view, option_view
from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.money import Money
from showfloor.kit.openapi import refusals
from showfloor.markets.errors import MarketUnknown
from showfloor.markets.service import get_market
from showfloor.merchants.errors import MerchantNotFound

router = APIRouter(prefix="/api/v1/merchants/{merchant_id}", tags=["merchants"])
CHANGE = (NotAuthenticated, CsrfFailed, Forbidden, NotFound)


@router.get("/delivery-options", responses=refusals(NotAuthenticated, Forbidden, NotFound))
async def list_delivery_options(
    merchant_id: str, session: SessionDep, person: CurrentPerson
) -> DeliveryOptions:
    """How this merchant delivers, oldest first. None: in the market's country, in the price."""
    found = await service.list_options(
        session, person=person, merchant_id=ids.parse("mer", merchant_id)
    )
    return DeliveryOptions(items=[option_view(option) for option in found])


@router.post(
    "/delivery-options",
    status_code=201,
    responses=refusals(*CHANGE, MerchantNotFound, DeliveryOptionInvalid, TooManyDeliveryOptions),
)
async def add_delivery_option(
    merchant_id: str, body: DeliveryOptionIn, session: SessionDep, person: CurrentPerson
) -> DeliveryOptionOut:
    """From now on buyers may choose it. The first one in a currency says all there is: countries
    that none names are not delivered to.
    """
    chosen = ids.parse("mer", merchant_id)
    added = await service.add_option(session, person=person, merchant_id=chosen, terms=body.value())
    return option_view(added)


@router.put(
    "/delivery-options/{option_id}",
    responses=refusals(*CHANGE, DeliveryOptionInvalid, DeliveryOptionNotFound),
)
async def change_delivery_option(
    merchant_id: str,
    option_id: str,
    body: DeliveryOptionIn,
    session: SessionDep,
    person: CurrentPerson,
) -> DeliveryOptionOut:
    """Other terms for whoever orders from now on; orders keep theirs."""
    changed = await service.change_option(
        session,
        person=person,
        merchant_id=ids.parse("mer", merchant_id),
        option_id=ids.parse("dlv", option_id),
        terms=body.value(),
    )
    return option_view(changed)


@router.delete(
    "/delivery-options/{option_id}",
    status_code=204,
    responses=refusals(*CHANGE, DeliveryOptionNotFound),
)
async def remove_delivery_option(
    merchant_id: str, option_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """Nobody chooses it any more; orders keep it."""
    await service.remove_option(
        session,
        person=person,
        merchant_id=ids.parse("mer", merchant_id),
        option_id=ids.parse("dlv", option_id),
    )


@router.get(
    "/delivery-preview", responses=refusals(NotAuthenticated, Forbidden, NotFound, MarketUnknown)
)
async def preview_delivery(
    merchant_id: str,
    session: SessionDep,
    person: CurrentPerson,
    country: Annotated[str, Query(pattern="^[A-Z]{2}$")],
    amount: Annotated[int, Query(ge=0, le=10**11, description="value of the goods, minor units")],
    market: str = "gb",
) -> DeliveryPreview:
    """What a buyer there would be offered today."""
    options = await service.list_options(
        session, person=person, merchant_id=ids.parse("mer", merchant_id)
    )
    found = get_market(market)
    offers = service.offers(
        options,
        country=country,
        goods=Money(amount, found.currency),
        day=found.day(clock.now()),
        market=found,
    )
    return DeliveryPreview(
        delivered=country in service.countries_of(options, found),
        offers=[offer_view(offer) for offer in offers],
    )
