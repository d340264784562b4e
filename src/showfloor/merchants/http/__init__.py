"""JSON routes of `merchants`: the websites that may carry its shows."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.kit.schemas import Words
from showfloor.merchants import service
from showfloor.merchants.errors import MerchantNotFound, OriginInvalid, TooManyOrigins

router = APIRouter(prefix="/api/v1", tags=["merchants"])
CHANGE = (NotAuthenticated, CsrfFailed, Forbidden, NotFound, OriginInvalid)


class Origin(BaseModel):
    origin: str = Field(max_length=253, examples=["https://www.brand.example"])


class Origins(BaseModel):
    origins: list[str]


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


class CreatorOut(BaseModel):
    id: str
    name: Words


class Creators(BaseModel):
    creators: list[CreatorOut]


@router.get(
    "/merchants/{merchant_id}/creators", responses=refusals(NotAuthenticated, Forbidden, NotFound)
)
async def list_creators(merchant_id: str, session: SessionDep, person: CurrentPerson) -> Creators:
    """Who may show and sell this merchant's products."""
    found = await service.list_creators(
        session, person=person, merchant_id=ids.parse("mer", merchant_id)
    )
    return Creators(
        creators=[CreatorOut(id=ids.encode("cre", one.id), name=Words(**one.name)) for one in found]
    )


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
