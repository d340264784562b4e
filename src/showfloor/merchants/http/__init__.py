"""JSON routes of `merchants`: the websites that may carry its shows, its creators, its terms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.kit.schemas import Shown, Time, Words, id_with
from showfloor.kit.text import clean_code, clean_paragraphs
from showfloor.merchants import service
from showfloor.merchants.errors import (
    MerchantNotFound,
    OriginInvalid,
    TermsInvalid,
    TooManyOrigins,
)
from showfloor.merchants.rules import LONGEST_TERMS
from showfloor.merchants.types import (
    ReturnPayer,
    SellerTerms,
    TermsKind,
    TermsText,
    WayBack,
)

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


class TermsTextOut(BaseModel):
    """In one language: the words, or the address of the page that has them."""

    text: str
    url: str


class TermsWords(BaseModel):
    en: TermsTextOut
    ar: TermsTextOut


class WayBackOut(BaseModel):
    """Who pays for sending goods back, and where they go; `address` empty: to the seller's own."""

    payer: ReturnPayer
    address: str


class TermsOut(Shown):
    """One version of what a seller lays down; whoever has its `id` reads it at `/terms/{id}`, now
    and later. `way_back` is said with the terms of returns; null: it was not, and the seller pays.
    """

    id: Annotated[str, id_with("trm")]
    kind: TermsKind
    version: int
    since: Time
    words: TermsWords
    way_back: WayBackOut | None


class TermsList(BaseModel):
    items: list[TermsOut]


class TermsTextIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    text: Annotated[str, AfterValidator(clean_paragraphs)] = Field("", max_length=LONGEST_TERMS)
    url: Annotated[str, AfterValidator(clean_code)] = Field("", max_length=500)


class WayBackIn(BaseModel):
    """Who pays for sending goods back, and where they go; `address` empty: to the seller's own."""

    model_config = ConfigDict(extra="forbid")
    payer: ReturnPayer
    address: Annotated[str, AfterValidator(clean_paragraphs)] = Field("", max_length=500)

    def value(self) -> WayBack:
        return {"payer": self.payer, "address": self.address}


class TermsIn(BaseModel):
    """Each language has a text, or the `url` (https) of the page that has it. `way_back` goes with
    the terms of returns.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    en: TermsTextIn
    ar: TermsTextIn
    way_back: Annotated[WayBackIn, Field(strict=False)] | None = None

    def value(self) -> dict[str, TermsText]:
        return {
            lang: {"text": said.text, "url": said.url}
            for lang, said in (("en", self.en), ("ar", self.ar))
        }


def terms_view(terms: SellerTerms) -> TermsOut:
    return TermsOut.model_validate(terms)


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
    return TermsList(items=[terms_view(each) for each in found])


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
