"""JSON routes about commissions: what creators earn, as both sides agreed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.ledger import service
from showfloor.ledger.errors import (
    AgreementNotFound,
    AgreementOver,
    AwaitsOtherSide,
    NotInForce,
    PartnerNotFound,
    PeriodInvalid,
)
from showfloor.ledger.schemas import AgreementIn, CodeIn, CommissionsOut
from showfloor.ledger.views import commissions_view
from showfloor.merchants import service as merchants
from showfloor.merchants.errors import CodeInvalid, CodeNotFound, CodeTaken, TooManyCodes

router = APIRouter(prefix="/api/v1", tags=["commissions"])
CHANGE = (NotAuthenticated, CsrfFailed, NotFound)


@router.get("/commissions", responses=refusals(NotAuthenticated, PeriodInvalid))
async def list_commissions(
    session: SessionDep,
    person: CurrentPerson,
    period: Annotated[str | None, Query(description="a month in UTC; without it this one")] = None,
) -> CommissionsOut:
    """What was agreed and proposed with partners, and what came of it in a month."""
    return await _all(session, person, period)


@router.post(
    "/commissions",
    status_code=201,
    responses=refusals(*CHANGE, PartnerNotFound),
)
async def propose_commission(
    body: AgreementIn, session: SessionDep, person: CurrentPerson
) -> CommissionsOut:
    """Propose a rate to the other side, of all products or of one. Nothing changes until it agrees;
    what was proposed before about the same ends.
    """
    await service.propose(
        session,
        person=person,
        merchant_id=ids.parse("mer", body.merchant_id),
        creator_id=ids.parse("cre", body.creator_id),
        product_id=ids.parse("prod", body.product_id) if body.product_id else None,
        rate=body.rate,
        way=body.way,
    )
    return await _all(session, person, None)


@router.post(
    "/commissions/{agreement_id}/agree",
    responses=refusals(*CHANGE, AgreementNotFound, AwaitsOtherSide, AgreementOver),
)
async def agree_commission(
    agreement_id: str, session: SessionDep, person: CurrentPerson
) -> CommissionsOut:
    """Agree to what the other side proposed. A rate that is not lower than before is in force at
    once, a lower one after 30 days.
    """
    chosen = ids.parse("agr", agreement_id)
    await service.agree(session, person=person, agreement_id=chosen)
    return await _all(session, person, None)


@router.post(
    "/commissions/{agreement_id}/decline",
    responses=refusals(*CHANGE, AgreementNotFound, AgreementOver),
)
async def decline_commission(
    agreement_id: str, session: SessionDep, person: CurrentPerson
) -> CommissionsOut:
    """Decline what the other side proposed, or take an own proposal back."""
    chosen = ids.parse("agr", agreement_id)
    await service.decline(session, person=person, agreement_id=chosen)
    return await _all(session, person, None)


@router.post(
    "/commissions/{agreement_id}/stop",
    responses=refusals(*CHANGE, AgreementNotFound, NotInForce),
)
async def stop_commission(
    agreement_id: str, session: SessionDep, person: CurrentPerson
) -> CommissionsOut:
    """Pay or take no commission any more, without the other side: a seller's word holds after 30
    days, a creator's at once.
    """
    chosen = ids.parse("agr", agreement_id)
    await service.stop(session, person=person, agreement_id=chosen)
    return await _all(session, person, None)


@router.post(
    "/codes",
    status_code=201,
    responses=refusals(*CHANGE, Forbidden, CodeInvalid, CodeTaken, TooManyCodes),
)
async def add_code(body: CodeIn, session: SessionDep, person: CurrentPerson) -> CommissionsOut:
    """Make a code of the own creator's, for links and for buyers to type. It is nobody else's from
    then on.
    """
    await merchants.add_code(session, person=person, text=body.code)
    return await _all(session, person, None)


@router.delete("/codes/{code}", responses=refusals(*CHANGE, Forbidden, CodeNotFound))
async def end_code(code: str, session: SessionDep, person: CurrentPerson) -> CommissionsOut:
    """Let a code lead to nobody any more. It cannot be made again."""
    await merchants.end_code(session, person=person, text=code)
    return await _all(session, person, None)


async def _all(session: SessionDep, person: CurrentPerson, period: str | None) -> CommissionsOut:
    agreements = await service.list_agreements(session, person=person)
    month = period or f"{clock.now():%Y-%m}"
    rows = await service.commission_rows(session, person=person, period=month)
    links = await service.link_rows(session, person=person, period=month)
    partners = await service.partners_of(session, person)
    accounts = service.accounts_of([each for each, _ in agreements], [*rows, *links], partners)
    return commissions_view(
        person,
        agreements,
        rows,
        links,
        await merchants.list_codes(session, person=person),
        partners,
        await service.names_of(session, accounts),
        await service.names_of_products(session, [each for each, _ in agreements]),
    )
