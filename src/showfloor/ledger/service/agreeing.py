"""Commissions: a rate is proposed by one side and agreed by the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.ledger import queries, rules
from showfloor.ledger.errors import (
    AgreementNotFound,
    AgreementOver,
    AwaitsOtherSide,
    NotInForce,
    PartnerNotFound,
)
from showfloor.ledger.types import (
    Account,
    Agreement,
    AgreementState,
    CommissionRow,
    LinkRow,
    Side,
    Way,
)
from showfloor.merchants import service as merchants
from showfloor.shows import service as shows
from showfloor.shows.types import Show


async def propose(
    session: Session,
    *,
    person: Person,
    merchant_id: UUID,
    creator_id: UUID,
    product_id: UUID | None,
    rate: int,
    way: Way = Way.SHOW,
) -> Agreement:
    """Nothing changes until the other side agrees. An earlier proposal about the same ends. Raises
    PartnerNotFound.
    """
    side = await _side_of(session, person, merchant_id, creator_id)
    if product_id is not None:
        products = await catalog.get_products(session, [product_id])
        if {product.merchant_id for product in products} != {merchant_id}:
            raise PartnerNotFound
    await merchants.lock(session, merchant_id)
    new = Agreement(
        ids.new(), merchant_id, creator_id, product_id, rate, side, clock.now(), way=way
    )
    await queries.end_open(session, new)
    await queries.add_agreement(session, new)
    return new


async def _side_of(session: Session, person: Person, merchant_id: UUID, creator_id: UUID) -> Side:
    """Only between partners. Raises PartnerNotFound."""
    if merchant_id in person.merchant_ids:
        partners = await merchants.list_creators(session, person=person, merchant_id=merchant_id)
        if creator_id in {partner.id for partner in partners}:
            return Side.MERCHANT
    elif person.creator_id == creator_id and merchant_id in await merchants.sellable_by(
        session, person
    ):
        return Side.CREATOR
    raise PartnerNotFound


async def agree(session: Session, *, person: Person, agreement_id: UUID) -> Agreement:
    """In force at once, or after the notice where it is less than before. Raises AgreementNotFound,
    AwaitsOtherSide, AgreementOver.
    """
    found = await _own(session, person, agreement_id)
    if not _is_on(person, found, rules.other(found.proposed_by)):
        raise AwaitsOtherSide
    await merchants.lock(session, found.merchant_id)
    all_between = await queries.agreements_between(
        session, found.merchant_id, found.creator_id, found.way
    )
    now = clock.now()
    effective_at = rules.effective_from(all_between, found.product_id, found.rate, now)
    if not await queries.set_agreed(session, found.id, now, effective_at):
        raise AgreementOver
    return await _own(session, person, agreement_id)


async def stop(session: Session, *, person: Person, agreement_id: UUID) -> None:
    """End what is in force, for all products or the one that it is about: a merchant alone after
    the notice, so that links that are out there pay as they were agreed to; a creator at once. Once
    an end is to come, a merchant who asks again does not postpone it.
    Raises AgreementNotFound, NotInForce.
    """
    found = await _own(session, person, agreement_id)
    await merchants.lock(session, found.merchant_id)
    between = await queries.agreements_between(
        session, found.merchant_id, found.creator_id, found.way
    )
    now = clock.now()
    if not found.rate or rules.state_of(found, between, now) is not AgreementState.IN_FORCE:
        raise NotInForce
    by_creator = _is_on(person, found, Side.CREATOR)
    if not by_creator and rules.end_to_come(found, between, now):
        return
    end = replace(
        found,
        id=ids.new(),
        rate=0,
        proposed_by=Side.CREATOR if by_creator else Side.MERCHANT,
        proposed_at=now,
        agreed_at=now,
        effective_at=now if by_creator else now + rules.NOTICE,
    )
    await queries.end_open(session, end)
    await queries.add_agreement(session, end)


async def decline(session: Session, *, person: Person, agreement_id: UUID) -> None:
    """Either side ends a proposal. Raises AgreementNotFound, AgreementOver."""
    found = await _own(session, person, agreement_id)
    if not await queries.set_ended(session, found.id, clock.now()):
        raise AgreementOver


async def _own(session: Session, person: Person, agreement_id: UUID) -> Agreement:
    found = await queries.agreement(session, agreement_id)
    if found is None or not any(_is_on(person, found, side) for side in Side):
        raise AgreementNotFound
    return found


def _is_on(person: Person, agreement: Agreement, side: Side) -> bool:
    if side is Side.MERCHANT:
        return agreement.merchant_id in person.merchant_ids
    return agreement.creator_id == person.creator_id


async def list_agreements(
    session: Session, *, person: Person
) -> list[tuple[Agreement, AgreementState]]:
    """Of the person's merchants and of the person as a creator, newest first."""
    found = await queries.agreements(
        session, merchant_ids=person.merchant_ids, creator_id=person.creator_id
    )
    now, between = clock.now(), dict[tuple[UUID, UUID, Way], list[Agreement]]()
    for each in found:
        between.setdefault((each.merchant_id, each.creator_id, each.way), []).append(each)
    return [
        (each, rules.state_of(each, between[each.merchant_id, each.creator_id, each.way], now))
        for each in reversed(found)
    ]


