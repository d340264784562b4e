"""The buyer says who and where to; the purchase so far is told back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from showfloor.checkout import queries, rules
from showfloor.checkout.errors import (
    CheckoutClosed,
    CheckoutNotFound,
    DeliveryGone,
    PaymentInProgress,
    TermsChanged,
)
from showfloor.checkout.queries import Details
from showfloor.checkout.service.coupons import check_buyer, find_coupons
from showfloor.checkout.service.shelf import Shelf
from showfloor.checkout.types import (
    Checkout,
    Destination,
    Payment,
    PaymentState,
    Purchase,
    Status,
)
from showfloor.identity.types import Admission
from showfloor.kit import clock
from showfloor.kit.db import Asked, Connection
from showfloor.kit.errors import ValidationFailed
from showfloor.kit.retention import kept_for
from showfloor.merchants import service as merchants
from showfloor.merchants.errors import CodeUnknown
from showfloor.orders import service as orders
from showfloor.orders.types import Address, Buyer, Order
from showfloor.stock import service as stock
from showfloor.stock.types import Hold, LineState

FORGOTTEN_AFTER = kept_for("checkout")
"""Details of a hold that ran out."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What has to be known of a hold before its checkout is opened."""

    hold: Asked[Hold]
    is_opened: Asked[bool]


def ask_opening(connection: Connection, hold_id: UUID) -> Opening:
    """With the next statement that is waited for."""
    return Opening(stock.ask_open(connection, hold_id), queries.ask_is_opened(connection, hold_id))


async def open_checkout(
    connection: Connection,
    shelf: Shelf,
    *,
    admission: Admission,
    asked: Opening,
    buyer: Buyer,
    chosen: Collection[UUID] = (),
    read: Collection[UUID] | None = None,
    affiliate_id: UUID | None = None,
    claims: Collection[UUID] = (),
) -> Purchase:
    """Say who buys what is held, and how it is delivered; saying it again with other details
    replaces them until a payment is under way. `read` are the versions of the sellers' terms that
    the buyer saw, None where that is not said. `affiliate_id` is the creator whose link or code
    brought the buyer: the last one counts. Of the coupons that were claimed by `claims` the best of
    each seller is taken off.

    Raises ValidationFailed (an address that cannot be delivered to), NotDelivered, DeliveryGone,
    TermsChanged, HoldExpired, CheckoutClosed, PaymentInProgress, CouponFirstOrderOnly, CouponGone.
    The commit raises Collided when another request has opened it at this very moment; then do it
    again.
    """
    hold = await asked.hold.answer()
    _check_address(buyer.address)
    coupons = await find_coupons(connection, claims)
    checkout = await shelf.agree(hold, Destination(buyer.address.country), chosen, coupons)
    _check_chosen(checkout, chosen)
    _check_read(checkout, read)
    await check_buyer(connection, checkout, coupons, buyer)
    checkout = replace(checkout, affiliate_id=affiliate_id)
    details = Details(buyer, admission.declared_adult_at, hold.expires_at)
    if not await asked.is_opened.answer():
        queries.add_checkout(connection, checkout, details, clock.now())
        return purchase(checkout, rules.status_of(None, hold.state, ran_out=False), hold)
    opened = await queries.open_checkout(connection, checkout, details, clock.now())
    checkout = replace(checkout, id=opened.id)
    newest = None if opened.is_new else await _replace_details(connection, checkout, details)
    status = rules.status_of(_state(newest), hold.state, ran_out=False)
    return purchase(checkout, status, hold, payment=newest)


async def _replace_details(
    connection: Connection, checkout: Checkout, details: Details
) -> Payment | None:
    """The newest payment, which is not under way."""
    attempts = await queries.lock_attempts(connection, checkout.id)
    blocking = queries.blocking(attempts)
    if blocking is not None:
        raise CheckoutClosed if blocking.state is PaymentState.PAID else PaymentInProgress
    queries.reopen_checkout(connection, checkout, details)
    return attempts[-1].payment if attempts else None


