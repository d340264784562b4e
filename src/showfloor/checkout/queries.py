"""All SQL of `checkout`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import func, update

from showfloor.checkout.models import CallbackRow, CheckoutRow
from showfloor.checkout.rules import BLOCKING, PAYMENTS
from showfloor.checkout.types import Agreed, Checkout, NextStep, Payment, PaymentState, StepKind
from showfloor.kit.db import (
    BATCH,
    Connection,
    Database,
    Parameters,
    Session,
    delete_batch,
    fetch,
    write,
)
from showfloor.kit.money import Money
from showfloor.kit.notify import wake
from showfloor.kit.pipeline import Statement
from showfloor.markets.types import SalesContext, SalesKind
from showfloor.orders.types import Address, Buyer, Item, Seller


@dataclass(frozen=True, slots=True)
class Details:
    """Who buys. `expires_at` is the hold's deadline, after which nobody keeps them."""

    buyer: Buyer
    declared_adult_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkout whose row is locked; `is_new` when this request made it."""

    id: UUID
    is_new: bool


OPEN: LiteralString = """
insert into checkout (id, hold_id, kind, market, scope, show_id, currency, total, lines, sellers,
  created_at, expires_at, declared_adult_at, email, address)
values (%(id)s, %(hold_id)s, %(kind)s, %(market)s, %(scope)s, %(show_id)s, %(currency)s, %(total)s,
  %(lines)s, %(sellers)s, %(now)s, %(expires_at)s, %(declared_adult_at)s, %(email)s, %(address)s)
on conflict (hold_id) do update set hold_id = checkout.hold_id
returning id, id = %(id)s
"""
REOPEN: LiteralString = """
update checkout set currency = %(currency)s, total = %(total)s, lines = %(lines)s,
  sellers = %(sellers)s, expires_at = %(expires_at)s, declared_adult_at = %(declared_adult_at)s,
  email = %(email)s, address = %(address)s
where hold_id = %(hold_id)s
"""


async def open_checkout(
    connection: Connection, new: Checkout, details: Details, now: datetime
) -> Opened:
    """The checkout on a hold, made with these details if there is none. One that was there stays as
    it is.
    """
    ((checkout_id, is_new),) = await fetch(connection, OPEN, {**_values(new, details), "now": now})
    return Opened(checkout_id, is_new)


def reopen_checkout(connection: Connection, new: Checkout, details: Details) -> None:
    """Other details, and the goods as they are held now. The caller has locked the checkout."""
    write(connection, REOPEN, _values(new, details))


def _values(new: Checkout, details: Details) -> Parameters:
    return {
        "id": new.id,
        "hold_id": new.hold_id,
        "kind": new.context.kind.value,
        "market": new.context.market,
        "scope": new.context.scope,
        "show_id": new.context.show_id,
        **_agreed_values(new),
        "declared_adult_at": details.declared_adult_at,
        "email": details.buyer.email,
        "address": Jsonb(asdict(details.buyer.address)),
        "expires_at": details.expires_at,
    }


def _agreed_values(checkout: Checkout) -> Parameters:
    return {
        "currency": checkout.total.currency,
        "total": checkout.total.amount,
        "lines": Jsonb([_stored_line(line) for line in checkout.lines]),
        "sellers": Jsonb(
            [
                {**asdict(seller), "merchant_id": seller.merchant_id.hex}
                for seller in checkout.sellers
            ]
        ),
    }


def set_agreed(connection: Connection, checkout: Checkout) -> None:
    """The goods of a checkout as they are held now. The caller has locked it."""
    write(
        connection,
        """
        update checkout set currency = %(currency)s, total = %(total)s, lines = %(lines)s,
          sellers = %(sellers)s
        where id = %(id)s
        """,
        {"id": checkout.id, **_agreed_values(checkout)},
    )


READ: LiteralString = """
select checkout.id, checkout.hold_id, checkout.kind, checkout.market, checkout.scope,
  checkout.show_id, checkout.currency, checkout.total, checkout.lines, checkout.sellers
