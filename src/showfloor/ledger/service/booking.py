"""What happens to orders, written into the books. Each may be told any number of times and in any
order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog

from showfloor.checkout import service as checkout
from showfloor.identity import service as identity
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import GrantKind, Person, Team
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.kit.money import Money
from showfloor.ledger import queries, rules
from showfloor.ledger.errors import ChargebackInvalid, NothingWithdrawn
from showfloor.ledger.service.agreeing import rates_of
from showfloor.ledger.types import BookedLine, BookedOrder, Entry, EntryKind, Fees, Way
from showfloor.orders import service as orders
from showfloor.orders.errors import OrderNotFound
from showfloor.orders.types import Fulfilment, Order, Refund, RefundState
from showfloor.orders.views import due_back_of, progress_of
from showfloor.shows import service as shows

log = structlog.get_logger()
DELIVERY = -1
_WALKED = 200
NOT_PAID_BY_US = "other"
"""Stands for the provider of a purchase that has no payment."""


async def book_sale(session: Session, order_id: UUID, fees: Fees) -> None:
    """The buyer paid: the seller has the money, and owes fees and commission."""
    order = await orders.find_order(session, order_id)
    if order is not None:
        await _book(session, order, fees)


async def book_refund(session: Session, order_id: UUID, refund_id: UUID, fees: Fees) -> None:
    """Money went back to the buyer, and with it fee and commission of what it was for."""
    order = await orders.find_order(session, order_id)
    if order is None:
        return
    await _book(session, order, fees)
    await _book_refund(session, order, next(each for each in order.refunds if each.id == refund_id))


async def _book_refund(session: Session, order: Order, refund: Refund) -> None:
    prices = {at: each.amount for at, each in orders.prices_of_refund(order, refund).items()}
    await _book_return(
        session,
        order.id,
        kind=EntryKind.REFUND,
        source_id=refund.id,
        amount=refund.amount.amount,
        prices=prices,
        at=refund.made_at,
    )


async def book_failed_refund(session: Session, order_id: UUID, refund_id: UUID, fees: Fees) -> None:
    """A refund came back from the buyer's bank: what it was booked as is taken back, once, by
    entries of its own. Nothing depends on which of the two events came first.
    """
    order = await orders.find_order(session, order_id)
    if order is None:
        return
    await _book(session, order, fees)
    refund = next(each for each in order.refunds if each.id == refund_id)
    await _book_refund(session, order, refund)
    await _book_failure(session, order, refund)


async def _book_failure(session: Session, order: Order, refund: Refund) -> None:
    if refund.failed_at is None:
        return
    booked = await queries.lock_order(session, order.id)
    assert booked is not None
    if await queries.has_entry(session, EntryKind.REFUND_FAILED.value, refund.id):
        return
    shares = await queries.backs_of(session, refund.id)
    entries = rules.of_failed_refund(
        booked, refund.id, refund.amount.amount, shares, refund.failed_at
    )
    await _write(session, entries)
    taken = uuid5(NAMESPACE_OID, f"failed refund {refund.id}")
    await queries.add_backs(session, order.id, taken, {at: -each for at, each in shares.items()})


async def book_chargeback(
    session: Session,
    *,
    person: Person,
    order_id: UUID,
    amount: Money,
    reference: str,
    fees: Fees,
) -> None:
    """A buyer's bank took money back, by the provider's name for it: it is booked once. The seller
    bears it; fee and commission go back as with a refund. Raises Forbidden, OrderNotFound,
    ChargebackInvalid.
    """
    if not person.is_operator:
        raise Forbidden
    order = await orders.find_order(session, order_id)
    if order is None:
        raise OrderNotFound
    if amount.currency != order.total.currency or not 0 < amount.amount <= order.total.amount:
        raise ChargebackInvalid
    await _book(session, order, fees)
    await _book_return(
        session,
        order_id,
        kind=EntryKind.CHARGEBACK,
        source_id=uuid5(NAMESPACE_OID, f"chargeback {reference}"),
        amount=amount.amount,
        prices={},
        at=clock.now(),
    )


async def _book_return(
    session: Session,
    order_id: UUID,
    *,
    kind: EntryKind,
    source_id: UUID,
    amount: int,
    prices: dict[int, int],
    at: datetime,
) -> None:
    """Under the order's lock: what goes back of each line depends on what went back before."""
    booked = await queries.lock_order(session, order_id)
    assert booked is not None
    if await queries.has_entry(session, kind.value, source_id):
        return
    shares = rules.spread_refund(amount, booked.lines, prices)
    entries = rules.of_return(booked, kind, source_id, amount, shares, at)
    await _write(session, entries)
    await queries.add_backs(session, order_id, source_id, shares)


