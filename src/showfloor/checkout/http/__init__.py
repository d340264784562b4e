"""JSON routes of `checkout`: hold, details, payment.

What every purchase goes through stands on plain Starlette: FastAPI's machinery would cost more than
the work itself (docs/benchmarks.md). For the OpenAPI document it is described in `openapi.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse

from showfloor.checkout import service
from showfloor.checkout.deps import CheckoutDeps
from showfloor.checkout.errors import (
    CheckoutClosed,
    CheckoutNotFound,
    NotDelivered,
    NotForSale,
    NothingToConfirm,
    PaymentInProgress,
    PriceMismatch,
    ProviderUnavailable,
)
from showfloor.checkout.openapi import CALLBACK, CHECKOUTS, HOLD_TOKEN, HOLDS, PAY
from showfloor.checkout.schemas import (
    AgeAtCheckout,
    CheckoutIn,
    CheckoutOut,
    EstimateOut,
    HoldIn,
    HoldOut,
    MoneyIn,
    PurchaseOut,
)
from showfloor.checkout.service.holds import HoldRequest
from showfloor.checkout.service.paying import PaymentRequest
from showfloor.checkout.types import Destination
from showfloor.checkout.views import checkout_view, estimate_view, hold_view, purchase_view
from showfloor.identity import service as identity
from showfloor.identity.deps import gate_of
from showfloor.identity.schemas import AgeIn
from showfloor.identity.types import CollectionPoint
from showfloor.kit import idempotency, ids
from showfloor.kit.answers import bearer, language
from showfloor.kit.db import Collided
from showfloor.kit.errors import NotFound, ValidationFailed
from showfloor.kit.http import key_of
from showfloor.kit.money import Money
from showfloor.kit.openapi import refusals
from showfloor.kit.schemas import AddressIn
from showfloor.kit.text import LONGEST_SKU
from showfloor.offers import service as offers
from showfloor.offers.errors import CouponTokenInvalid, DropHoldFixed, WaitHoldFixed
from showfloor.orders.types import Address, Buyer
from showfloor.shows.errors import ShowNotFound
from showfloor.stock import service as stock
from showfloor.stock.errors import (
    HoldExpired,
    HoldSettled,
    HoldTokenInvalid,
    LimitReached,
    NetworkLimitReached,
    SoldOut,
)
from showfloor.stock.types import Caller
from showfloor.viewers.http.who import find_viewer

router = APIRouter(tags=["buying"])
LARGEST_BODY = 16 * 1024
"""Bytes."""
LARGEST_CALLBACK = 64 * 1024
"""Bytes: providers send whole objects."""
M = TypeVar("M", bound=BaseModel)


def deps_of(request: Request) -> CheckoutDeps:
    deps: CheckoutDeps = request.app.state.checkout
    return deps


async def get_deps(request: Request) -> CheckoutDeps:
    return deps_of(request)


CheckoutDep = Annotated[CheckoutDeps, Depends(get_deps)]


async def get_guest(
    deps: CheckoutDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(HOLD_TOKEN)]
) -> UUID:
    """The hold whose token the guest shows. Raises HoldTokenInvalid."""
    return stock.hold_of_token(deps.secret, given.credentials if given else None)


GuestDep = Annotated[UUID, Depends(get_guest)]
"""The id of the guest's hold."""


def _token(request: Request) -> str | None:
    return bearer(request.headers.get("authorization"))


def _guest(request: Request, deps: CheckoutDeps) -> UUID:
    """As `get_guest`, for routes on plain Starlette."""
    return stock.hold_of_token(deps.secret, _token(request))


def client_of(request: Request, deps: CheckoutDeps) -> bytes | None:
    """The network that asks, where it is known."""
    return deps.client(request.client.host) if request.client else None


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, media_type="application/json")


