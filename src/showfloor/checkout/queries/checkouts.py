"""What is bought on a hold, and by whom."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString, NotRequired, TypedDict
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update

from showfloor.checkout.models import CheckoutRow, PaymentRow
from showfloor.checkout.types import Agreed, Checkout
from showfloor.kit.db import BATCH, Asked, Connection, Parameters, Session, ask, fetch, write
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal, SalesContext, SalesKind
from showfloor.orders.types import Address, Buyer, Item, Quote, Seller
from showfloor.privacy.types import Subject


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
  quotes, affiliate_id, created_at, expires_at, declared_adult_at, language, email, address,
  viewer_id)
values (%(id)s, %(hold_id)s, %(kind)s, %(market)s, %(scope)s, %(show_id)s, %(currency)s, %(total)s,
  %(lines)s, %(sellers)s, %(quotes)s, %(affiliate_id)s, %(now)s, %(expires_at)s,
  %(declared_adult_at)s, %(language)s, %(email)s, %(address)s, %(viewer_id)s)
on conflict (hold_id) do update set hold_id = checkout.hold_id
returning id, id = %(id)s
"""
REOPEN: LiteralString = """
update checkout set currency = %(currency)s, total = %(total)s, lines = %(lines)s,
  sellers = %(sellers)s, quotes = %(quotes)s, affiliate_id = %(affiliate_id)s,
  expires_at = %(expires_at)s,
  declared_adult_at = %(declared_adult_at)s, language = %(language)s, email = %(email)s,
  address = %(address)s, viewer_id = %(viewer_id)s
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


ADD: LiteralString = OPEN.partition("on conflict")[0]
IS_OPENED: LiteralString = "select exists (select from checkout where hold_id = %(id)s)"


def ask_is_opened(connection: Connection, hold_id: UUID) -> Asked[bool]:
    """Whether there is a checkout on the hold; somebody may open it right after the look."""
    return ask(connection, IS_OPENED, {"id": hold_id}, lambda rows: bool(rows[0][0]))


def add_checkout(connection: Connection, new: Checkout, details: Details, now: datetime) -> None:
    """Where there was none on the hold: sent with the commit, which raises Collided if there is one
    by then.
    """
    write(connection, ADD, {**_values(new, details), "now": now})


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
        "affiliate_id": new.affiliate_id,
        **_agreed_values(new),
        "declared_adult_at": details.declared_adult_at,
        "language": details.buyer.language,
        "email": details.buyer.email,
        "address": Jsonb(asdict(details.buyer.address)),
        "viewer_id": details.buyer.viewer_id,
        "expires_at": details.expires_at,
    }


def _agreed_values(checkout: Checkout) -> Parameters:
    return {
        "currency": checkout.total.currency,
        "total": checkout.total.amount,
        "lines": Jsonb([_stored_line(line) for line in checkout.lines]),
        "sellers": Jsonb(
            [
                {
                    **asdict(seller),
                    "merchant_id": seller.merchant_id.hex,
                    "terms": [each.hex for each in seller.terms],
                }
                for seller in checkout.sellers
            ]
        ),
        "quotes": Jsonb([quote.as_json() for quote in checkout.quotes]),
    }


def set_agreed(connection: Connection, checkout: Checkout) -> None:
    """The goods of a checkout as they are held now. The caller has locked it."""
    write(
        connection,
        """
        update checkout set currency = %(currency)s, total = %(total)s, lines = %(lines)s,
          sellers = %(sellers)s, quotes = %(quotes)s
        where id = %(id)s
        """,
        {"id": checkout.id, **_agreed_values(checkout)},
    )


READ: LiteralString = """
select checkout.id, checkout.hold_id, checkout.kind, checkout.market, checkout.scope,
  checkout.show_id, checkout.currency, checkout.total, checkout.lines, checkout.sellers,
  checkout.quotes, checkout.affiliate_id
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
    return read_checkout(rows[0]) if rows else None


async def checkout_of_hold(
    connection: Connection, hold_id: UUID, *, lock: bool = False
) -> Checkout | None:
    """The checkout on a hold; `lock` keeps payments of it waiting."""
    rows = await fetch(connection, _HOLD_LOCKED if lock else _HOLD_UNLOCKED, {"id": hold_id})
    return read_checkout(rows[0]) if rows else None


async def buyer_of(connection: Connection, checkout_id: UUID) -> tuple[str, UUID | None] | None:
    """The address and the account of whoever gave their details; None where they are gone."""
    rows = await fetch(
        connection,
        "select email, viewer_id from checkout where id = %(id)s and email is not null",
        {"id": checkout_id},
    )
    return rows[0] if rows else None