async def _write(session: Session, entries: Sequence[Entry]) -> None:
    """What happened in a month whose books are closed counts now."""
    now = clock.now()
    dated = [replace(each, posted_at=rules.posting_date(each.at, now)) for each in entries]
    await queries.add_entries(session, dated)


async def note_progress(session: Session, order_id: UUID, fees: Fees) -> None:
    """Once the goods have arrived it is known until when the buyer may withdraw, and so when the
    money of an order becomes payable; where nothing is sent at all it is so at once. A refund that
    is only promised counts for nothing: the provider may refuse it, and its pieces are sent then.
    """
    order = await orders.find_order(session, order_id)
    if order is None:
        return
    await _book(session, order, fees)
    done = tuple(each for each in order.refunds if _was_done(each))
    stands = progress_of(replace(order, refunds=done))
    payable = stands.withdraw_until
    if stands.fulfilment is Fulfilment.CANCELLED:
        payable = clock.now()
    if payable is not None:
        await queries.set_payable(session, order_id, payable)
    since = [order.last_withdrawn_at, *(each.failed_at for each in done)]
    if moments := [each for each in since if each is not None]:
        await queries.set_withdrawn(session, order_id, max(moments), _due_in_all(order, done))


def _due_in_all(order: Order, done: tuple[Refund, ...]) -> int:
    """What the buyer is to be given back, with what was given back. As the orders reckon it, but
    without what the seller alone says: that returned goods lost value, and that less than the price
    was enough for pieces that it refunded. An operator says so for the books (`end_withdrawal`).
    What was given back before the buyer withdrew was not for that. Where nobody withdrew, it is
    what refunds that failed were for.
    """
    if order.withdrawn_at is None:
        return _given(done) + progress_of(replace(order, refunds=done)).reopened.amount
    without_returns = replace(order, returns=())
    before = tuple(
        each for each in done if order.withdrawn_at and each.made_at <= order.withdrawn_at
    )
    return max(_given_and_due(replace(without_returns, refunds=each)) for each in (done, before))


def _given_and_due(order: Order) -> int:
    return _given(order.refunds) + due_back_of(order).amount


def _given(refunds: Sequence[Refund]) -> int:
    return sum(each.amount.amount for each in refunds if each.is_money)


async def end_withdrawal(session: Session, *, person: Person, order_id: UUID) -> None:
    """The buyer who withdrew is owed nothing more, although not everything was given back: the
    goods lost value by use (art 14(2)), or were never sent back. Raises Forbidden,
    NothingWithdrawn.
    """
    if not person.is_operator:
        raise Forbidden
    if not await queries.set_nothing_due(session, order_id):
        raise NothingWithdrawn