from checkout where {which} = %(id)s {lock}
"""
_BY_ID: LiteralString = READ.replace("{which}", "id")
_BY_HOLD: LiteralString = READ.replace("{which}", "hold_id")
UNLOCKED: LiteralString = _BY_ID.replace("{lock}", "")
LOCKED: LiteralString = _BY_ID.replace("{lock}", "for update")
_HOLD_UNLOCKED: LiteralString = _BY_HOLD.replace("{lock}", "")
_HOLD_LOCKED: LiteralString = _BY_HOLD.replace("{lock}", "for update")


async def checkout(connection: Connection, checkout_id: UUID) -> Checkout | None:
    """A checkout as it was agreed."""
    rows = await fetch(connection, UNLOCKED, {"id": checkout_id})
    return _checkout(rows[0]) if rows else None


async def checkout_of_hold(
    connection: Connection, hold_id: UUID, *, lock: bool = False
) -> Checkout | None:
    """The checkout on a hold; `lock` keeps payments of it waiting."""
    rows = await fetch(connection, _HOLD_LOCKED if lock else _HOLD_UNLOCKED, {"id": hold_id})
    return _checkout(rows[0]) if rows else None


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
  payment.state, payment.next_step, owner.id, owner.hold_id, owner.kind, owner.market, owner.scope,
  owner.show_id, owner.currency, owner.total, owner.lines, owner.sellers, owner.email,
  owner.address, owner.declared_adult_at
from owner join payment on payment.checkout_id = owner.id
where payment.id = %(id)s
for update of payment
"""


async def lock_payment(connection: Connection, payment_id: UUID) -> LockedPayment:
    """An intent is committed before its provider is called, so there is one."""
    ((*row, email, address, declared_adult_at),) = await fetch(
        connection, LOCK_PAYMENT, {"id": payment_id}
    )
    buyer = Buyer(email, Address(**address)) if email is not None and address else None
    return LockedPayment(
        _payment(row[:7]), _checkout(row[7:]), buyer, declared_adult_at is not None
    )


def forget_buyer(connection: Connection, checkout_id: UUID) -> None:
    """The buyer's data goes: into the orders, or with the goods that were given back."""
    write(
        connection,
        "update checkout set email = null, address = null where id = %(id)s",
        {"id": checkout_id},
    )


async def forget_buyers_before(connection: Connection, moment: datetime) -> int:
    """A batch of details whose hold ran out before this moment; a payment under way still needs
    them.
    """
    rows = await fetch(
        connection,
        """
        with old as materialized (
          select id from checkout
          where expires_at < %(moment)s and email is not null and not exists (
            select from payment where checkout_id = checkout.id and look_at is not null)
          limit %(most)s for update skip locked
        )
        update checkout set email = null, address = null from old where checkout.id = old.id
        returning checkout.id
        """,
        {"moment": moment, "most": BATCH},
    )
    return len(rows)


async def erase_buyer(session: Session, email: str) -> int:
    """A person's details, wherever a purchase was left unfinished."""
    left = (
        update(CheckoutRow)
        .where(func.lower(CheckoutRow.email) == email)
        .values(email=None, address=None)
    )
    return len((await session.execute(left.returning(CheckoutRow.id))).all())


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment with what its Idempotency-Key was used for."""

    payment: Payment
    key: bytes
    request: bytes


ATTEMPTS: LiteralString = """
select payment.id, payment.checkout_id, payment.provider, payment.amount, payment.currency,
  payment.state, payment.next_step, key, request