async def find_affiliate(
    connection: Connection, *, typed: str | None, via: str | None
) -> UUID | None:
    """The creator who brought the buyer: what was typed counts before the link. Raises CodeUnknown
    for what was typed and leads to nobody; a link that does is passed over.
    """
    if typed:
        found = await merchants.find_by_code(connection, typed)
        if found is None:
            raise CodeUnknown
        return found
    return await merchants.find_by_code(connection, via) if via else None


async def get_purchase(connection: Connection, *, checkout_id: UUID, hold_id: UUID) -> Purchase:
    """How far a purchase has come, for the guest who holds the goods.

    Raises CheckoutNotFound for another guest's too.
    """
    checkout = await get_own_checkout(connection, checkout_id=checkout_id, hold_id=hold_id)
    newest = await queries.newest_payment(connection, checkout_id)
    hold = await stock.get_hold(connection, hold_id)
    state, ran_out = (hold.state, hold.ran_out) if hold else (LineState.RELEASED, True)
    status = rules.status_of(_state(newest), state, ran_out=ran_out)
    placed = await orders_of(connection, checkout, status)
    return purchase(checkout, status, hold, payment=newest, placed=placed)


def _state(payment: Payment | None) -> PaymentState | None:
    return payment.state if payment else None


async def get_own_checkout(connection: Connection, *, checkout_id: UUID, hold_id: UUID) -> Checkout:
    """Raises CheckoutNotFound."""
    return check_own(await queries.checkout(connection, checkout_id), hold_id)


def check_own(checkout: Checkout | None, hold_id: UUID) -> Checkout:
    """The checkout of the guest who holds these goods. Raises CheckoutNotFound for any other."""
    if checkout is None or checkout.hold_id != hold_id:
        raise CheckoutNotFound
    return checkout


async def orders_of(connection: Connection, checkout: Checkout, status: Status) -> list[Order]:
    """What the purchase became, once it is paid."""
    if status is not Status.PAID:
        return []
    return await orders.list_of_checkout(connection, checkout.id)


def purchase(
    checkout: Checkout,
    status: Status,
    hold: Hold | None,
    *,
    payment: Payment | None = None,
    placed: list[Order] | None = None,
) -> Purchase:
    """A checkout with how far it has come."""
    return Purchase(
        checkout,
        status,
        tuple(placed or ()),
        _deadline(hold, payment),
        rules.next_step(status, payment),
        payment.id if payment else None,
        payment.reason if payment and status is Status.DECLINED else None,
    )


def _deadline(hold: Hold | None, payment: Payment | None) -> datetime:
    """Goods whose money is being taken have none that a buyer could miss."""
    if hold is None:
        return clock.now()
    if payment is not None and payment.state is PaymentState.CAPTURING:
        return min(hold.expires_at, clock.now() + rules.CALL_TAKES)
    return hold.expires_at


async def forget_abandoned(connection: Connection) -> int:
    """Who did not buy leaves no address behind. One batch; how many went."""
    return await queries.forget_buyers_before(connection, clock.now() - FORGOTTEN_AFTER)


def _check_chosen(checkout: Checkout, chosen: Collection[UUID]) -> None:
    """What the buyer chose is agreed to, never another way in its place. Raises DeliveryGone."""
    if not checkout.options.issuperset(chosen):
        raise DeliveryGone


def _check_read(checkout: Checkout, read: Collection[UUID] | None) -> None:
    """Nobody agrees to what they could not read. Raises TermsChanged."""
    held = {terms for seller in checkout.sellers for terms in seller.terms}
    if read is not None and held != set(read):
        raise TermsChanged


def _check_address(address: Address) -> None:
    problems = rules.address_problems(address)
    if problems:
        raise ValidationFailed(
            extra={
                "fields": [
                    {"path": f"body/address/{name}", "problem": what} for name, what in problems
                ]
            }
        )