async def _book(session: Session, order: Order, fees: Fees) -> None:
    """Unless the books know the order: the sale, and all that went back before they did."""
    if not await queries.unknown_orders(session, [order.id]):
        return
    creator_id = await _host_of(session, order)
    rates = await _rates_of(session, order, creator_id, Way.SHOW)
    affiliate_id = await _affiliate_of(session, order)
    link_rates = [
        rules.link_rate_beside(host, link, is_host=affiliate_id == creator_id)
        for host, link in zip(
            rates, await _rates_of(session, order, affiliate_id, Way.LINK), strict=True
        )
    ]
    provider = await checkout.paid_through(session, order.checkout_id)
    booked = BookedOrder(
        order_id=order.id,
        number=order.number,
        merchant_id=order.merchant_id,
        creator_id=creator_id,
        affiliate_id=affiliate_id if any(link_rates) else None,
        show_id=order.show_id,
        provider=provider or NOT_PAID_BY_US,
        currency=order.total.currency,
        fee_rate=fees.platform_rate,
        placed_at=order.placed_at,
        lines=_lines(order, rates, link_rates),
    )
    products = {at: item.product_id for at, item in enumerate(order.items)}
    if not await queries.add_order(session, booked, products):
        return
    totals = await orders.totals_of_checkout(session, order.checkout_id)
    await _write(session, rules.of_sale(booked, _provider_fee(order, totals, fees)))
    for refund in order.refunds:
        if _was_done(refund) and refund.amount.amount:
            await _book_refund(session, order, refund)
            await _book_failure(session, order, refund)


def _was_done(refund: Refund) -> bool:
    """Also where it failed afterwards."""
    return refund.state in (RefundState.DONE, RefundState.FAILED)


async def _host_of(session: Session, order: Order) -> UUID | None:
    """Who showed the goods."""
    if order.show_id is None:
        return None
    return (await shows.get_show(session, order.show_id)).host_creator_id


async def _affiliate_of(session: Session, order: Order) -> UUID | None:
    """Who brought the buyer by a link or code; nobody where the buyer is of the creator's own team
    or the seller's, or is not known any more, so that this cannot be said.
    """
    if order.affiliate_id is None or order.buyer is None:
        return None
    teams = [
        Team(GrantKind.CREATOR, order.affiliate_id),
        Team(GrantKind.MERCHANT, order.merchant_id),
    ]
    own = await identity.is_of_teams(session, email=order.buyer.email, teams=teams)
    return None if own else order.affiliate_id


async def _rates_of(session: Session, order: Order, creator_id: UUID | None, way: Way) -> list[int]:
    """The creator's rate for each line, as it was when the order was placed."""
    if creator_id is None:
        return [0] * len(order.items)
    products = [item.product_id for item in order.items]
    return await rates_of(session, order.merchant_id, creator_id, products, order.placed_at, way)


def _lines(order: Order, rates: Sequence[int], link_rates: Sequence[int]) -> tuple[BookedLine, ...]:
    """What was paid beyond the goods is for their delivery."""
    goods = [
        BookedLine(at, item.total.amount, rate, link_rate=link_rate)
        for at, (item, rate, link_rate) in enumerate(
            zip(order.items, rates, link_rates, strict=True)
        )
    ]
    delivery = order.total.amount - sum(line.amount for line in goods)
    return (*goods, BookedLine(DELIVERY, delivery)) if delivery else tuple(goods)


def _provider_fee(order: Order, totals: Sequence[tuple[UUID, int]], fees: Fees) -> int:
    """This order's share of what the provider takes of the whole payment."""
    paid = sum(total for _, total in totals)
    fee = min(rules.part_of(paid, fees.provider_rate) + fees.provider_fixed, paid)
    shares = rules.spread(fee, [total for _, total in totals])
    return dict(zip((order_id for order_id, _ in totals), shares, strict=True))[order.id]


async def book_missing(database: Database, fees: Fees) -> int:
    """Orders that the books do not know, and withdrawals that they do not, because these are older
    or an event was lost, with all that happened to them; how many orders.
    """
    cursor: UUID | None = None
    added = 0
    while True:
        async with database.session() as session:
            found = await orders.list_ids(session, after=cursor, limit=_WALKED)
            missing = await queries.unknown_orders(session, found)
            withdrawn = await orders.withdrawn_among(session, found)
            missing += await queries.lacking_withdrawal(session, withdrawn)
        for order_id in missing:
            async with database.session() as session:
                await note_progress(session, order_id, fees)
        added += len(missing)
        if len(found) < _WALKED:
            return added
        cursor = found[-1]
