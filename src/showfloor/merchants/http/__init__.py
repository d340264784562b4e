"""JSON routes of `merchants`: the websites that may carry its shows, its creators, its terms."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.merchants import service
from showfloor.merchants.errors import (
    MerchantNotFound,
    OriginInvalid,
    TermsInvalid,
    TooManyOrigins,
)
from showfloor.merchants.schemas import Creators, Origin, Origins, TermsIn, TermsList, TermsOut
from showfloor.merchants.types import TermsKind
from showfloor.merchants.views import creators_view, terms_list_view, terms_view

router = APIRouter(prefix="/api/v1", tags=["merchants"])
CHANGE = (NotAuthenticated, CsrfFailed, Forbidden, NotFound, OriginInvalid)


@router.get(
    "/merchants/{merchant_id}/origins", responses=refusals(NotAuthenticated, Forbidden, NotFound)
)
async def list_origins(merchant_id: str, session: SessionDep, person: CurrentPerson) -> Origins:
    """The websites that may show this merchant's shows."""
    return Origins(
        origins=await service.list_origins(
            session, person=person, merchant_id=ids.parse("mer", merchant_id)
        )
    )


@router.post(
    "/merchants/{merchant_id}/origins",
    status_code=201,
    responses=refusals(*CHANGE, MerchantNotFound, TooManyOrigins),
)
async def allow_origin(
    merchant_id: str, body: Origin, session: SessionDep, person: CurrentPerson
) -> Origin:
    """Let a website show this merchant's shows."""
    chosen = ids.parse("mer", merchant_id)
    return Origin(
        origin=await service.allow_origin(
            session, person=person, merchant_id=chosen, origin=body.origin
        )
    )


@router.delete("/merchants/{merchant_id}/origins", status_code=204, responses=refusals(*CHANGE))
async def forbid_origin(
    merchant_id: str, origin: str, session: SessionDep, person: CurrentPerson
) -> None:
    """Take a website off the list."""
    await service.forbid_origin(
        session, person=person, merchant_id=ids.parse("mer", merchant_id), origin=origin
    )


@router.get(
    "/merchants/{merchant_id}/creators", responses=refusals(NotAuthenticated, Forbidden, NotFound)
)
async def list_creators(merchant_id: str, session: SessionDep, person: CurrentPerson) -> Creators:
    """Who may show and sell this merchant's products."""
    found = await service.list_creators(
        session, person=person, merchant_id=ids.parse("mer", merchant_id)
    )
    return creators_view(found)


@router.delete(
    "/merchants/{merchant_id}/creators/{creator_id}",
    status_code=204,
    responses=refusals(NotAuthenticated, CsrfFailed, Forbidden, NotFound),
)
async def forbid_creator(
    merchant_id: str, creator_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """Let a creator add no more of this merchant's products to shows."""
    await service.forbid_creator(
        session,
        person=person,
        merchant_id=ids.parse("mer", merchant_id),
        creator_id=ids.parse("cre", creator_id),
    )


@router.get(
    "/merchants/{merchant_id}/terms", responses=refusals(NotAuthenticated, Forbidden, NotFound)
)
async def list_terms(merchant_id: str, session: SessionDep, person: CurrentPerson) -> TermsList:
    """What buyers of this merchant agree to now: terms, returns, privacy, as far as they were
    said.
    """
    found = await service.list_terms(
        session, person=person, merchant_id=ids.parse("mer", merchant_id)
    )
    return terms_list_view(found)


@router.put(
    "/merchants/{merchant_id}/terms/{kind}",
    responses=refusals(
        NotAuthenticated, CsrfFailed, Forbidden, NotFound, MerchantNotFound, TermsInvalid
    ),
)
async def set_terms(
    merchant_id: str, kind: TermsKind, body: TermsIn, session: SessionDep, person: CurrentPerson
) -> TermsOut:
    """What buyers agree to from now on, as a new version; orders keep the one they were placed
    under.
    """
    return terms_view(
        await service.set_terms(
            session,
            person=person,
            merchant_id=ids.parse("mer", merchant_id),
            kind=kind,
            words=body.value(),
            way_back=body.way_back.value() if body.way_back else None,
        )
    )
