"""What a provider's word does: goods become orders, or money goes back. Whoever hears it, the
buyer's request, a callback or the worker, comes here, and whoever comes second finds it done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import structlog

from showfloor.checkout import queries, rules
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.queries import LockedPayment
from showfloor.checkout.service.refunding import look_at_refund
from showfloor.checkout.types import (
    Checkout,
    DeclineReason,
    Payment,
    PaymentState,
    ProviderReply,
    ProviderStatus,
    RefundCallback,
)
from showfloor.identity.service import admit
from showfloor.identity.types import CollectionPoint
from showfloor.kit import clock
from showfloor.kit.db import Asked, Collided, Connection, Database, Session
from showfloor.kit.errors import NotFound
from showfloor.kit.retention import kept_for
from showfloor.kit.turns import Urgency
from showfloor.offers import service as offers
from showfloor.orders import service as orders
from showfloor.orders.types import Buyer, NewOrder, Order, Seller
from showfloor.stock import service as stock
from showfloor.stock.types import Hold, LineState

log = structlog.get_logger()
_BATCH = 50
_AT_ONCE = 5
CALLBACKS_KEPT_FOR = kept_for("payment_callback")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a provider's word has done.

    `hold` and `orders` are known when this word was the first to bring the payment to where it is
    (`is_first`).
    """

    payment: Payment
    checkout: Checkout
    is_first: bool
    hold: Hold | None = None
    orders: list[Order] = field(default_factory=list)


async def record_first(
    database: Database, payment_id: UUID, reply: ProviderReply, hold_id: UUID
) -> Recorded:
    """As `record`, for a payment on this hold that most likely nobody has settled before."""
    try:
        async with database.transaction(urgency=Urgency.FINISH) as connection:
            return await record(connection, payment_id, reply, new_on=hold_id)
    except Collided:
        async with database.transaction(urgency=Urgency.FINISH) as connection:
            return await record(connection, payment_id, reply)


async def record(
    connection: Connection,
    payment_id: UUID,
    reply: ProviderReply,
    *,
    new_on: UUID | None = None,
) -> Recorded:
    """Store the provider's word and what follows from it, in one transaction. Call `carry_on`
    afterwards.

    `new_on` is the payment's hold where, as far as the caller knows, nothing was sold yet: that
    spares round trips, and the commit raises Collided when it is not so.
    """
    asked = queries.ask_locked_payment(connection, payment_id)
    held = stock.ask_locked(connection, new_on) if new_on and reply.status in rules.MONEY else None
    locked = await asked.answer()
    payment, checkout = locked.payment, locked.checkout
    payment = replace(payment, reference=reply.reference or payment.reference)
    locked = replace(locked, payment=payment)
    state = rules.advance(payment.state, reply.status)
    if state is payment.state:
        _set_state(connection, payment)
        # What the bank asks may need a secret that is not stored.
        shown = replace(payment, next_step=reply.next_step or payment.next_step)
        return Recorded(shown, checkout, is_first=False)
    if state is PaymentState.PAID:
        return await _sell(connection, locked, held)
    if state is PaymentState.CAPTURING:
        return await _secure(connection, locked, held)
    payment = replace(payment, state=state, next_step=reply.next_step, reason=reply.reason)
    hold = None
    if state is PaymentState.DECLINED:
        await stock.withdraw_extension(connection, checkout.hold_id)
        await _give_coupons_back(connection, locked)
    if state in (PaymentState.DECLINED, PaymentState.PENDING, PaymentState.NEEDS_CONFIRMATION):
        hold = await stock.get_hold(connection, checkout.hold_id)
    _set_state(connection, payment)
    return Recorded(payment, checkout, is_first=True, hold=hold)


def _set_state(connection: Connection, payment: Payment, *, sold: bool = False) -> None:
    wait, now = rules.look_again_after(payment.state), clock.now()
    queries.set_state(connection, payment, now=now, look_at=now + wait if wait else None, sold=sold)


