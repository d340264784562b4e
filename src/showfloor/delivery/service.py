"""Use cases of `delivery`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from showfloor.delivery import queries, rules
from showfloor.delivery.errors import (
    DeliveryOptionInvalid,
    DeliveryOptionNotFound,
    TooManyDeliveryOptions,
)
from showfloor.delivery.types import DeliveryOption, Offer, Terms
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.markets.types import Market
from showfloor.merchants import service as merchants


async def list_options(
    session: Session, *, person: Person, merchant_id: UUID
) -> list[DeliveryOption]:
    """Oldest first. Raises Forbidden."""
    _check_member(person, merchant_id)
    return await queries.options(session, [merchant_id])


async def options_of(
    session: Session, merchant_ids: Collection[UUID]
) -> dict[UUID, tuple[DeliveryOption, ...]]:
    """By merchant, for whoever sells their goods: one statement for any number."""
    found = await queries.options(session, merchant_ids)
    return {
        merchant_id: tuple(each for each in found if each.merchant_id == merchant_id)
        for merchant_id in merchant_ids
    }


async def add_option(
    session: Session, *, person: Person, merchant_id: UUID, terms: Terms
) -> DeliveryOption:
    """From now on buyers may choose it. Raises Forbidden, MerchantNotFound, DeliveryOptionInvalid,
    TooManyDeliveryOptions.
    """
    _check_member(person, merchant_id)
    _check_terms(terms)
    await merchants.lock(session, merchant_id)
    if len(await queries.options(session, [merchant_id])) >= rules.MOST_OPTIONS:
        raise TooManyDeliveryOptions(most=rules.MOST_OPTIONS)
    option = DeliveryOption(ids.new(), merchant_id, terms)
    await queries.add_option(session, option, clock.now())
    return option


async def change_option(
    session: Session, *, person: Person, merchant_id: UUID, option_id: UUID, terms: Terms
) -> DeliveryOption:
    """Other terms for whoever orders from now on. Raises Forbidden, DeliveryOptionInvalid,
    DeliveryOptionNotFound.
    """
    _check_member(person, merchant_id)
    _check_terms(terms)
    option = DeliveryOption(option_id, merchant_id, terms)
    if not await queries.set_option(session, option, clock.now()):
        raise DeliveryOptionNotFound
    return option


async def remove_option(
    session: Session, *, person: Person, merchant_id: UUID, option_id: UUID
) -> None:
    """Nobody chooses it any more. Raises Forbidden, DeliveryOptionNotFound."""
    _check_member(person, merchant_id)
    if not await queries.remove_option(session, option_id, merchant_id):
        raise DeliveryOptionNotFound


def is_set(options: Sequence[DeliveryOption], currency: str) -> bool:
    """Whether a merchant has said how it delivers what is sold in this currency."""
    return any(option.terms.currency == currency for option in options)


def countries_of(options: Sequence[DeliveryOption], market: Market) -> frozenset[str]:
    """Where a merchant delivers what it sells in a market."""
    if not is_set(options, market.currency):
        return frozenset({market.country})
    return frozenset(
        country
        for option in options
        if option.terms.currency == market.currency
        for country in option.terms.countries
    )


def offers(
    options: Sequence[DeliveryOption], *, country: str, goods: Money, day: date, market: Market
) -> list[Offer]:
    """What a buyer may choose among, the cheapest first."""
    return rules.offers(options, country=country, goods=goods, day=day, weekend=market.weekend)


def _check_terms(terms: Terms) -> None:
    if found := rules.problems(terms):
        fields = [{"path": f"body/{name}", "problem": problem} for name, problem in found]
        raise DeliveryOptionInvalid(extra={"fields": fields})


def _check_member(person: Person, merchant_id: UUID) -> None:
    if merchant_id not in person.merchant_ids and not person.is_operator:
        raise Forbidden
