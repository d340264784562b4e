"""JSON routes about commissions: what creators earn, as both sides agreed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
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
    PartnerNotFound,
    PeriodInvalid,
)
from showfloor.ledger.schemas import AgreementIn, CommissionsOut
from showfloor.ledger.views import commissions_view

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


async def _all(session: SessionDep, person: CurrentPerson, period: str | None) -> CommissionsOut:
    agreements = await service.list_agreements(session, person=person)
    month = period or f"{clock.now():%Y-%m}"
    rows = await service.commission_rows(session, person=person, period=month)
    partners = await service.partners_of(session, person)
    accounts = service.accounts_of([each for each, _ in agreements], rows, partners)
    return commissions_view(
        person,
        agreements,
        rows,
        partners,
        await service.names_of(session, accounts),
        await service.names_of_products(session, [each for each, _ in agreements]),
    )