async def _secure(
    connection: Connection, locked: LockedPayment, held: Asked[Hold | None] | None
) -> Recorded:
    """The bank promised the money: nobody takes the goods back before it was taken.

    When somebody else has the goods by now, nothing is done but to give the promise back.
    """
    held = held or stock.ask_locked(connection, locked.checkout.hold_id)
    hold = await held.answer()
    if hold is None or hold.state is not LineState.HELD or locked.buyer is None:
        return await _give_back(connection, locked)
    stock.secure(connection, hold)
    payment = replace(locked.payment, state=PaymentState.CAPTURING, next_step=None)
    _set_state(connection, payment)
    return Recorded(payment, locked.checkout, is_first=True, hold=hold)


async def _give_coupons_back(connection: Connection, locked: LockedPayment) -> None:
    if locked.checkout.claims:
        await offers.give_coupons_back(connection, locked.payment.id)


async def _give_back(connection: Connection, locked: LockedPayment) -> Recorded:
    voiding = replace(locked.payment, state=PaymentState.VOIDING, next_step=None)
    _set_state(connection, voiding)
    await _give_coupons_back(connection, locked)
    return Recorded(voiding, locked.checkout, is_first=True)


async def _sell(
    connection: Connection, locked: LockedPayment, held: Asked[Hold | None] | None
) -> Recorded:
    """The held goods become orders, one for each merchant.

    When somebody else has the goods by now, nothing is done but to give the money back.
    """
    checkout = locked.checkout
    is_new = held is not None
    hold = await (held or stock.ask_locked(connection, checkout.hold_id)).answer()
    if hold is None or hold.state is not LineState.HELD or locked.buyer is None:
        return await _give_back(connection, locked)
    admission = admit(CollectionPoint.GUEST_CHECKOUT, adult=locked.declared_adult)
    buyer = locked.buyer
    new = [_order(checkout, seller, buyer) for seller in checkout.sellers]
    if is_new:
        placed = orders.place_new(connection, admission=admission, orders=new)
    else:
        placed = await orders.place(connection, admission=admission, orders=new)
    paid = replace(locked.payment, state=PaymentState.PAID, next_step=None)
    _set_state(connection, paid, sold=True)
    if hold.apart_id is not None:
        await offers.note_paid(connection, hold)
    if checkout.claims:
        await offers.note_used(connection, paid.id, len(checkout.claims))
    await stock.settle(connection, hold)
    return Recorded(paid, checkout, is_first=True, hold=hold, orders=placed)


def _order(checkout: Checkout, seller: Seller, buyer: Buyer) -> NewOrder:
    items = tuple(line.item for line in checkout.lines if line.merchant_id == seller.merchant_id)
    return NewOrder(
        checkout_id=checkout.id,
        context=checkout.context,
        seller=seller,
        items=items,
        currency=checkout.total.currency,
        buyer=buyer,
        quote=checkout.quote_of(seller.merchant_id),
        affiliate_id=checkout.affiliate_id,
    )


async def carry_on(
    database: Database, providers: Mapping[str, PaymentProvider], recorded: Recorded
) -> Recorded:
    """What the provider has to do after its word was stored: take the money that was promised, or
    give it back. When it does not answer the worker tries again.
    """
    if recorded.payment.state is PaymentState.CAPTURING:
        recorded = await _capture(database, providers, recorded)
    if recorded.payment.state is PaymentState.VOIDING:
        await finish_voiding(database, providers, recorded.payment)
    return recorded


async def _capture(
    database: Database, providers: Mapping[str, PaymentProvider], recorded: Recorded
) -> Recorded:
    payment = recorded.payment
    try:
        reply = await providers[payment.provider].capture(payment.intent)
    except ProviderUnavailable:
        return recorded
    async with database.transaction(urgency=Urgency.FINISH) as connection:
        return await record(connection, payment.id, reply)


