"""Paying in three steps: the intent is committed, the provider is called outside any transaction,
the result is committed.

`kill -9` between any two of them leaves a payment that is open and a hold that was extended; the
same request again, or `settle_open_payments`, goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from showfloor.checkout import queries, rules
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.errors import (
    NothingToConfirm,
    PaymentInProgress,
    PaymentMethodInvalid,
    PriceMismatch,
)
from showfloor.checkout.service.contact import get_own_checkout, purchase_of
from showfloor.checkout.service.settlement import finish_voiding, record
from showfloor.checkout.types import Checkout, Intent, Method, Payment, PaymentState, Purchase
from showfloor.checkout.views import agreed_lines_view
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.money import Money
from showfloor.stock import service as stock
from showfloor.stock.errors import HoldExpired

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
    IdempotencyConflict, ProviderUnavailable (then ask again with the same key).
    """
    provider = providers.get(request.method.type)
    if provider is None:
        raise PaymentMethodInvalid
    provider.check_method(request.method)
    async with database.session() as session:
        payment, replaced = await begin(session, request, provider.name)
    if payment.state is PaymentState.STARTED:
        report = await provider.charge(Intent(payment.id, payment.amount), request.method)
        async with database.session() as session:
            payment = await record(session, payment.id, report)
    for late in (payment, replaced):
        if late is not None and late.state is PaymentState.VOIDING:
            await finish_voiding(database, providers, late)
    return await _result(database, request.checkout_id, payment)


async def begin(
    session: Session, request: PaymentRequest, provider: str
) -> tuple[Payment, Payment | None]:
    """Step one: the intent, and the hold extended.

    Also the payment it takes the place of, which is to be voided.
    """
    checkout = await get_own_checkout(
        session, checkout_id=request.checkout_id, hold_id=request.hold_id, lock=True
    )
    key = ids.digest(request.key)
    if (attempt := await queries.attempt(session, checkout.id, key)) is not None:
        if attempt.request != request.request:
            raise IdempotencyConflict
        return attempt.payment, None
    if not rules.is_as_shown(checkout.total, request.expected_total):
        raise PriceMismatch(
            extra={"lines": agreed_lines_view(checkout.lines), "total": checkout.total.as_json()}
        )
    blocking = await queries.blocking_payment(session, checkout.id)
    if blocking is not None and blocking.state is PaymentState.PAID:
        return blocking, None
    replaced = await _replace(session, blocking) if blocking else None
    await stock.extend_once(session, checkout.hold_id)
    return await _add_intent(session, checkout, provider, key, request.request), replaced


async def _replace(session: Session, blocking: Payment) -> Payment:
    """A buyer who does not answer the bank's question may take another card; the first one is
    voided.
    """
    if blocking.state is not PaymentState.NEEDS_CONFIRMATION:
        raise PaymentInProgress
    now = clock.now()
    await queries.set_state(session, blocking.id, PaymentState.VOIDING, now=now, look_at=now)
    return Payment(
        blocking.id, blocking.checkout_id, blocking.provider, blocking.amount, PaymentState.VOIDING
    )


async def _add_intent(
    session: Session, checkout: Checkout, provider: str, key: bytes, request: bytes
) -> Payment:
    payment = Payment(ids.new(), checkout.id, provider, checkout.total, PaymentState.STARTED)
    now = clock.now()
    await queries.add_payment(
        session, payment, key=key, request=request, now=now, look_at=now + rules.CALL_TAKES
    )
    return payment


async def confirm(
    database: Database, providers: Providers, *, checkout_id: UUID, hold_id: UUID
) -> Purchase:
    """The buyer answered the bank's question; twice is fine.

    Raises CheckoutNotFound, NothingToConfirm, HoldExpired, ProviderUnavailable.
    """
    async with database.session() as session:
        checkout = await get_own_checkout(session, checkout_id=checkout_id, hold_id=hold_id)
        payment = await queries.newest_payment(session, checkout.id)
    if payment is None:
        raise NothingToConfirm
    if payment.state is PaymentState.NEEDS_CONFIRMATION:
        report = await providers[payment.provider].confirm(payment.id)
        async with database.session() as session:
            payment = await record(session, payment.id, report)
        if payment.state is PaymentState.VOIDING:
            await finish_voiding(database, providers, payment)
    return await _result(database, checkout_id, payment)


async def _result(database: Database, checkout_id: UUID, payment: Payment) -> Purchase:
    if payment.state in (PaymentState.VOIDING, PaymentState.VOIDED):
        raise HoldExpired
    async with database.session() as session:
        checkout = await queries.checkout(session, checkout_id)
        assert checkout is not None
        hold = await stock.get_hold(session, checkout.hold_id)
        return await purchase_of(session, checkout, rules.status_of_attempt(payment.state), hold)
