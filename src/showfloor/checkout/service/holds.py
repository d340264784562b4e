"""Goods are held for a buyer, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from showfloor.checkout import queries, rules
from showfloor.checkout.errors import (
    CheckoutClosed,
    NotDelivered,
    NotForSale,
    PaymentInProgress,
    PriceMismatch,
)
from showfloor.checkout.service.coupons import find_coupons
from showfloor.checkout.service.shelf import Goods, Offers, Shelf
from showfloor.checkout.types import Checkout, Destination, PaymentState
from showfloor.checkout.views import lines_view
from showfloor.kit import money
from showfloor.kit.db import Connection, Database
from showfloor.kit.money import Money
from showfloor.markets.service import get_market
from showfloor.offers import service as drops
from showfloor.offers.errors import DropHoldFixed, WaitHoldFixed
from showfloor.shows.errors import ShowNotFound
from showfloor.stock import service as stock
from showfloor.stock.errors import HoldExpired
from showfloor.stock.types import Caller, Hold, Line, LineState

_MONEY_MAY_MOVE = (PaymentState.STARTED, PaymentState.PENDING, PaymentState.CAPTURING)
"""States in which nobody may take the goods from under a payment."""


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """What a buyer asks to hold: (SKU, quantity) each SKU once.

    `expected_total` is the sum of the goods on the buyer's screen, `deliver_to` the country where
    they want them, if they said.
    """

    show_id: UUID
    lines: tuple[tuple[str, int], ...]
    expected_total: Money | None
    key: str
    request: bytes
    caller: Caller
    deliver_to: str | None = None


async def hold_goods(
    batcher: stock.HoldBatcher, shelf: Shelf, wanted: HoldRequest, *, seconds: int
) -> Hold:
    """Reserve at today's price, which is frozen for the life of the hold.

    The hot path: no session, one statement (`stock`). Raises ShowNotFound, NotForSale,
    PriceMismatch, NotDelivered, SoldOut, AlreadyHeld, LimitReached, NetworkLimitReached,
    IdempotencyConflict, Busy.
    """
    try:
        offers = await shelf.offers(wanted.show_id)
        lines = _priced(offers, wanted)
    except (ShowNotFound, NotForSale, PriceMismatch, NotDelivered):
        # A repeated request gets its first answer, whatever became of the show and the price since.
        if (first := await _first_answer(batcher.database, wanted)) is not None:
            return first
        raise
    return await stock.reserve(
        batcher,
        context=offers.context,
        caller=wanted.caller,
        key=wanted.key,
        request=wanted.request,
        lines=lines,
        seconds=seconds,
    )


def _priced(offers: Offers, wanted: HoldRequest) -> list[Line]:
    if not offers.open:
        raise NotForSale(extra={"skus": [sku for sku, _ in wanted.lines]})
    lines = price_lines(offers.by_sku, wanted.lines, kept={})
    check_total(lines, wanted.expected_total)
    if wanted.deliver_to is not None:
        check_delivered(offers, [sku for sku, _ in wanted.lines], wanted.deliver_to)
    return lines


def check_delivered(offers: Offers, skus: list[str], country: str) -> None:
    """Said before the goods are held, not at the checkout. Raises NotDelivered."""
    missing = [sku for sku in skus if country not in offers.countries_of(sku)]
    if missing:
        raise NotDelivered(extra={"skus": missing})


def price_lines(
    offered: Mapping[str, Goods], lines: tuple[tuple[str, int], ...], kept: Mapping[str, Line]
) -> list[Line]:
    """At today's price, or at the price of a line that is `kept`. Raises NotForSale."""
    missing = [sku for sku, _ in lines if sku not in kept and sku not in offered]
    if missing:
        raise NotForSale(extra={"skus": missing})
    return [
        Line(kept[sku].variant_id, sku, quantity, kept[sku].unit_price)
        if sku in kept
        else _line(offered[sku], quantity)
        for sku, quantity in lines
    ]


def check_total(lines: list[Line], expected: Money | None) -> None:
    """Raises PriceMismatch when the sum is not the one that the buyer saw."""
    total = money.total([line.total for line in lines], lines[0].unit_price.currency)
    if not rules.is_as_shown(total, expected):
        raise PriceMismatch(extra={"lines": lines_view(lines), "total": total.as_json()})


def _line(goods: Goods, quantity: int) -> Line:
    assert goods.price is not None, "only what has a price is offered"
    return Line(goods.variant_id, goods.variant.sku, quantity, goods.price)


async def _first_answer(database: Database, wanted: HoldRequest) -> Hold | None:
    async with database.transaction() as connection:
        return await stock.find_by_key(
            connection,
            scope=wanted.show_id,
            caller=wanted.caller,
            key=wanted.key,
            request=wanted.request,
        )