async def hold_goods(request: Request) -> Response:
    """POST /api/v1/shows/{show_id}/holds: reserve what is in a show."""
    deps = deps_of(request)
    key = key_of(request)
    show_id = ids.parse("show", request.path_params["show_id"])
    token = _token(request)
    previous = stock.hold_of_token(deps.secret, token) if token else None
    given = await _read(request, HoldIn)
    wanted = HoldRequest(
        show_id,
        _lines(given),
        _money(given.expected_total),
        key,
        idempotency.fingerprint(given.model_dump()),
        Caller(previous, client_of(request, deps)),
        given.deliver_to,
    )
    if given.drop_id is None:
        hold = await service.hold_goods(deps.batcher, deps.shelf, wanted, seconds=deps.hold_seconds)
    else:
        viewer = await find_viewer(request, deps.database)
        hold = await service.hold_in_drop(
            deps.database,
            deps.door,
            deps.shelf,
            wanted,
            drop_id=ids.parse("drop", given.drop_id),
            viewer_id=viewer.id if viewer else None,
            seconds=deps.hold_seconds,
        )
    return _json(hold_view(hold, stock.hold_token(deps.secret, hold.id)), 201)


async def open_checkout(request: Request) -> Response:
    """POST /api/v1/checkouts: say who buys and where the goods go. Other details replace the first
    ones until a payment is under way. What somebody buys who is signed in belongs to their account.
    """
    deps = deps_of(request)
    guest, key = _guest(request, deps), key_of(request)
    sent = await _body(request)
    # Before the rest is looked at: what a child typed beside the date is not even checked.
    age = _parse(sent, AgeAtCheckout)
    admission = gate_of(request).admit(request, CollectionPoint.GUEST_CHECKOUT, age, age.country)
    body = _parse(sent, CheckoutIn)
    _check_own(body.hold_id, guest)
    scope = f"checkout.open:{guest.hex}"
    fingerprint = deps.fingerprint(body.model_dump(exclude=set(AgeIn.model_fields)))
    viewer = await find_viewer(request, deps.database)
    if viewer is not None:
        gate_of(request).check_account(CollectionPoint.GUEST_CHECKOUT, viewer.age, age.country)
    viewer_id = viewer.id if viewer else None
    buyer = Buyer(body.email, _address(body.address), language(request), viewer_id)
    chosen = [ids.parse("dlv", option) for option in body.delivery]
    claims_of_coupons = _claims(deps, body.coupons)
    read = None if body.terms is None else [ids.parse("trm", each) for each in body.terms]

    async def answer() -> Response:
        # Details that are lost with the server's power are typed again; the intent to pay, which is
        # durable, comes after them.
        async with deps.database.transaction(durable=False) as connection:
            asked = service.ask_opening(connection, guest)
            # Without a checkout there is no answer that was given before either.
            claims = await asked.is_opened.answer()
            if claims and (first := await idempotency.claim(connection, scope, key, fingerprint)):
                return JSONResponse(first.body, first.status)
            affiliate_id = await service.find_affiliate(connection, typed=body.code, via=body.via)
            purchase = await service.open_checkout(
                connection,
                deps.shelf,
                admission=admission,
                asked=asked,
                buyer=buyer,
                chosen=chosen,
                read=read,
                affiliate_id=affiliate_id,
                claims=claims_of_coupons,
            )
            view = checkout_view(purchase, deps.secret)
            stored = idempotency.StoredAnswer(201, view.model_dump())
            if claims:
                idempotency.remember(connection, scope, key, stored)
            else:
                idempotency.add(connection, scope, key, fingerprint, stored)
        return _json(view, 201)

    try:
        return await answer()
    except Collided:
        # Another tab opened it at this very moment: these details replace the other's.
        return await answer()


async def pay(request: Request) -> Response:
    """POST /api/v1/checkouts/{checkout_id}/pay: order and pay. The same key gets the same attempt
    again, as it stands by then; another key is another attempt.
    """
    deps = deps_of(request)
    # Somebody may have been let in by one answer and refused by a later one, in another tab.
    gate_of(request).check(request)
    # And somebody may have doubted the age of their account since.
    viewer = await find_viewer(request, deps.database)
    if viewer is not None and viewer.age.is_limited:
        identity.check_limited(CollectionPoint.GUEST_CHECKOUT)
    guest, key = _guest(request, deps), key_of(request)
    checkout_id = ids.parse("chk", request.path_params["checkout_id"])
    body = await _read(request, deps.pay_in)
    expected = _money(body.expected_total)
    assert expected is not None
    payment = PaymentRequest(
        checkout_id=checkout_id,
        hold_id=guest,
        method=body.payment_method.value(),
        expected_total=expected,
        key=key,
        request=deps.fingerprint(body.model_dump()),
    )
    paid = await service.pay(deps.database, deps.providers, payment)
    return _json(purchase_view(paid, deps.secret))