async def finish_voiding(
    database: Database, providers: Mapping[str, PaymentProvider], payment: Payment
) -> None:
    """Give the money back. When the provider does not do it the worker tries again after a
    while.
    """
    try:
        await providers[payment.provider].void(payment.intent)
    except ProviderUnavailable:
        log.warning(
            "money is not given back yet", provider=payment.provider, payment=str(payment.id)
        )
        async with database.transaction() as connection:
            queries.look_later(connection, payment.id, clock.now() + rules.CALL_TAKES)
        return
    async with database.transaction() as connection:
        queries.set_voided(connection, payment.id, clock.now())


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
    to ask how the payment stands now, so that calls may come twice and in any order. One that only
    repeats what is known costs one statement. Raises NotFound, CallbackInvalid,
    ProviderUnavailable (then it calls again).
    """
    known = providers.get(provider)
    if known is None:
        raise NotFound
    callback = known.parse_callback(headers, body)
    if callback is None:
        return
    if isinstance(callback, RefundCallback):
        await look_at_refund(database, providers, callback.refund_id, provider=provider)
        return
    payment = await queries.find_payment(database, callback.payment_id)
    if payment is None or payment.provider != provider:
        return
    if rules.repeats(payment.state, callback.status):
        return
    reply = await known.lookup(payment.intent)
    async with database.transaction() as connection:
        if not await queries.note_callback(connection, provider, callback.event_id, clock.now()):
            return
        recorded = await record(connection, callback.payment_id, reply)
    await carry_on(database, providers, recorded)


async def settle_open_payments(database: Database, providers: Mapping[str, PaymentProvider]) -> int:
    """Ask the providers about what stayed open, whoever died in the middle of it; the number asked
    about.
    """
    async with database.transaction() as connection:
        due = await queries.due_payments(connection, clock.now(), list(providers), _BATCH)
    together = asyncio.Semaphore(_AT_ONCE)
    ends = await asyncio.gather(
        *(_settle(database, providers, payment, together) for payment in due),
        return_exceptions=True,
    )
    for failure in filter(None, ends):
        log.error("payment could not be put off", exc_info=failure)
    return len(due)


async def next_look(
    connection: Connection, providers: Mapping[str, PaymentProvider]
) -> datetime | None:
    """When the first of the payments that are open is to be asked about."""
    return await queries.next_look(connection, list(providers))


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
        async with database.transaction() as connection:
            queries.look_later(connection, payment.id, clock.now() + rules.CALL_TAKES)


async def _ask(
    database: Database, providers: Mapping[str, PaymentProvider], payment: Payment
) -> None:
    provider = providers[payment.provider]
    reply = (
        ProviderReply(ProviderStatus.UNKNOWN)
        if payment.state is PaymentState.VOIDING
        else await provider.lookup(payment.intent)
    )
    never_arrived = payment.state is PaymentState.STARTED and reply.status is ProviderStatus.UNKNOWN
    async with database.transaction() as connection:
        if never_arrived:
            recorded = await _decline_unless_it_moved(connection, payment.id)
        else:
            recorded = await record(connection, payment.id, reply)
        recorded = await _give_up(connection, recorded)
    if never_arrived and recorded.payment.state is PaymentState.DECLINED and recorded.is_first:
        # So that it never will, should the request that was to bring it still be alive. Declined
        # first: the buyer's own repetition may have arrived meanwhile, and what it paid stays paid.
        # Where this is lost, the comparison with the provider's list gives back what came late.
        await provider.void(payment.intent)
    await carry_on(database, providers, recorded)


async def _decline_unless_it_moved(connection: Connection, payment_id: UUID) -> Recorded:
    locked = await queries.lock_payment(connection, payment_id)
    if locked.payment.state is not PaymentState.STARTED:
        return Recorded(locked.payment, locked.checkout, is_first=False)
    declined = ProviderReply(ProviderStatus.DECLINED, reason=DeclineReason.TRY_AGAIN)
    return await record(connection, payment_id, declined)


async def _give_up(connection: Connection, recorded: Recorded) -> Recorded:
    """A payment that waits for goods which are gone is voided, whatever becomes of it at the
    bank.
    """
    payment = recorded.payment
    if payment.state not in rules.OPEN:
        return recorded
    hold = await stock.get_hold(connection, recorded.checkout.hold_id)
    if hold is not None and hold.state is LineState.HELD:
        return recorded
    voiding = replace(payment, state=PaymentState.VOIDING, next_step=None)
    now = clock.now()
    queries.set_state(connection, voiding, now=now, look_at=now)
    if recorded.checkout.claims:
        await offers.give_coupons_back(connection, payment.id)
    return replace(recorded, payment=voiding)
