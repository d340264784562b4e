"""Payments of checkouts, and what their providers said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import select

from showfloor.checkout.models import CallbackRow, PaymentRow
from showfloor.checkout.queries.checkouts import LOCKED, read_checkout
from showfloor.checkout.rules import BLOCKING, PAYMENTS
from showfloor.checkout.types import (
    Checkout,
    DeclineReason,
    NextStep,
    Payment,
    PaymentState,
    StepKind,
)
from showfloor.kit.db import (
    Asked,
    Connection,
    Database,
    Session,
    ask,
    delete_batch,
    fetch,
    write,
)
from showfloor.kit.money import Money
from showfloor.kit.notify import wake
from showfloor.orders.types import Address, Buyer


@dataclass(frozen=True, slots=True)
class LockedPayment:
    """A payment and its checkout, both locked. `buyer` is None when the details are gone."""

    payment: Payment
    checkout: Checkout
    buyer: Buyer | None
    declared_adult: bool


# The checkout first, as everybody does who locks both.
LOCK_PAYMENT: LiteralString = """
with owner as materialized (
  select * from checkout
  where id = (select checkout_id from payment where id = %(id)s) for update
)
select payment.id, payment.checkout_id, payment.provider, payment.amount, payment.currency,
  payment.state, payment.next_step, payment.reference, payment.reason, owner.id, owner.hold_id,
  owner.kind, owner.market, owner.scope, owner.show_id, owner.currency, owner.total, owner.lines,
  owner.sellers, owner.quotes, owner.affiliate_id, owner.language, owner.email, owner.address,
  owner.viewer_id,
  owner.declared_adult_at
from owner join payment on payment.checkout_id = owner.id
where payment.id = %(id)s
for update of payment
"""


async def lock_payment(connection: Connection, payment_id: UUID) -> LockedPayment:
    """An intent is committed before its provider is called, so there is one."""
    return await ask_locked_payment(connection, payment_id).answer()


def ask_locked_payment(connection: Connection, payment_id: UUID) -> Asked[LockedPayment]:
    """As `lock_payment`, with the next statement that is waited for."""
    return ask(connection, LOCK_PAYMENT, {"id": payment_id}, _locked_payment)


def _locked_payment(rows: list[tuple[Any, ...]]) -> LockedPayment:
    ((*row, language, email, address, viewer_id, declared_adult_at),) = rows
    known = email is not None and address
    buyer = Buyer(email, Address(**address), language, viewer_id) if known else None
    return LockedPayment(
        _payment(row[:9]), read_checkout(row[9:]), buyer, declared_adult_at is not None
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment with what its Idempotency-Key was used for."""

    payment: Payment
    key: bytes
    request: bytes


ATTEMPTS: LiteralString = """
select payment.id, payment.checkout_id, payment.provider, payment.amount, payment.currency,
  payment.state, payment.next_step, payment.reference, payment.reason, key, request
from payment where checkout_id = %(checkout_id)s order by id for update
"""


async def lock_attempts(connection: Connection, checkout_id: UUID) -> list[Attempt]:
    """All payments of a checkout, oldest first."""
    return _attempts(await fetch(connection, ATTEMPTS, {"checkout_id": checkout_id}))


def _attempts(rows: list[tuple[Any, ...]]) -> list[Attempt]:
    return [Attempt(_payment(row[:9]), row[9], row[10]) for row in rows]


def ask_locked_checkout(
    connection: Connection, checkout_id: UUID
) -> tuple[Asked[Checkout | None], Asked[list[Attempt]]]:
    """A checkout with all payments of it, oldest first; others who pay for it wait.

    Two statements in one round trip: the second looks when the first has its lock, and sees what
    was committed by whoever had it before.
    """
    return (
        ask(
            connection,
            LOCKED,
            {"id": checkout_id},
            lambda rows: read_checkout(rows[0]) if rows else None,
        ),
        ask(connection, ATTEMPTS, {"checkout_id": checkout_id}, _attempts),
    )


def blocking(attempts: Collection[Attempt]) -> Payment | None:
    """The one that is under way or paid."""
    return next((each.payment for each in attempts if each.payment.state in BLOCKING), None)


async def newest_payment(connection: Connection, checkout_id: UUID) -> Payment | None:
    """The last attempt to pay."""
    rows = await fetch(
        connection,
        """
        select payment.id, payment.checkout_id, payment.provider, payment.amount, payment.currency,
          payment.state, payment.next_step, payment.reference, payment.reason
        from payment where checkout_id = %(checkout_id)s order by id desc limit 1
        """,
        {"checkout_id": checkout_id},
    )
    return _payment(rows[0]) if rows else None


FIND: LiteralString = """
select id, checkout_id, provider, amount, currency, state, next_step, reference, reason
from payment where id = %(id)s
"""


async def find_payment(database: Database, payment_id: UUID) -> Payment | None:
    """A payment as it stands, in one statement without a transaction around it."""
    rows = await database.run(FIND, {"id": payment_id})
    return _payment(rows[0]) if rows else None


FIND_PAID: LiteralString = """
select id, checkout_id, provider, amount, currency, state, next_step, reference, reason
from payment where checkout_id = %(checkout_id)s and state = 'paid'
"""


