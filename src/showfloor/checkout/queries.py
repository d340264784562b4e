"""All SQL of `checkout`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.checkout.models import CallbackRow, CheckoutRow, PaymentRow
from showfloor.checkout.rules import BLOCKING, PAYMENTS
from showfloor.checkout.types import Agreed, Checkout, Payment, PaymentState
from showfloor.kit.db import Session, delete_batch
from showfloor.kit.money import Money
from showfloor.kit.notify import wake
from showfloor.orders.types import Address, Buyer, Item, Seller


async def open_checkout(session: Session, new: Checkout, now: datetime) -> UUID:
    """The checkout on a hold, made if there is none; its row is locked.

    What was agreed at first stays.
    """
    row = {
        "id": new.id,
        "hold_id": new.hold_id,
        "show_id": new.show_id,
        "currency": new.total.currency,
        "total": new.total.amount,
        "lines": [_stored_line(line) for line in new.lines],
        "sellers": [
            {**asdict(seller), "merchant_id": seller.merchant_id.hex} for seller in new.sellers
        ],
        "created_at": now,
    }
    await session.execute(insert(CheckoutRow).values(row).on_conflict_do_nothing())
    locked = select(CheckoutRow.id).where(CheckoutRow.hold_id == new.hold_id).with_for_update()
    return (await session.execute(locked)).scalar_one()


async def set_buyer(
    session: Session, checkout_id: UUID, buyer: Buyer, declared_adult_at: datetime
) -> None:
    """Who buys and where it goes."""
    values = {
        "email": buyer.email,
        "address": asdict(buyer.address),
        "declared_adult_at": declared_adult_at,
    }
    await session.execute(update(CheckoutRow).where(CheckoutRow.id == checkout_id).values(values))


async def checkout(session: Session, checkout_id: UUID, *, lock: bool = False) -> Checkout | None:
    """A checkout as it was agreed; `lock` keeps other payments of it waiting."""
    chosen = select(CheckoutRow).where(CheckoutRow.id == checkout_id)
    row = (await session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()
    return _checkout(row) if row else None


async def checkout_of_hold(
    session: Session, hold_id: UUID, *, lock: bool = False
) -> Checkout | None:
    """The checkout on a hold; `lock` keeps payments of it waiting."""
    chosen = select(CheckoutRow).where(CheckoutRow.hold_id == hold_id)
    row = (await session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()
    return _checkout(row) if row else None


async def take_buyer(session: Session, checkout_id: UUID) -> tuple[Buyer, bool] | None:
    """The buyer's data, which leaves the checkout for the orders, and whether the buyer declared to
    be an adult.
    """
    columns = select(CheckoutRow.email, CheckoutRow.address, CheckoutRow.declared_adult_at)
    row = (await session.execute(columns.where(CheckoutRow.id == checkout_id))).one()
    await session.execute(
        update(CheckoutRow).where(CheckoutRow.id == checkout_id).values(email=None, address=None)
    )
    if row.email is None or row.address is None:
        return None
    return Buyer(row.email, Address(**row.address)), row.declared_adult_at is not None


async def forget_buyers_before(session: Session, moment: datetime) -> int:
    """Details that were typed in and never became an order; a payment under way still needs
    them.
    """
    under_way = exists().where(
        PaymentRow.checkout_id == CheckoutRow.id, PaymentRow.look_at.is_not(None)
    )
    old = update(CheckoutRow).where(
        CheckoutRow.created_at < moment, CheckoutRow.email.is_not(None), ~under_way
    )
    forgotten = old.values(email=None, address=None).execution_options(synchronize_session=False)
    return len((await session.execute(forgotten.returning(CheckoutRow.id))).all())


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
    request: bytes


async def attempt(session: Session, checkout_id: UUID, key: bytes) -> Attempt | None:
    """The payment that was started under a key."""
    chosen = select(PaymentRow).where(PaymentRow.checkout_id == checkout_id, PaymentRow.key == key)
    row = (await session.execute(chosen)).scalar_one_or_none()
    return Attempt(_payment(row), row.request) if row else None


async def blocking_payment(session: Session, checkout_id: UUID) -> Payment | None:
    """The payment of a checkout that is under way or paid; locked."""
    chosen = select(PaymentRow).where(
        PaymentRow.checkout_id == checkout_id, PaymentRow.state.in_(BLOCKING)
    )
    row = (await session.execute(chosen.with_for_update())).scalar_one_or_none()
    return _payment(row) if row else None


async def newest_payment(session: Session, checkout_id: UUID) -> Payment | None:
    """The last attempt to pay."""
    chosen = (
        select(PaymentRow)
        .where(PaymentRow.checkout_id == checkout_id)
        .order_by(PaymentRow.id.desc())
        .limit(1)
    )
    row = (await session.execute(chosen)).scalar_one_or_none()
    return _payment(row) if row else None


async def payment(session: Session, payment_id: UUID, *, lock: bool = False) -> Payment | None:
    """One payment; `lock` keeps every other word about it waiting."""
    chosen = (
        select(PaymentRow)
        .where(PaymentRow.id == payment_id)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()
    return _payment(row) if row else None


async def add_payment(
    session: Session, new: Payment, *, key: bytes, request: bytes, now: datetime, look_at: datetime
) -> None:
    """An intent. The unique index refuses a second one that is under way."""
    session.add(
        PaymentRow(
            id=new.id,
            checkout_id=new.checkout_id,
            provider=new.provider,
            amount=new.amount.amount,
            currency=new.amount.currency,
            state=new.state,
            key=key,
            request=request,
            created_at=now,
            changed_at=now,
            look_at=look_at,
        )
    )
    await session.flush()


async def set_state(
    session: Session,
    payment_id: UUID,
    state: PaymentState,
    *,
    now: datetime,
    look_at: datetime | None,
) -> None:
    """Where a payment stands, and when to ask about it again."""
    if look_at is not None:
        wake(session, PAYMENTS)
    values = {"state": state, "changed_at": now, "look_at": look_at}
    await session.execute(update(PaymentRow).where(PaymentRow.id == payment_id).values(values))


async def set_voided(session: Session, payment_id: UUID, now: datetime) -> None:
    """The money went back."""
    given_back = update(PaymentRow).where(
        PaymentRow.id == payment_id, PaymentRow.state == PaymentState.VOIDING
    )
    await session.execute(
        given_back.values(state=PaymentState.VOIDED, changed_at=now, look_at=None)
    )


async def look_later(session: Session, payment_id: UUID, look_at: datetime) -> None:
    """Ask about a payment again later, unless it is finished by now."""
    waiting = update(PaymentRow).where(PaymentRow.id == payment_id, PaymentRow.look_at.is_not(None))
    await session.execute(waiting.values(look_at=look_at))


async def due_payments(
    session: Session, now: datetime, providers: Collection[str], most: int
) -> list[Payment]:
    """Payments whose provider has to be asked, longest waiting first."""
    due = select(PaymentRow).where(PaymentRow.look_at <= now, PaymentRow.provider.in_(providers))
    rows = (await session.execute(due.order_by(PaymentRow.look_at).limit(most))).scalars()
    return [_payment(row) for row in rows]


async def next_look(session: Session, providers: Collection[str]) -> datetime | None:
    """When the first of the payments that are open is to be asked about."""
    first = select(func.min(PaymentRow.look_at)).where(PaymentRow.provider.in_(providers))
    return (await session.execute(first)).scalar_one()


async def note_callback(session: Session, provider: str, event_id: str, now: datetime) -> bool:
    """False when this event had its effect before."""
    noted = (
        insert(CallbackRow)
        .values(provider=provider, event_id=event_id, at=now)
        .on_conflict_do_nothing()
    )
    return (await session.execute(noted.returning(CallbackRow.event_id))).first() is not None


async def remove_callbacks_before(session: Session, moment: datetime) -> int:
    """A batch of events that no provider sends again."""
    return await delete_batch(session, CallbackRow, CallbackRow.at < moment)


def _payment(row: PaymentRow) -> Payment:
    return Payment(
        row.id,
        row.checkout_id,
        row.provider,
        Money(row.amount, row.currency),
        PaymentState(row.state),
    )


def _checkout(row: CheckoutRow) -> Checkout:
    return Checkout(
        id=row.id,
        hold_id=row.hold_id,
        show_id=row.show_id,
        total=Money(row.total, row.currency),
        lines=tuple(_line(line, row.currency) for line in row.lines),
        sellers=tuple(
            Seller(UUID(hex=stored["merchant_id"]), stored["name"], stored["order_prefix"])
            for stored in row.sellers
        ),
    )


def _stored_line(line: Agreed) -> dict[str, Any]:
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