async def take_callback(request: Request) -> Response:
    """POST /api/v1/payments/{provider}/callback: the provider's word, verified by its signature,
    effective once.
    """
    deps = deps_of(request)
    await service.take_callback(
        deps.database,
        deps.providers,
        provider=request.path_params["provider"],
        headers=dict(request.headers),
        body=await _body(request, LARGEST_CALLBACK),
    )
    return JSONResponse({"status": "heard"})


for path, endpoint in {
    HOLDS: hold_goods,
    CHECKOUTS: open_checkout,
    PAY: pay,
    CALLBACK: take_callback,
}.items():
    router.add_route(path, endpoint, methods=["POST"], include_in_schema=False)


async def _body(request: Request, largest: int = LARGEST_BODY) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise ValidationFailed(extra={"fields": [{"path": "body", "problem": "too_long"}]})
    return body


async def _read(request: Request, model: type[M]) -> M:
    """As FastAPI would read it."""
    return _parse(await _body(request), model)


def _parse(body: bytes, model: type[M]) -> M:
    """Says where something is malformed, never repeats what was sent."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        fields = [
            {"path": "/".join(["body", *map(str, item["loc"])]), "problem": item["type"]}
            for item in error.errors()
        ]
        raise ValidationFailed(extra={"fields": fields}) from None


def _lines(given: HoldIn) -> tuple[tuple[str, int], ...]:
    """(SKU, quantity). Raises ValidationFailed when a SKU comes twice."""
    lines = tuple((line.sku, line.quantity) for line in given.lines)
    for place, (sku, _) in enumerate(lines):
        if sku in (earlier for earlier, _ in lines[:place]):
            raise ValidationFailed(
                extra={"fields": [{"path": f"body/lines/{place}/sku", "problem": "repeated"}]}
            )
    return lines


def _claims(deps: CheckoutDeps, tokens: Iterable[str]) -> list[UUID]:
    """Raises CouponTokenInvalid."""
    return [offers.claim_of_token(deps.secret, token) for token in tokens]


def _address(given: AddressIn) -> Address:
    return Address(
        given.name, given.line1, given.line2 or None, given.city, given.postal_code, given.country
    )


def _money(given: MoneyIn | None) -> Money | None:
    if given is None:
        return None
    try:
        return Money(given.amount, given.currency)
    except ValueError:
        raise ValidationFailed(
            extra={
                "fields": [{"path": "body/expected_total/currency", "problem": "currency_unknown"}]
            }
        ) from None


@router.get(
    "/api/v1/holds/{hold_id}",
    responses=refusals(HoldTokenInvalid, HoldExpired),
)
async def get_hold(hold_id: str, deps: CheckoutDep, guest: GuestDep) -> HoldOut:
    """What the guest holds: for another tab, or after a reload."""
    _check_own(hold_id, guest)
    async with deps.database.transaction() as connection:
        hold = await service.get_hold(connection, hold_id=guest)
    return hold_view(hold, stock.hold_token(deps.secret, guest))


@router.get(
    "/api/v1/holds/{hold_id}/quote",
    responses=refusals(HoldTokenInvalid, NotFound, HoldExpired, CouponTokenInvalid),
)
async def quote_hold(
    hold_id: str,
    deps: CheckoutDep,
    guest: GuestDep,
    country: Annotated[str, Query(pattern="^[A-Z]{2}$")],
    delivery: Annotated[list[str] | None, Query(max_length=20)] = None,
    coupon: Annotated[list[str] | None, Query(max_length=20)] = None,
) -> EstimateOut:
    """What is held costs this much if it goes there; `delivery` names chosen options. Of those that
    are not offered the answer says so in `delivery_gone`. `coupon` are tokens of claimed coupons:
    the best of each seller is taken off, and `coupons_passed` says why the others are not.
    """
    _check_own(hold_id, guest)
    chosen = [ids.parse("dlv", option) for option in delivery or ()]
    claims = _claims(deps, coupon or ())
    async with deps.database.transaction() as connection:
        hold = await service.get_hold(connection, hold_id=guest)
        coupons = await service.find_coupons(connection, claims)
    return estimate_view(await deps.shelf.estimate(hold, Destination(country), chosen, coupons))


@router.get("/api/v1/shows/{show_id}/quote", responses=refusals(NotFound, ShowNotFound, NotForSale))
async def quote_goods(
    show_id: str,
    deps: CheckoutDep,
    country: Annotated[str, Query(pattern="^[A-Z]{2}$")],
    sku: Annotated[str, Query(min_length=1, max_length=LONGEST_SKU)],
    quantity: Annotated[int, Query(ge=1, le=100)] = 1,
) -> EstimateOut:
    """What some pieces cost if they go there, and how they are delivered: before anything is
    held.
    """
    found = await deps.shelf.estimate_goods(
        ids.parse("show", show_id), sku, quantity, Destination(country)
    )
    return estimate_view(found)


@router.patch(
    "/api/v1/holds/{hold_id}",
    responses=refusals(
        HoldTokenInvalid,
        HoldExpired,
        CheckoutClosed,
        PaymentInProgress,
        NotForSale,
        NotDelivered,
        PriceMismatch,
        SoldOut,
        LimitReached,
        NetworkLimitReached,
        DropHoldFixed,
        WaitHoldFixed,
    ),
)
async def change_hold(hold_id: str, body: HoldIn, deps: CheckoutDep, guest: GuestDep) -> HoldOut:
    """Other lines and quantities, until the same deadline, all or nothing. What was held keeps its
    price; a checkout on the hold changes with it. Doing so twice is fine.
    """
    _check_own(hold_id, guest)
    if body.drop_id is not None:
        raise DropHoldFixed
    lines, expected = _lines(body), _money(body.expected_total)
    async with deps.database.transaction() as connection:
        hold = await service.change_hold(
            connection,
            deps.shelf,
            hold_id=guest,
            lines=lines,
            expected_total=expected,
            deliver_to=body.deliver_to,
        )
    return hold_view(hold, stock.hold_token(deps.secret, guest))


def _check_own(hold_id: str, guest: UUID) -> None:
    if hold_id != ids.encode("hold", guest):
        raise HoldTokenInvalid


@router.delete(
    "/api/v1/holds/{hold_id}",
    status_code=204,
    responses=refusals(HoldTokenInvalid, HoldSettled, PaymentInProgress),
)
async def release_hold(hold_id: str, deps: CheckoutDep, guest: GuestDep) -> None:
    """Give the goods back; doing so twice is fine."""
    _check_own(hold_id, guest)
    async with deps.database.transaction() as connection:
        await service.release_hold(connection, hold_id=guest)


@router.get(
    "/api/v1/checkouts/{checkout_id}",
    responses=refusals(HoldTokenInvalid, NotFound, CheckoutNotFound),
)
async def get_checkout(checkout_id: str, deps: CheckoutDep, guest: GuestDep) -> CheckoutOut:
    """How far the purchase has come."""
    chosen = ids.parse("chk", checkout_id)
    async with deps.database.transaction() as connection:
        return checkout_view(
            await service.get_purchase(connection, checkout_id=chosen, hold_id=guest),
            deps.secret,
        )


@router.post(
    "/api/v1/checkouts/{checkout_id}/confirm",
    responses=refusals(
        HoldTokenInvalid,
        NotFound,
        CheckoutNotFound,
        NothingToConfirm,
        HoldExpired,
        ProviderUnavailable,
    ),
)
async def confirm(checkout_id: str, deps: CheckoutDep, guest: GuestDep) -> PurchaseOut:
    """The buyer answered the bank's question; doing so twice is fine."""
    chosen = ids.parse("chk", checkout_id)
    return purchase_view(
        await service.confirm(deps.database, deps.providers, checkout_id=chosen, hold_id=guest),
        deps.secret,
    )