async def find_paid(database: Database, checkout_id: UUID) -> Payment | None:
    """The payment whose money there is to give back."""
    rows = await database.run(FIND_PAID, {"checkout_id": checkout_id})
    return _payment(rows[0]) if rows else None


async def paid_through(session: Session, checkout_id: UUID) -> str | None:
    """The name of the provider that took the money."""
    chosen = select(PaymentRow.provider).where(
        PaymentRow.checkout_id == checkout_id, PaymentRow.state == PaymentState.PAID.value
    )
    return (await session.execute(chosen)).scalar_one_or_none()


def add_payment(
    connection: Connection,
    new: Payment,
    *,
    key: bytes,
    request: bytes,
    now: datetime,
    look_at: datetime,
) -> None:
    """An intent. The unique index refuses a second one that is under way."""
    write(
        connection,
        """
        insert into payment (id, checkout_id, provider, amount, currency, state, key, request,
          created_at, changed_at, look_at)
        values (%(id)s, %(checkout_id)s, %(provider)s, %(amount)s, %(currency)s, %(state)s, %(key)s,
          %(request)s, %(now)s, %(now)s, %(look_at)s)
        """,
        {
            "id": new.id,
            "checkout_id": new.checkout_id,
            "provider": new.provider,
            "amount": new.amount.amount,
            "currency": new.amount.currency,
            "state": new.state.value,
            "key": key,
            "request": request,
            "now": now,
            "look_at": look_at,
        },
    )


SET_STATE: LiteralString = """
update payment set state = %(state)s, next_step = %(next_step)s, changed_at = %(now)s,
  look_at = %(look_at)s, reference = %(reference)s, reason = %(reason)s
where id = %(id)s
"""
SET_SOLD: LiteralString = """
with forgotten as (
  update checkout set email = null, address = null, viewer_id = null
  where id = (select checkout_id from payment where id = %(id)s)
)
update payment set state = %(state)s, next_step = %(next_step)s, changed_at = %(now)s,
  look_at = %(look_at)s, reference = %(reference)s, reason = %(reason)s
where id = %(id)s
"""


def set_state(
    connection: Connection,
    payment: Payment,
    *,
    now: datetime,
    look_at: datetime | None,
    sold: bool = False,
) -> None:
    """Where a payment stands, and when to ask about it again. When it `sold` something the buyer's
    data is in the orders from here on.
    """
    if look_at is not None:
        wake(connection, PAYMENTS)
    step = payment.next_step
    write(
        connection,
        SET_SOLD if sold else SET_STATE,
        {
            "id": payment.id,
            "state": payment.state.value,
            "next_step": Jsonb({"kind": step.kind.value, "url": step.url}) if step else None,
            "now": now,
            "look_at": look_at,
            "reference": payment.reference,
            "reason": payment.reason.value if payment.reason else None,
        },
    )


def set_voided(connection: Connection, payment_id: UUID, now: datetime) -> None:
    """The money went back."""
    write(
        connection,
        """
        update payment set state = 'voided', changed_at = %(now)s, look_at = null
        where id = %(id)s and state = 'voiding'
        """,
        {"id": payment_id, "now": now},
    )


def look_later(connection: Connection, payment_id: UUID, look_at: datetime) -> None:
    """Ask about a payment again later, unless it is finished by now."""
    write(
        connection,
        "update payment set look_at = %(look_at)s where id = %(id)s and look_at is not null",
        {"id": payment_id, "look_at": look_at},
    )


async def due_payments(
    connection: Connection, now: datetime, providers: Collection[str], most: int
) -> list[Payment]:
    """Payments whose provider has to be asked, longest waiting first."""
    rows = await fetch(
        connection,
        """
        select payment.id, payment.checkout_id, payment.provider, payment.amount, payment.currency,
          payment.state, payment.next_step, payment.reference, payment.reason
        from payment
        where look_at <= %(now)s and provider = any(%(providers)s::text[])
        order by look_at limit %(most)s
        """,
        {"now": now, "providers": list(providers), "most": most},
    )
    return [_payment(row) for row in rows]


async def next_look(connection: Connection, providers: Collection[str]) -> datetime | None:
    """When the first of the payments that are open is to be asked about."""
    ((first,),) = await fetch(
        connection,
        "select min(look_at) from payment where provider = any(%(providers)s::text[])",
        {"providers": list(providers)},
    )
    return first if isinstance(first, datetime) else None


async def note_callback(
    connection: Connection, provider: str, event_id: str, now: datetime
) -> bool:
    """False when this event had its effect before."""
    rows = await fetch(
        connection,
        """
        insert into payment_callback (provider, event_id, at)
        values (%(provider)s, %(event_id)s, %(now)s)
        on conflict do nothing returning event_id
        """,
        {"provider": provider, "event_id": event_id, "now": now},
    )
    return bool(rows)


async def remove_callbacks_before(session: Session, moment: datetime) -> int:
    """A batch of events that no provider sends again."""
    return await delete_batch(session, CallbackRow, CallbackRow.at < moment)


def _payment(row: tuple[Any, ...] | list[Any]) -> Payment:
    payment_id, checkout_id, provider, amount, currency, state, step, reference, reason = row
    return Payment(
        payment_id,
        checkout_id,
        provider,
        Money(amount, currency),
        PaymentState(state),
        NextStep(StepKind(step["kind"]), step["url"]) if step else None,
        reference,
        DeclineReason(reason) if reason else None,
    )
