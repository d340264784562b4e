"""Payouts: computed by one person, approved by another, sent, settled; and what is kept back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person, SecurityEvent
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.kit.outbox import publish_each
from showfloor.ledger import queries, rules
from showfloor.ledger.errors import (
    BatchNotFound,
    BatchWaits,
    HoldOver,
    NeedsAnotherPerson,
    NothingPayable,
    PayoutNotFound,
    PayoutStale,
    PayoutStepInvalid,
)
from showfloor.ledger.events import PayoutSent
from showfloor.ledger.service.reading import balances_of
from showfloor.ledger.types import (
    Account,
    Batch,
    BatchState,
    FileKind,
    Holder,
    Payout,
    PayoutHold,
    PayoutState,
)


def _check(person: Person) -> None:
    """Whoever runs the site pays out. Raises Forbidden."""
    if not person.is_operator:
        raise Forbidden


async def compute(session: Session, *, person: Person, currency: str) -> Batch:
    """Everything that is payable in a currency, for another person to approve. No money moves.
    Raises Forbidden, BatchWaits, NothingPayable.
    """
    _check(person)
    await queries.lock_currency(session, currency)
    if await queries.waiting_batch(session, currency) is not None:
        raise BatchWaits
    now, batch_id = clock.now(), ids.new()
    payouts = []
    for account in await queries.accounts_above_zero(session, currency):
        payable = await _payable(session, account, currency)
        if payable > 0:
            amount = Money(payable, currency)
            new = Payout(ids.new(), batch_id, account, amount, PayoutState.COMPUTED, now)
            payouts.append(new)
    if not payouts:
        raise NothingPayable
    batch = Batch(batch_id, currency, BatchState.COMPUTED, person.id, now, tuple(payouts))
    await queries.add_batch(session, batch)
    for each in payouts:
        await queries.add_payout_orders(session, each, now)
    return batch


async def _payable(session: Session, account: Account, currency: str) -> int:
    balances = await balances_of(session, account)
    return sum(each.payable.amount for each in balances if each.payable.currency == currency)


async def approve(session: Session, *, person: Person, batch_id: UUID) -> Batch:
    """Take the money off the payees' accounts. Raises Forbidden, BatchNotFound,
    NeedsAnotherPerson, PayoutStepInvalid, PayoutStale (somebody has less by now).
    """
    batch = await _locked(session, person, batch_id)
    if not rules.may_approve(batch, person.id):
        raise NeedsAnotherPerson
    if batch.state is not BatchState.COMPUTED:
        raise PayoutStepInvalid
    await queries.lock_currency(session, batch.currency)
    for payout in batch.payouts:
        if await _payable(session, payout.account, batch.currency) < payout.amount.amount:
            raise PayoutStale
    await _move(session, batch.payouts, PayoutState.APPROVED)
    await queries.set_batch(session, batch.id, BatchState.APPROVED, approved_by=person.id)
    return await _locked(session, person, batch_id)


async def discard(session: Session, *, person: Person, batch_id: UUID) -> None:
    """Give a batch up that nobody approved. Raises Forbidden, BatchNotFound, PayoutStepInvalid."""
    batch = await _locked(session, person, batch_id)
    await _move(session, batch.payouts, PayoutState.DISCARDED)
    await queries.set_batch(session, batch.id, BatchState.DISCARDED)


async def export(session: Session, *, person: Person, batch_id: UUID, file: FileKind) -> Batch:
    """Hand an approved batch to the bank; merchants' systems hear of it. Again is the same batch
    again, as far as the bank has not answered. Each time stands in the security log: who it was,
    and which `file`. Raises Forbidden, BatchNotFound, PayoutStepInvalid (also where nothing is left
    to send).
    """
    batch = await _locked(session, person, batch_id)
    sendable = batch.state in (BatchState.APPROVED, BatchState.EXPORTED)
    waits = (PayoutState.APPROVED, PayoutState.SENT)
    if not sendable or not any(each.state in waits for each in batch.payouts):
        raise PayoutStepInvalid
    await identity.record(
        session,
        SecurityEvent.PAYOUTS_EXPORTED,
        person_id=person.id,
        about=f"{batch.id} {file}",
    )
    if batch.state is BatchState.EXPORTED:
        return batch
    left = [each for each in batch.payouts if each.state is PayoutState.APPROVED]
    await _move(session, left, PayoutState.SENT)
    await queries.set_batch(session, batch.id, BatchState.EXPORTED)
    now = clock.now()
    await publish_each(
        session,
        [
            PayoutSent(
                payout_id=each.id,
                merchant_id=each.account.owner_id,
                currency=each.amount.currency,
                amount=each.amount.amount,
                at=now,
            )
            for each in left
            if each.account.holder is Holder.MERCHANT
        ],
    )
    return await _locked(session, person, batch_id)


async def end(
    session: Session,
    *,
    person: Person,
    payout_id: UUID,
    state: PayoutState,
    reason: str | None = None,
) -> Payout:
    """What the bank says of one payout: settled, failed, returned. Raises Forbidden,
    PayoutNotFound, PayoutStepInvalid.
    """
    _check(person)
    batch_id = await queries.batch_of(session, payout_id)
    if batch_id is None:
        raise PayoutNotFound
    batch = await _locked(session, person, batch_id)
    payout = next(each for each in batch.payouts if each.id == payout_id)
    await _move(session, [payout], state, reason)
    return replace(payout, state=state, reason=reason)


async def _move(
    session: Session,
    payouts: list[Payout] | tuple[Payout, ...],
    to: PayoutState,
    reason: str | None = None,
) -> None:
    now = clock.now()
    entries = [rules.step(payout, to, now) for payout in payouts]
    await queries.add_entries(session, [entry for entry in entries if entry is not None])
    await queries.set_payouts(session, [payout.id for payout in payouts], to, now, reason)


async def _locked(session: Session, person: Person, batch_id: UUID) -> Batch:
    """Raises Forbidden, BatchNotFound."""
    _check(person)
    found = await queries.batch(session, batch_id, lock=True)
    if found is None:
        raise BatchNotFound
    return found


async def list_batches(session: Session, *, person: Person) -> list[Batch]:
    """The newest, newest first. Raises Forbidden."""
    _check(person)
    return await queries.batches(session, 50)


async def hold(
    session: Session,
    *,
    person: Person,
    account: Account,
    currency: str,
    amount: int | None,
    reason: str,
    ends_at: datetime,
) -> PayoutHold:
    """Keep money back until then, for a reason that its owner reads. Raises Forbidden."""
    _check(person)
    new = PayoutHold(ids.new(), account, currency, amount, reason, ends_at)
    await queries.add_hold(session, new, person.id, clock.now())
    return new


async def list_holds(session: Session, *, person: Person) -> list[PayoutHold]:
    """Everything that is kept back now. Raises Forbidden."""
    _check(person)
    return await queries.all_holds(session, clock.now())


async def release(session: Session, *, person: Person, hold_id: UUID) -> None:
    """Raises Forbidden, HoldOver."""
    _check(person)
    if not await queries.release_hold(session, hold_id, clock.now()):
        raise HoldOver
