"""Goods are held for a buyer, and given back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from showfloor.checkout import queries, rules
from showfloor.checkout.errors import NotForSale, PaymentInProgress, PriceMismatch
from showfloor.checkout.service.shelf import Offers, Shelf
from showfloor.checkout.types import PaymentState
from showfloor.checkout.views import lines_view
from showfloor.kit import money
from showfloor.kit.db import Database, Session
from showfloor.kit.money import Money
from showfloor.shows.errors import ShowNotFound
from showfloor.stock import service as stock
from showfloor.stock.types import Hold, Line


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """What a buyer wants to hold: (SKU, quantity) each SKU once.

    `expected_total` is the sum on the buyer's screen.
    """

    show_id: UUID
    lines: tuple[tuple[str, int], ...]
    expected_total: Money | None
    key: str
    request: bytes
    previous: UUID | None


async def hold_goods(
    batcher: stock.HoldBatcher, shelf: Shelf, request: HoldRequest, *, seconds: int
) -> Hold:
    """Reserve at today's price, which is frozen for the life of the hold.

    The hot path: no session, one statement (`stock`). Raises ShowNotFound, NotForSale,
    PriceMismatch, SoldOut, LimitReached, IdempotencyConflict, Busy.
    """
    try:
        lines = _priced(await shelf.offers(request.show_id), request)
    except (ShowNotFound, NotForSale, PriceMismatch):
        # A repeated request gets its first answer, whatever became of the show and the price since.
        if (first := await _first_answer(batcher.database, request)) is not None:
            return first
        raise
    return await stock.reserve(
        batcher,
        scope=request.show_id,
        previous=request.previous,
        key=request.key,
        request=request.request,
        lines=lines,
        seconds=seconds,
    )


def _priced(offers: Offers, request: HoldRequest) -> list[Line]:
    missing = [sku for sku, _ in request.lines if sku not in offers.by_sku]
    if missing or not offers.on_air:
        raise NotForSale(extra={"skus": missing or [sku for sku, _ in request.lines]})
    lines = [_line(offers, sku, quantity) for sku, quantity in request.lines]
    total = money.total([line.total for line in lines], lines[0].unit_price.currency)
    if not rules.is_as_shown(total, request.expected_total):
        raise PriceMismatch(extra={"lines": lines_view(lines), "total": total.as_json()})
    return lines


def _line(offers: Offers, sku: str, quantity: int) -> Line:
    variant_id, price = offers.by_sku[sku]
    return Line(variant_id, sku, quantity, price)


async def _first_answer(database: Database, request: HoldRequest) -> Hold | None:
    async with database.session() as session:
        return await stock.find_by_key(
            session, scope=request.show_id, key=request.key, request=request.request
        )


async def release_hold(session: Session, *, hold_id: UUID) -> None:
    """The buyer changed their mind; twice is fine. Raises HoldSettled, PaymentInProgress."""
    # Locked before the goods, as when paying begins: a payment that is starting in another tab is
    # seen, not overtaken.
    checkout = await queries.checkout_of_hold(session, hold_id, lock=True)
    blocking = await queries.blocking_payment(session, checkout.id) if checkout else None
    if blocking is not None and blocking.state in (PaymentState.STARTED, PaymentState.PENDING):
        raise PaymentInProgress
    await stock.release(session, hold_id)
