"""JSON routes of coupons. A coupon is used at the checkout (`checkout`)."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import IdempotencyKeyRequired, NotFound
from showfloor.kit.http import DatabaseDep, KeyDep, SessionDep
from showfloor.kit.network import client_network
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.offers import service
from showfloor.offers.errors import (
    CouponEnded,
    CouponInvalid,
    CouponLimitReached,
    CouponNetworkLimit,
    CouponNotAgreed,
    CouponNotForYouYet,
    CouponNotFound,
    CouponNotOpen,
    CouponRunning,
    CouponStateConflict,
    CouponUsedUp,
    TooManyPlanned,
)
from showfloor.offers.schemas import (
    ClaimOut,
    CouponOut,
    CouponsOut,
    CouponYes,
    NewCoupon,
    ShownCoupons,
)
from showfloor.offers.service import Claimant
from showfloor.offers.views import claim_view, coupon_view, coupons_view, shown_coupon
from showfloor.shows.errors import NotAllowedInState, ProductNotInShow, ShowNotFound
from showfloor.stock import service as stock
from showfloor.viewers.http.who import OptionalViewer, find_viewer

router = APIRouter(prefix="/api/v1", tags=["coupons"])
OWN = (NotAuthenticated, NotFound, CsrfFailed, ShowNotFound, CouponNotFound)


def _secret(request: Request) -> bytes:
    secret: str = request.app.state.settings.secret
    return secret.encode()


@router.post(
    "/shows/{show_id}/coupons",
    status_code=201,
    responses=refusals(
        NotAuthenticated,
        NotFound,
        CsrfFailed,
        ShowNotFound,
        NotAllowedInState,
        ProductNotInShow,
        CouponInvalid,
        TooManyPlanned,
    ),
)
async def plan_coupon(
    show_id: str, body: NewCoupon, session: SessionDep, person: CurrentPerson
) -> CouponOut:
    """Plan a coupon: viewers see nothing of it before it is opened, which needs the agreement of
    the seller whose goods it is for.
    """
    show = ids.parse("show", show_id)
    return coupon_view(await service.plan_coupon(session, person=person, show_id=show, new=body))


@router.get(
    "/shows/{show_id}/coupons", responses=refusals(NotAuthenticated, NotFound, ShowNotFound)
)
async def list_coupons(show_id: str, session: SessionDep, person: CurrentPerson) -> CouponsOut:
    """The coupons of a show, for its team, with how many were claimed and used."""
    show = ids.parse("show", show_id)
    return coupons_view(await service.list_coupons(session, person=person, show_id=show))


@router.get("/coupons/asked", responses=refusals(NotAuthenticated))
async def list_asked_coupons(session: SessionDep, person: CurrentPerson) -> CouponsOut:
    """What hosts ask your sellers for: coupons that wait for a yes, that have it, and that can be
    claimed.
    """
    return coupons_view(await service.list_asked_coupons(session, person=person))


@router.post("/coupons/{coupon_id}/agree", responses=refusals(*OWN, CouponStateConflict))
async def agree_coupon(
    coupon_id: str, body: CouponYes, session: SessionDep, person: CurrentPerson
) -> CouponOut:
    """The seller of the goods bears what it takes off; twice is fine."""
    coupon = ids.parse("cpn", coupon_id)
    return coupon_view(
        await service.agree_coupon(session, person=person, coupon_id=coupon, floor=body.floor)
    )


@router.post("/coupons/{coupon_id}/withdraw", responses=refusals(*OWN, CouponStateConflict))
async def withdraw_coupon(coupon_id: str, session: SessionDep, person: CurrentPerson) -> CouponOut:
    """The seller of the goods takes back the yes, so that the coupon cannot be opened, or lets
    nobody claim it any more when it was: what was claimed stays good. Twice is fine.
    """
    coupon = ids.parse("cpn", coupon_id)
    return coupon_view(await service.withdraw_coupon(session, person=person, coupon_id=coupon))


@router.post(
    "/coupons/{coupon_id}/open",
    responses=refusals(
        *OWN,
        CouponStateConflict,
        CouponNotAgreed,
        CouponRunning,
        CouponInvalid,
        NotAllowedInState,
    ),
)
async def open_coupon(coupon_id: str, session: SessionDep, person: CurrentPerson) -> CouponOut:
    """From now on viewers of the show can claim it."""
    coupon = ids.parse("cpn", coupon_id)
    return coupon_view(await service.open_coupon(session, person=person, coupon_id=coupon))


@router.post("/coupons/{coupon_id}/close", responses=refusals(*OWN))
async def close_coupon(coupon_id: str, session: SessionDep, person: CurrentPerson) -> CouponOut:
    """Give up a planned coupon, or let nobody claim one any more: what was claimed stays good.
    Twice is fine.
    """
    coupon = ids.parse("cpn", coupon_id)
    return coupon_view(await service.close_coupon(session, person=person, coupon_id=coupon))


@router.get("/shows/{show_id}/coupon", responses=refusals(NotFound, ShowNotFound, CsrfFailed))
async def get_shown_coupon(
    show_id: str, request: Request, session: SessionDep, viewer: OptionalViewer
) -> ShownCoupons:
    """The newest coupon that was opened in a show, with all its terms; and what you have claimed of
    it, if you are signed in.
    """
    told = await service.get_shown_coupon(session, ids.parse("show", show_id))
    if told is None:
        return ShownCoupons(coupon=None)
    claim = await service.claim_of(session, told.coupon, viewer) if viewer else None
    token = service.claim_token(_secret(request), claim.id) if claim else ""
    return ShownCoupons(coupon=shown_coupon(told, claim_view(claim, token) if claim else None))


@router.post(
    "/coupons/{coupon_id}/claims",
    status_code=201,
    responses=refusals(
        IdempotencyKeyRequired,
        NotFound,
        CouponNotFound,
        CouponNotOpen,
        CouponEnded,
        CouponNotForYouYet,
        CouponUsedUp,
        CouponLimitReached,
        CouponNetworkLimit,
    ),
    openapi_extra=KEY_HEADER,
)
async def claim_coupon(
    coupon_id: str, request: Request, database: DatabaseDep, key: KeyDep
) -> ClaimOut:
    """Claim a coupon, without a word about yourself. The Idempotency-Key is who you are to it where
    you are not signed in: the same key gets the same claim again.
    """
    coupon = ids.parse("cpn", coupon_id)
    secret = _secret(request)
    # No other site's page can send the key's header, so the cookie needs no CSRF token.
    viewer = await find_viewer(request, database)
    client = request.client
    network = stock.client_digest(secret, client_network(client.host)) if client else None
    async with database.session() as session:
        follows = await service.follows_host(session, coupon, viewer)
    async with database.transaction() as connection:
        claimant = Claimant(viewer, key, network)
        held = await service.claim_coupon(connection, coupon, claimant, follows=follows)
    return claim_view(held.claim, service.claim_token(secret, held.claim.id))
