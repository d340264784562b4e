"""Which entries follow from what happened: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.kit import ids
from showfloor.ledger.rules.sums import (
    commission_of,
    goods_left,
    is_goods,
    link_commission_of,
    part_of,
)
from showfloor.ledger.types import (
    PLATFORM,
    Account,
    BookedLine,
    BookedOrder,
    Entry,
    EntryKind,
    Posting,
)


def of_sale(order: BookedOrder, provider_fee: int) -> list[Entry]:
    """The buyer paid: the seller has it, and owes fees and commission."""
    seller, provider = Account.merchant(order.merchant_id), Account.provider(order.provider)
    goods = goods_left(order.lines)
    paid = sum(line.amount for line in order.lines)
    made = _Maker(order, order.order_id, order.placed_at)
    made.move(EntryKind.PAYMENT, provider, seller, paid)
    made.move(EntryKind.PROVIDER_FEE, seller, provider, provider_fee, base=paid)
    fee = part_of(goods, order.fee_rate)
    made.move(EntryKind.PLATFORM_FEE, seller, PLATFORM, fee, base=goods, rate=order.fee_rate)
    if order.creator_id is not None:
        creator = Account.creator(order.creator_id)
        base, rate = goods_left(_commissioned(order.lines)), _rate_of(order.lines)
        earned = commission_of(order.lines)
        made.move(EntryKind.COMMISSION, seller, creator, earned, base=base, rate=rate)
    if order.affiliate_id is not None:
        by_link = _by_link(order.lines)
        made.move(
            EntryKind.LINK_COMMISSION,
            seller,
            Account.creator(order.affiliate_id),
            link_commission_of(order.lines),
            base=goods_left(by_link),
            rate=_only(line.link_rate for line in by_link),
        )
    return made.entries


def of_return(
    order: BookedOrder,
    kind: EntryKind,
    source_id: UUID,
    amount: int,
    shares: Mapping[int, int],
    at: datetime,
) -> list[Entry]:
    """Money went back, as a refund or a chargeback; `shares` are what it is of each line. Fee and
    commission of what went back go back too. The payment provider keeps its own.
    """
    seller, provider = Account.merchant(order.merchant_id), Account.provider(order.provider)
    before, after = order.lines, with_back(order, shares).lines
    made = _Maker(order, source_id, at)
    made.move(kind, seller, provider, amount)
    fee = part_of(goods_left(before), order.fee_rate) - part_of(goods_left(after), order.fee_rate)
    base = goods_left(before) - goods_left(after)
    made.move(EntryKind.PLATFORM_FEE_BACK, PLATFORM, seller, fee, base=base, rate=order.fee_rate)
    if order.creator_id is not None:
        creator = Account.creator(order.creator_id)
        unearned = commission_of(before) - commission_of(after)
        base = goods_left(_commissioned(before)) - goods_left(_commissioned(after))
        rate = _rate_of(order.lines)
        made.move(EntryKind.COMMISSION_BACK, creator, seller, unearned, base=base, rate=rate)
    if order.affiliate_id is not None:
        made.move(
            EntryKind.LINK_COMMISSION_BACK,
            Account.creator(order.affiliate_id),
            seller,
            link_commission_of(before) - link_commission_of(after),
            base=goods_left(_by_link(before)) - goods_left(_by_link(after)),
            rate=_only(line.link_rate for line in _by_link(before)),
        )
    return made.entries


def of_failed_refund(
    order: BookedOrder, source_id: UUID, amount: int, shares: Mapping[int, int], at: datetime
) -> list[Entry]:
    """A refund came back from the buyer's bank, so the seller has the money again: the reverse of
    `of_return`. Fee and commission of it are owed again, as much as makes them right for what is
    left. `shares` are what the refund was of each line.
    """
    seller, provider = Account.merchant(order.merchant_id), Account.provider(order.provider)
    before = order.lines
    after = with_back(order, {at: -share for at, share in shares.items()}).lines
    made = _Maker(order, source_id, at)
    made.move(EntryKind.REFUND_FAILED, provider, seller, amount)
    fee = part_of(goods_left(after), order.fee_rate) - part_of(goods_left(before), order.fee_rate)
    base = goods_left(after) - goods_left(before)
    made.move(EntryKind.PLATFORM_FEE_AGAIN, seller, PLATFORM, fee, base=base, rate=order.fee_rate)
    if order.creator_id is not None:
        made.move(
            EntryKind.COMMISSION_AGAIN,
            seller,
            Account.creator(order.creator_id),
            commission_of(after) - commission_of(before),
            base=goods_left(_commissioned(after)) - goods_left(_commissioned(before)),
            rate=_rate_of(order.lines),
        )
    if order.affiliate_id is not None:
        made.move(
            EntryKind.LINK_COMMISSION_AGAIN,
            seller,
            Account.creator(order.affiliate_id),
            link_commission_of(after) - link_commission_of(before),
            base=goods_left(_by_link(after)) - goods_left(_by_link(before)),
            rate=_only(line.link_rate for line in _by_link(before)),
        )
    return made.entries


def with_back(order: BookedOrder, shares: Mapping[int, int]) -> BookedOrder:
    """The order after this much of its lines went back."""
    lines = (replace(line, back=line.back + shares.get(line.position, 0)) for line in order.lines)
    return replace(order, lines=tuple(lines))


def _commissioned(lines: Iterable[BookedLine]) -> list[BookedLine]:
    """Those of which the host earns something."""
    return [line for line in lines if is_goods(line) and line.rate]


def _by_link(lines: Iterable[BookedLine]) -> list[BookedLine]:
    """Those of which the creator by whose link the buyer came earns something."""
    return [line for line in lines if is_goods(line) and line.link_rate]


def _rate_of(lines: Iterable[BookedLine]) -> int | None:
    """The host's, if there is one for all."""
    return _only(line.rate for line in _commissioned(lines))


def _only(rates: Iterable[int]) -> int | None:
    found = set(rates)
    return found.pop() if len(found) == 1 else None


class _Maker:
    """Entries about one order that come from one thing."""

    def __init__(self, order: BookedOrder, source_id: UUID, at: datetime) -> None:
        self._order, self._source_id, self._at = order, source_id, at
        self.entries: list[Entry] = []

    def move(
        self,
        kind: EntryKind,
        giver: Account,
        taker: Account,
        amount: int,
        *,
        base: int | None = None,
        rate: int | None = None,
    ) -> None:
        """Nothing is posted of nothing."""
        if not amount:
            return
        self.entries.append(
            Entry(
                id=ids.new(),
                kind=kind,
                source_id=self._source_id,
                at=self._at,
                currency=self._order.currency,
                postings=(Posting(giver, -amount), Posting(taker, amount)),
                order_id=self._order.order_id,
                base=base,
                rate=rate,
            )
        )
