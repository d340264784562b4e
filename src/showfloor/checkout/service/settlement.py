"""What a provider's word does: goods become orders, or money goes back. Whoever hears it, the
buyer's request, a callback or the worker, comes here, and whoever comes second finds it done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from showfloor.checkout import queries, rules
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.types import Checkout, Payment, PaymentState, ProviderStatus
from showfloor.identity.service import admit
from showfloor.identity.types import CollectionPoint
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import NotFound
from showfloor.orders import service as orders
from showfloor.orders.types import Buyer, NewOrder, Seller
from showfloor.stock import service as stock
from showfloor.stock.types import LineState

log = structlog.get_logger()
_BATCH = 50
_AT_ONCE = 5
CALLBACKS_KEPT_FOR = timedelta(days=30)


async def record(session: Session, payment_id: UUID, report: ProviderStatus) -> Payment:
    """Store the provider's word and what follows from it, in one transaction. VOIDING means: call
    `finish_voiding` afterwards.
    """
    payment = await _lock(session, payment_id)
    state = rules.advance(payment.state, report)
    if (
        state is PaymentState.PAID
        and payment.state is not PaymentState.PAID
        and not await _sell(session, payment.checkout_id)
    ):
        state = PaymentState.VOIDING
    wait, now = rules.look_again_after(state), clock.now()
    await queries.set_state(
        session, payment_id, state, now=now, look_at=now + wait if wait else None
    )
    return replace(payment, state=state)


async def _lock(session: Session, payment_id: UUID) -> Payment:
    """The checkout first, as everybody does who locks both."""
    payment = await queries.payment(session, payment_id)
    assert payment is not None, "an intent is committed before its provider is called"
    await queries.checkout(session, payment.checkout_id, lock=True)
    locked = await queries.payment(session, payment_id, lock=True)
    assert locked is not None
    return locked


async def _sell(session: Session, checkout_id: UUID) -> bool:
    """The held goods become orders, one for each merchant.

    False, with nothing done, when somebody else has the goods by now.
    """
    checkout = await queries.checkout(session, checkout_id)
    assert checkout is not None
    hold = await stock.lock_hold(session, checkout.hold_id)
    taken = (
        await queries.take_buyer(session, checkout_id)
        if hold and hold.state is LineState.HELD
        else None
    )
    if taken is None:
        return False
    buyer, declared_adult = taken
    admission = admit(CollectionPoint.GUEST_CHECKOUT, adult=declared_adult)
    for seller in checkout.sellers:
        await orders.place(session, admission=admission, order=_order(checkout, seller, buyer))
    await stock.settle(session, checkout.hold_id)
    return True


def _order(checkout: Checkout, seller: Seller, buyer: Buyer) -> NewOrder:
    items = tuple(line.item for line in checkout.lines if line.merchant_id == seller.merchant_id)
    return NewOrder(checkout.id, checkout.show_id, seller, items, checkout.total.currency, buyer)


async def finish_voiding(
    database: Database, providers: Mapping[str, PaymentProvider], payment: Payment
) -> None:
    """Give the money back. When the provider does not answer the worker tries again."""
    try:
        await providers[payment.provider].void(payment.id)
    except ProviderUnavailable:
        return
    async with database.session() as session:
        await queries.set_voided(session, payment.id, clock.now())


async def forget_old_callbacks(session: Session) -> int:
    """One batch; how many went. A callback that comes after that has no effect either: the payment
    has its last state.
    """
    return await queries.remove_callbacks_before(session, clock.now() - CALLBACKS_KEPT_FOR)


async def take_callback(
    database: Database,
    providers: Mapping[str, PaymentProvider],
    *,
    provider: str,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    """A provider calls. Its word is verified and has its effect once; what it says is only a hint
    to ask how the payment stands now, so that calls may come twice and in any order. Raises
    NotFound, CallbackInvalid, ProviderUnavailable (then it calls again)."""
    known = providers.get(provider)
    if known is None:
        raise NotFound
    callback = known.parse_callback(headers, body)
    async with database.session() as session:
        if await queries.payment(session, callback.payment_id) is None:
            return
    report = await known.lookup(callback.payment_id)
    async with database.session() as session:
        if not await queries.note_callback(session, provider, callback.event_id, clock.now()):
            return
        payment = await record(session, callback.payment_id, report)
    if payment.state is PaymentState.VOIDING:
        await finish_voiding(database, providers, payment)


async def settle_open_payments(database: Database, providers: Mapping[str, PaymentProvider]) -> int:
    """Ask the providers about what stayed open, whoever died in the middle of it; the number asked
    about.
    """
    async with database.session() as session:
        due = await queries.due_payments(session, clock.now(), list(providers), _BATCH)
    together = asyncio.Semaphore(_AT_ONCE)
    ends = await asyncio.gather(
        *(_settle(database, providers, payment, together) for payment in due),
        return_exceptions=True,
    )
    for failure in filter(None, ends):
        log.error("payment could not be put off", exc_info=failure)
    return len(due)


async def next_look(session: Session, providers: Mapping[str, PaymentProvider]) -> datetime | None:
    """When the first of the payments that are open is to be asked about."""
    return await queries.next_look(session, list(providers))


async def _settle(
    database: Database,
    providers: Mapping[str, PaymentProvider],
    payment: Payment,
    together: asyncio.Semaphore,
) -> None:
    async with together:
        try:
            await _ask(database, providers, payment)
        except ProviderUnavailable:
            log.warning(
                "payment provider does not answer",
                provider=payment.provider,
                payment=str(payment.id),
            )
        except Exception:
            # One payment that cannot be settled keeps nobody else from being served; it is looked
            # at again.
            log.exception(
                "payment could not be settled", provider=payment.provider, payment=str(payment.id)
            )
        else:
            return
        async with database.session() as session:
            await queries.look_later(session, payment.id, clock.now() + rules.CALL_TAKES)


async def _ask(
    database: Database, providers: Mapping[str, PaymentProvider], payment: Payment
) -> None:
    provider = providers[payment.provider]
    report = (
        ProviderStatus.UNKNOWN
        if payment.state is PaymentState.VOIDING
        else await provider.lookup(payment.id)
    )
    if payment.state is PaymentState.STARTED and report is ProviderStatus.UNKNOWN:
        # It never arrived. The void makes sure that it never will, should the request that was to
        # bring it still be alive.
        await provider.void(payment.id)
        report = ProviderStatus.DECLINED
    async with database.session() as session:
        payment = await record(session, payment.id, report)
        payment = await _give_up(session, payment)
    if payment.state is PaymentState.VOIDING:
        await finish_voiding(database, providers, payment)


async def _give_up(session: Session, payment: Payment) -> Payment:
    """A payment that waits for goods which are gone is voided, whatever becomes of it at the
    bank.
    """
    if payment.state not in rules.OPEN:
        return payment
    checkout = await queries.checkout(session, payment.checkout_id)
    hold = await stock.get_hold(session, checkout.hold_id) if checkout else None
    if hold is not None and hold.state is LineState.HELD:
        return payment
    await queries.set_state(
        session, payment.id, PaymentState.VOIDING, now=clock.now(), look_at=clock.now()
    )
    return replace(payment, state=PaymentState.VOIDING)