def forget_buyer(connection: Connection, checkout_id: UUID) -> None:
    """The buyer's data goes: into the orders, or with the goods that were given back."""
    write(
        connection,
        "update checkout set email = null, address = null, viewer_id = null where id = %(id)s",
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
        update checkout set email = null, address = null, viewer_id = null
        from old where checkout.id = old.id
        returning checkout.id
        """,
        {"moment": moment, "most": BATCH},
    )
    return len(rows)


async def erase_buyer(session: Session, subject: Subject) -> int:
    """A person's details, wherever a purchase was left unfinished; a payment under way still needs
    them.
    """
    theirs = select(CheckoutRow.id).where(_of_buyer(subject))
    # Locked first, as everybody does who pays: a payment may have begun in between.
    locked = list(await session.scalars(theirs.order_by(CheckoutRow.id).with_for_update()))
    left = update(CheckoutRow).where(CheckoutRow.id.in_(locked), not_(_is_paying()))
    gone = left.values(email=None, address=None, viewer_id=None).returning(CheckoutRow.id)
    return len((await session.execute(gone)).all())


async def unfinished_of_buyer(
    session: Session, subject: Subject
) -> list[tuple[Checkout, Buyer, datetime]]:
    """What somebody has not bought, with their details and until when it is held; newest first."""
    chosen = select(CheckoutRow).where(_of_buyer(subject))
    rows = await session.scalars(chosen.order_by(CheckoutRow.id.desc()))
    return [
        (_checkout(row), Buyer(row.email, Address(**row.address), row.language), row.expires_at)
        for row in rows
        if row.email is not None and row.address is not None
    ]


def _checkout(row: CheckoutRow) -> Checkout:
    where = [row.id, row.hold_id, row.kind, row.market, row.scope, row.show_id]
    agreed = [row.currency, row.total, row.lines, row.sellers, row.quotes, row.affiliate_id]
    return read_checkout([*where, *agreed])


async def count_paying(session: Session, subject: Subject) -> int:
    """A person's checkouts whose payment is under way."""
    chosen = select(func.count()).select_from(CheckoutRow)
    paying = chosen.where(_of_buyer(subject), _is_paying())
    return int((await session.execute(paying)).scalar_one())


def _is_paying() -> ColumnElement[bool]:
    of_checkout = PaymentRow.checkout_id == CheckoutRow.id
    return select(PaymentRow.id).where(of_checkout, PaymentRow.look_at.is_not(None)).exists()


def _of_buyer(subject: Subject) -> ColumnElement[bool]:
    """With the account, or without any under its address; begun up to a moment."""
    theirs = and_(CheckoutRow.viewer_id.is_(None), func.lower(CheckoutRow.email) == subject.email)
    if subject.viewer_id is not None:
        theirs = or_(CheckoutRow.viewer_id == subject.viewer_id, theirs)
    if subject.until is not None:
        theirs = and_(theirs, CheckoutRow.created_at <= subject.until)
    # Nearly all are forgotten already: this chooses the index of those that are not.
    return and_(CheckoutRow.email.is_not(None), theirs)


def read_checkout(row: tuple[Any, ...] | list[Any]) -> Checkout:
    """A row of `READ`, or the same columns of another statement."""
    checkout_id, hold_id, kind, market, scope, show_id, currency, total, *agreed = row
    lines, sellers, quotes, affiliate_id = agreed
    return Checkout(
        id=checkout_id,
        hold_id=hold_id,
        context=SalesContext(SalesKind(kind), market, scope, show_id),
        total=Money(total, currency),
        lines=tuple(_line(line, currency) for line in lines),
        sellers=tuple(
            Seller(
                UUID(hex=stored["merchant_id"]),
                stored["name"],
                stored["order_prefix"],
                stored.get("identity"),
                tuple(UUID(hex=each) for each in stored.get("terms", ())),
            )
            for stored in sellers
        ),
        quotes=tuple(Quote.of_json(stored) for stored in quotes),
        affiliate_id=affiliate_id,
    )


class _StoredLine(TypedDict):
    """An element of the column `lines`: ids are hexadecimal, the currency is the checkout's."""

    merchant_id: str
    variant_id: str
    product_id: str
    sku: str
    name: dict[str, str]
    options_text: dict[str, str]
    quantity: int
    unit_amount: int
    picture_url: str | None
    no_withdrawal: NotRequired[str | None]
    discount_amount: NotRequired[int]


def _stored_line(line: Agreed) -> _StoredLine:
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
        "no_withdrawal": item.no_withdrawal.value if item.no_withdrawal else None,
        "discount_amount": item.discount_amount,
    }


def _line(stored: _StoredLine, currency: str) -> Agreed:
    item = Item(
        variant_id=UUID(hex=stored["variant_id"]),
        product_id=UUID(hex=stored["product_id"]),
        sku=stored["sku"],
        name=stored["name"],
        options_text=stored["options_text"],
        quantity=stored["quantity"],
        unit_price=Money(stored["unit_amount"], currency),
        picture_url=stored["picture_url"],
        no_withdrawal=NoWithdrawal(kept) if (kept := stored.get("no_withdrawal")) else None,
        discount_amount=stored.get("discount_amount", 0),
    )
    return Agreed(UUID(hex=stored["merchant_id"]), item)
