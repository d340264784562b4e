"""Money goes back in the three steps of paying: the promise is committed, the provider is called
outside any transaction under the refund's own id, its answer is committed. Whatever stops in
between, `settle_open_refunds` asks again; asking twice gives back once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from showfloor.checkout import queries, rules
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.types import Refund, RefundStatus
from showfloor.identity.types import Person
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.orders import service as orders
from showfloor.orders.service import RefundRequest
from showfloor.orders.types import Order, RefundState
from showfloor.orders.types import Refund as OrderRefund

log = structlog.get_logger()
_BATCH = 20


async def refund_order(
    database: Database,
    providers: Mapping[str, PaymentProvider],
    *,
    person: Person,
    order_id: UUID,
    asked: RefundRequest,
) -> Order:
    """The order afterwards. When the provider does not answer, the refund is only promised, and the
    worker carries it out.

    Raises OrderNotFound, IdempotencyConflict, RefundInvalid, RefundTooLarge, NothingToCancel.
    """
    look_at = clock.now() + rules.CALL_TAKES
    async with database.session() as session:
        order, refund = await orders.promise_refund(
            session, person=person, order_id=order_id, asked=asked, look_at=look_at
        )
    if refund.state is RefundState.PROMISED:
        await _carry_out(database, providers, order, refund)
    async with database.session() as session:
        return await orders.get_own_order(session, person=person, order_id=order_id)


async def paid_through(session: Session, checkout_id: UUID) -> str | None:
    """The name of the provider that has the money of a purchase; None when nobody has."""
    return await queries.paid_through(session, checkout_id)


async def settle_open_refunds(
    database: Database, providers: Mapping[str, PaymentProvider]
) -> datetime | None:
    """Carry out what is due, one after the other; when the next one is."""
    async with database.session() as session:
        due = await orders.due_refunds(session, _BATCH)
    for order, refund in due:
        try:
            await _carry_out(database, providers, order, refund)
        except Exception:
            # One that cannot be carried out keeps no other from being so; it is looked at again.
            log.exception("refund could not be carried out", refund=str(refund.id))
            await _put_off(database, refund)
    async with database.session() as session:
        return await orders.next_look_at_refund(session)


async def _carry_out(
    database: Database,
    providers: Mapping[str, PaymentProvider],
    order: Order,
    refund: OrderRefund,
) -> None:
    status = await _ask(database, providers, order, refund)
    if status is RefundStatus.PENDING:
        await _put_off(database, refund)
        return
    if status is RefundStatus.REFUSED:
        log.error("provider refuses a refund", refund=str(refund.id))
    async with database.session() as session:
        await orders.end_refund(session, refund.id, given_back=status is RefundStatus.DONE)


async def _ask(
    database: Database,
    providers: Mapping[str, PaymentProvider],
    order: Order,
    refund: OrderRefund,
) -> RefundStatus:
    if not refund.amount.amount:
        return RefundStatus.DONE
    payment = await queries.find_paid(database, order.checkout_id)
    provider = providers.get(payment.provider) if payment else None
    if payment is None or provider is None:
        log.error("no provider for a refund", refund=str(refund.id))
        return RefundStatus.PENDING
    wanted = Refund(refund.id, payment.id, refund.amount, payment.reference)
    try:
        return await provider.refund(wanted)
    except ProviderUnavailable:
        log.warning("payment provider does not answer", refund=str(refund.id))
        return RefundStatus.PENDING


async def look_at_refund(
    database: Database,
    providers: Mapping[str, PaymentProvider],
    refund_id: UUID,
    *,
    provider: str,
) -> bool:
    """Whether a refund of this provider's has failed, by its word now, and nobody knew. What is
    said twice, late, or of a refund that is none of ours changes nothing. Raises
    ProviderUnavailable.
    """
    async with database.session() as session:
        found = await orders.find_refund(session, refund_id)
    if found is None:
        return False
    order, refund = found
    payment = await queries.find_paid(database, order.checkout_id)
    if payment is None or payment.provider != provider or not refund.is_money:
        return False
    wanted = Refund(refund.id, payment.id, refund.amount, payment.reference)
    status = await providers[provider].refund_status(wanted)
    if status is not RefundStatus.REFUSED:
        return False
    async with database.session() as session:
        await orders.fail_refund(session, refund.id)
    log.error("refund failed after it was made", refund=str(refund.id))
    return True


async def reconcile_refunds(
    database: Database, providers: Mapping[str, PaymentProvider], since: datetime
) -> list[UUID]:
    """Refunds that failed since then by the providers' own lists, whatever of their calls arrived;
    those that we had not known to have failed.
    """
    found: list[UUID] = []
    for provider in providers.values():
        try:
            async for refund_id in provider.failed_refunds(since, clock.now()):
                if await look_at_refund(database, providers, refund_id, provider=provider.name):
                    found.append(refund_id)
        except ProviderUnavailable:
            log.warning("payment provider does not answer", provider=provider.name)
    return found


async def _put_off(database: Database, refund: OrderRefund) -> None:
    """Twice as long each time (`rules.refund_pause`)."""
    now = clock.now()
    wait = rules.refund_pause(now - refund.made_at)
    async with database.session() as session:
        await orders.look_at_refund_later(session, refund.id, now + wait)