async def rates_of(
    session: Session,
    merchant_id: UUID,
    creator_id: UUID,
    product_ids: Sequence[UUID],
    at: datetime,
    way: Way = Way.SHOW,
) -> list[int]:
    """Of each product, at a moment; nothing agreed is nothing."""
    agreed = await queries.agreements_between(session, merchant_id, creator_id, way)
    found = [rules.in_force(agreed, product_id, at) for product_id in product_ids]
    return [each.rate if each else 0 for each in found]


async def commission_rows(session: Session, *, person: Person, period: str) -> list[CommissionRow]:
    """A month of each creator with each merchant: sold, earned less what went back, and what an
    hour on the air made. Raises PeriodInvalid.
    """
    since, until = rules.month(period)
    earned = await queries.earned(
        session,
        since,
        until,
        merchant_ids=person.merchant_ids,
        creator_id=person.creator_id,
    )
    sold = await queries.goods_sold(session, since, until, earned)
    shown = await queries.shows_of(session, since, until, earned)
    known = await shows.get_shows(session, {each for some in shown.values() for each in some})
    return [
        CommissionRow(
            merchant_id=merchant_id,
            creator_id=creator_id,
            sold=sold.get((merchant_id, creator_id, amount.currency), 0),
            earned=amount,
            on_air=_on_air(known, shown.get((merchant_id, creator_id), set())),
        )
        for (merchant_id, creator_id), amounts in earned.items()
        for amount in amounts
    ]


async def link_rows(session: Session, *, person: Person, period: str) -> list[LinkRow]:
    """A month of each creator's links and codes with each merchant. Raises PeriodInvalid."""
    since, until = rules.month(period)
    return await queries.link_rows(
        session, since, until, merchant_ids=person.merchant_ids, creator_id=person.creator_id
    )


def _on_air(known: Mapping[UUID, Show], chosen: set[UUID]) -> timedelta:
    """How long these shows were live; one that still is counts up to now."""
    total = timedelta()
    for show in (known[each] for each in chosen if each in known):
        if show.went_live_at is not None:
            total += max((show.ended_at or clock.now()) - show.went_live_at, timedelta())
    return total


def accounts_of(
    agreements: Iterable[Agreement],
    rows: Iterable[CommissionRow | LinkRow],
    partners: Iterable[tuple[UUID, UUID]],
) -> set[Account]:
    """Both sides of each."""
    pairs = {(each.merchant_id, each.creator_id) for each in agreements}
    pairs |= {(each.merchant_id, each.creator_id) for each in rows} | set(partners)
    sellers = {Account.merchant(merchant_id) for merchant_id, _ in pairs}
    return sellers | {Account.creator(creator_id) for _, creator_id in pairs}


async def names_of_products(
    session: Session, agreements: Iterable[Agreement]
) -> dict[UUID, dict[str, str]]:
    """Of those that are about one product."""
    wanted = {each.product_id for each in agreements if each.product_id}
    return {each.id: each.name for each in await catalog.get_products(session, list(wanted))}


async def partners_of(session: Session, person: Person) -> list[tuple[UUID, UUID]]:
    """(merchant, creator): with whom the person may agree about commissions."""
    found = []
    for merchant_id in sorted(person.merchant_ids):
        creators = await merchants.list_creators(session, person=person, merchant_id=merchant_id)
        found += [(merchant_id, creator.id) for creator in creators]
    if person.creator_id is not None:
        others = await merchants.sellable_by(session, person) - person.merchant_ids
        found += [(merchant_id, person.creator_id) for merchant_id in sorted(others)]
    return found
