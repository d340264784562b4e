"""Paying in three steps: the intent is committed, the provider is called outside any transaction,
the result is committed.

`kill -9` between any two of them leaves a payment that is open and a hold that was extended; the
same request again, or `settle_open_payments`, goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from showfloor.checkout import queries, rules
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.errors import (
    NothingToConfirm,
    PaymentInProgress,
    PaymentMethodInvalid,
    PriceMismatch,
)
from showfloor.checkout.queries import Attempt
from showfloor.checkout.service import coupons
from showfloor.checkout.service.contact import (
    check_own,
    get_own_checkout,
    orders_of,
    purchase,
)
from showfloor.checkout.service.settlement import (
    Recorded,
    carry_on,
    finish_voiding,
    record_first,
)
from showfloor.checkout.types import (
    Checkout,
    Method,
    Payment,
    PaymentState,
    Purchase,
)
from showfloor.checkout.views import agreed_lines_view, lines_view
from showfloor.kit import clock, ids
from showfloor.kit.db import Connection, Database
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.money import Money
from showfloor.kit.turns import Urgency
from showfloor.stock import service as stock
from showfloor.stock.errors import HoldExpired
from showfloor.stock.types import Hold

Providers = Mapping[str, PaymentProvider]


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What the buyer orders to be paid: `expected_total` is the sum on the button.

    `request` is a fingerprint of all of it.
    """

    checkout_id: UUID
    hold_id: UUID
    method: Method
    expected_total: Money
    key: str
    request: bytes


async def pay(database: Database, providers: Providers, request: PaymentRequest) -> Purchase:
    """Charge once. The same key gets the same attempt again, as it stands by then.

    Raises CheckoutNotFound, PaymentMethodInvalid, PriceMismatch, HoldExpired, PaymentInProgress,
    CouponFirstOrderOnly, CouponGone, IdempotencyConflict, ProviderUnavailable (then ask again with
    the same key).
    """
    provider = providers.get(request.method.type)
    if provider is None:
        raise PaymentMethodInvalid
    provider.check_method(request.method)
    async with database.transaction(urgency=Urgency.GO_ON) as connection:
        payment, replaced = await begin(connection, request, provider.name)
    recorded = None
    if payment.state is PaymentState.STARTED:
        reply = await provider.charge(payment.intent, request.method)
        recorded = await record_first(database, payment.id, reply, request.hold_id)
        recorded = await carry_on(database, providers, recorded)
        payment = recorded.payment
    if replaced is not None:
        await finish_voiding(database, providers, replaced)
    return await _result(database, request.checkout_id, payment, recorded)


async def begin(
    connection: Connection, request: PaymentRequest, provider: str
) -> tuple[Payment, Payment | None]:
    """Step one: the intent, and the hold extended.

    Also the payment it takes the place of, which is to be voided. Coupons in the sum are this
    payment's from here on.
    """
    found, asked = queries.ask_locked_checkout(connection, request.checkout_id)
    # With the locks, in their order: most who come here begin to pay. Whoever does not takes it
    # back with the transaction.
    extended = stock.ask_extended(connection, request.hold_id)
    checkout, key = check_own(await found.answer(), request.hold_id), ids.digest(request.key)
    attempts = await asked.answer()
    if (earlier := _under_key(attempts, key)) is not None:
        if earlier.request != request.request:
            raise IdempotencyConflict
        connection.undo()
        return earlier.payment, None
    if not rules.is_as_shown(checkout.total, request.expected_total):
        raise PriceMismatch(
            extra={
                "lines": agreed_lines_view(checkout.lines),
                "total": checkout.total.as_json(),
            }
        )
    blocking = queries.blocking(attempts)
    if blocking is not None and blocking.state is PaymentState.PAID:
        connection.undo()
        return blocking, None
    replaced = _replace(connection, blocking) if blocking else None
    _check_goods(checkout, await extended.answer())
    payment = _add_intent(connection, checkout, provider, key, request.request)
    if checkout.claims:
        await coupons.begin_use(connection, checkout, payment.id)
    return payment, replaced


def _under_key(attempts: list[Attempt], key: bytes) -> Attempt | None:
    return next((attempt for attempt in attempts if attempt.key == key), None)


def _check_goods(checkout: Checkout, hold: Hold) -> None:
    """What is held may have changed in another tab after the details were given. Raises
    PriceMismatch.
    """
    agreed = {line.item.variant_id: line.item.quantity for line in checkout.lines}
    if agreed != hold.pieces or checkout.goods != hold.total:
        raise PriceMismatch(extra={"lines": lines_view(hold.lines), "total": hold.total.as_json()})


def _replace(connection: Connection, blocking: Payment) -> Payment:
    """A buyer who does not answer the bank's question may take another card; the first one is
    voided.
    """
    if blocking.state is not PaymentState.NEEDS_CONFIRMATION:
        raise PaymentInProgress
    now = clock.now()
    voiding = replace(blocking, state=PaymentState.VOIDING)
    queries.set_state(connection, voiding, now=now, look_at=now)
    return voiding


def _add_intent(
    connection: Connection, checkout: Checkout, provider: str, key: bytes, request: bytes
) -> Payment:
    payment = Payment(ids.new(), checkout.id, provider, checkout.total, PaymentState.STARTED)
    now = clock.now()
    queries.add_payment(
        connection, payment, key=key, request=request, now=now, look_at=now + rules.CALL_TAKES
    )
    return payment


async def confirm(
    database: Database, providers: Providers, *, checkout_id: UUID, hold_id: UUID
) -> Purchase:
    """The buyer answered the bank's question; twice is fine.

    Raises CheckoutNotFound, NothingToConfirm, HoldExpired, ProviderUnavailable.
    """
    async with database.transaction() as connection:
        checkout = await get_own_checkout(connection, checkout_id=checkout_id, hold_id=hold_id)
        payment = await queries.newest_payment(connection, checkout.id)
    if payment is None:
        raise NothingToConfirm
    recorded = None
    if payment.state is PaymentState.NEEDS_CONFIRMATION:
        reply = await providers[payment.provider].confirm(payment.intent)
        recorded = await record_first(database, payment.id, reply, hold_id)
        recorded = await carry_on(database, providers, recorded)
        payment = recorded.payment
    return await _result(database, checkout_id, payment, recorded)


async def _result(
    database: Database, checkout_id: UUID, payment: Payment, recorded: Recorded | None
) -> Purchase:
    """From what was just recorded, or as it stands by now."""
    status = rules.status_of_attempt(payment.state)
    if recorded is not None and recorded.hold is not None and recorded.is_first:
        return purchase(
            recorded.checkout,
            status,
            recorded.hold,
            payment=payment,
            placed=recorded.orders,
        )
    async with database.transaction() as connection:
        checkout = await queries.checkout(connection, checkout_id)
        assert checkout is not None
        hold = await stock.get_hold(connection, checkout.hold_id)
        if payment.state in rules.GIVEN_BACK:
            # Its goods went to somebody else, or it is another one that may still be paid.
            if hold is None or not hold.is_open:
                raise HoldExpired
            status = rules.status_of(payment.state, hold.state, ran_out=hold.ran_out)
        placed = await orders_of(connection, checkout, status)
    return purchase(checkout, status, hold, payment=payment, placed=placed)