async def change_hold(
    connection: Connection,
    shelf: Shelf,
    *,
    hold_id: UUID,
    lines: tuple[tuple[str, int], ...],
    expected_total: Money | None,
    deliver_to: str | None = None,
) -> Hold:
    """Other lines and quantities in an open hold, until the same deadline. What was in it keeps its
    price, what is new has today's. A checkout on it goes with it. `deliver_to` is as in
    `HoldRequest`.

    Raises HoldExpired, CheckoutClosed, PaymentInProgress, NotForSale, NotDelivered, PriceMismatch,
    SoldOut, LimitReached, NetworkLimitReached, DropHoldFixed, WaitHoldFixed; then nothing
    has changed.
    """
    checkout = await queries.checkout_of_hold(connection, hold_id, lock=True)
    if checkout is not None:
        blocking = queries.blocking(await queries.lock_attempts(connection, checkout.id))
        if blocking is not None:
            raise CheckoutClosed if blocking.state is PaymentState.PAID else PaymentInProgress
    waited = stock.ask_waited(connection, hold_id)
    hold = await stock.lock_hold(connection, hold_id)
    if hold is None or not hold.is_open:
        raise HoldExpired
    if hold.apart_id is not None:
        raise DropHoldFixed
    if await waited.answer():
        raise WaitHoldFixed
    wanted = await _repriced(shelf, hold, lines)
    check_total(wanted, expected_total)
    changed = await stock.change_lines(connection, hold, wanted)
    if deliver_to is not None:
        await _check_reached(shelf, changed, deliver_to)
    if checkout is not None:
        coupons = await find_coupons(connection, checkout.claims)
        agreed = await shelf.agree(changed, _destination(checkout), checkout.options, coupons)
        queries.set_agreed(connection, _as_read(agreed, checkout))
    return changed


def _as_read(agreed: Checkout, before: Checkout) -> Checkout:
    """The opened checkout with other goods. Its sellers' terms stay the versions that the buyer
    agreed to when it was opened: newer ones were not read.
    """
    read = {seller.merchant_id: seller.terms for seller in before.sellers}
    sellers = tuple(
        replace(each, terms=read.get(each.merchant_id, each.terms)) for each in agreed.sellers
    )
    return replace(agreed, id=before.id, sellers=sellers)


async def _check_reached(shelf: Shelf, hold: Hold, country: str) -> None:
    """As `check_delivered`, of goods that may have left the shelf. Raises NotDelivered."""
    missing = (await shelf.estimate(hold, Destination(country), ())).not_delivered
    if missing:
        raise NotDelivered(extra={"skus": missing})


def _destination(checkout: Checkout) -> Destination:
    """Where the buyer has said it goes."""
    if checkout.quotes:
        return Destination(checkout.quotes[0].country)
    return Destination(get_market(checkout.context.market).country)


async def _repriced(shelf: Shelf, hold: Hold, lines: tuple[tuple[str, int], ...]) -> list[Line]:
    """Raises NotForSale for goods that are new in the hold and cannot be bought now."""
    kept = {line.sku: line for line in hold.lines}
    new = [sku for sku, _ in lines if sku not in kept]
    if not new:
        return price_lines({}, lines, kept)
    if hold.context.show_id is None:
        raise NotForSale(extra={"skus": new})
    offers = await shelf.offers(hold.context.show_id)
    if not offers.open:
        raise NotForSale(extra={"skus": new})
    return price_lines(offers.by_sku, lines, kept)


async def get_hold(connection: Connection, *, hold_id: UUID) -> Hold:
    """What the guest holds. Raises HoldExpired when it is gone."""
    waited = stock.ask_waited(connection, hold_id)
    hold = await stock.require_open(connection, hold_id)
    return replace(hold, waited=await waited.answer())


async def release_hold(connection: Connection, *, hold_id: UUID) -> None:
    """The buyer changed their mind; twice is fine. Who it was is forgotten with it. Raises
    HoldSettled, PaymentInProgress.
    """
    # Locked before the goods, as when paying begins: a payment that is starting in another tab is
    # seen, not overtaken.
    checkout = await queries.checkout_of_hold(connection, hold_id, lock=True)
    if checkout is not None:
        blocking = queries.blocking(await queries.lock_attempts(connection, checkout.id))
        if blocking is not None and blocking.state in _MONEY_MAY_MOVE:
            raise PaymentInProgress
        queries.forget_buyer(connection, checkout.id)
    hold = await stock.lock_hold(connection, hold_id)
    if hold is not None and hold.apart_id is not None and hold.state is LineState.HELD:
        await drops.give_back(connection, hold)
        return
    await stock.release(connection, hold_id)