from payment where checkout_id = %(checkout_id)s order by id for update
"""


async def lock_attempts(connection: Connection, checkout_id: UUID) -> list[Attempt]:
    """All payments of a checkout, oldest first."""
    return _attempts(await fetch(connection, ATTEMPTS, {"checkout_id": checkout_id}))


def _attempts(rows: list[tuple[Any, ...]]) -> list[Attempt]:
    return [Attempt(_payment(row[:7]), row[7], row[8]) for row in rows]


async def lock_checkout(
    connection: Connection, checkout_id: UUID
) -> tuple[Checkout | None, list[Attempt]]:
    """A checkout with all payments of it, oldest first; others who pay for it wait.

    Two statements in one round trip: the second looks when the first has its lock, and sees what
    was committed by whoever had it before.
    """
    rows, attempts = await connection.fetch(
        Statement(LOCKED, {"id": checkout_id}), Statement(ATTEMPTS, {"checkout_id": checkout_id})
    )
    return (_checkout(rows[0]) if rows else None), _attempts(attempts)


def blocking(attempts: Collection[Attempt]) -> Payment | None:
    """The one that is under way or paid."""
    return next((each.payment for each in attempts if each.payment.state in BLOCKING), None)


async def newest_payment(connection: Connection, checkout_id: UUID) -> Payment | None:
    """The last attempt to pay."""
    rows = await fetch(
        connection,
        """
        select payment.id, payment.checkout_id, payment.provider, payment.amount, payment.currency,
          payment.state, payment.next_step
        from payment where checkout_id = %(checkout_id)s order by id desc limit 1
        """,
        {"checkout_id": checkout_id},
    )
    return _payment(rows[0]) if rows else None


async def state_of_payment(database: Database, payment_id: UUID) -> PaymentState | None:
    """Where a payment stands, in one statement without a transaction around it."""
    rows = await database.run("select state from payment where id = %(id)s", {"id": payment_id})
    return PaymentState(rows[0][0]) if rows else None


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
  look_at = %(look_at)s
where id = %(id)s
"""
SET_SOLD: LiteralString = """
with forgotten as (
  update checkout set email = null, address = null
  where id = (select checkout_id from payment where id = %(id)s)
)
update payment set state = %(state)s, next_step = %(next_step)s, changed_at = %(now)s,
  look_at = %(look_at)s
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
          payment.state, payment.next_step
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
    payment_id, checkout_id, provider, amount, currency, state, step = row
    return Payment(
        payment_id,
        checkout_id,
        provider,
        Money(amount, currency),
        PaymentState(state),
        NextStep(StepKind(step["kind"]), step["url"]) if step else None,
    )


def _checkout(row: tuple[Any, ...] | list[Any]) -> Checkout:
    checkout_id, hold_id, kind, market, scope, show_id, currency, total, lines, sellers = row
    return Checkout(
        id=checkout_id,
        hold_id=hold_id,
        context=SalesContext(SalesKind(kind), market, scope, show_id),
        total=Money(total, currency),
        lines=tuple(_line(line, currency) for line in lines),
        sellers=tuple(
            Seller(UUID(hex=stored["merchant_id"]), stored["name"], stored["order_prefix"])
            for stored in sellers
        ),
    )


def _stored_line(line: Agreed) -> dict[str, object]:
    item = line.item
    return {
        "merchant_id": line.merchant_id.hex,
        "variant_id": item.variant_id.hex,
        "product_id": item.product_id.hex,
        "sku": item.sku,
        "name": item.name,
        "options_text": item.options_text,
        "quantity": item.quantity,
        "unit_amount": item.unit_price.amount,
        "picture_url": item.picture_url,
    }


def _line(stored: dict[str, Any], currency: str) -> Agreed:
    item = Item(
        variant_id=UUID(hex=stored["variant_id"]),
        product_id=UUID(hex=stored["product_id"]),
        sku=stored["sku"],
        name=stored["name"],
        options_text=stored["options_text"],
        quantity=stored["quantity"],
        unit_price=Money(stored["unit_amount"], currency),
        picture_url=stored["picture_url"],
    )
    return Agreed(UUID(hex=stored["merchant_id"]), item)
