"""Which entries follow from what happened: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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

_EARNED = (EntryKind.PLATFORM_FEE, EntryKind.COMMISSION, EntryKind.LINK_COMMISSION)
"""Who earns of a sale, in the order of `_earned`."""
_EARNED_LESS = (
    EntryKind.PLATFORM_FEE_BACK,
    EntryKind.COMMISSION_BACK,
    EntryKind.LINK_COMMISSION_BACK,
)
_EARNED_AGAIN = (
    EntryKind.PLATFORM_FEE_AGAIN,
    EntryKind.COMMISSION_AGAIN,
    EntryKind.LINK_COMMISSION_AGAIN,
)


@dataclass(frozen=True, slots=True)
class _Earning:
    """What somebody earns of `base`, both in minor units; `rate` is None where lines differ."""

    account: Account
    amount: int
    base: int
    rate: int | None


def of_sale(order: BookedOrder, provider_fee: int) -> list[Entry]:
    """The buyer paid: the seller has it, and owes fees and commission."""
    seller, provider = Account.merchant(order.merchant_id), Account.provider(order.provider)
    paid = sum(line.amount for line in order.lines)
    made = _Maker(order, order.order_id, order.placed_at)
    made.move(EntryKind.PAYMENT, provider, seller, paid)
    made.move(EntryKind.PROVIDER_FEE, seller, provider, provider_fee, base=paid)
    for kind, each in zip(_EARNED, _earned(order, order.lines), strict=True):
        made.move(kind, seller, each.account, each.amount, base=each.base, rate=each.rate)
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
    made = _Maker(order, source_id, at)
    made.move(kind, seller, provider, amount)
    left = with_back(order, shares).lines
    for kind, each in zip(_EARNED_LESS, _difference(order, order.lines, left), strict=True):
        made.move(kind, each.account, seller, each.amount, base=each.base, rate=each.rate)
    return made.entries


def of_failed_refund(
    order: BookedOrder, source_id: UUID, amount: int, shares: Mapping[int, int], at: datetime
) -> list[Entry]:
    """A refund came back from the buyer's bank, so the seller has the money again: the reverse of
    `of_return`. Fee and commission of it are owed again, as much as makes them right for what is
    left. `shares` are what the refund was of each line.
    """
    seller, provider = Account.merchant(order.merchant_id), Account.provider(order.provider)
    made = _Maker(order, source_id, at)
    made.move(EntryKind.REFUND_FAILED, provider, seller, amount)
    left = with_back(order, {at: -share for at, share in shares.items()}).lines
    for kind, each in zip(_EARNED_AGAIN, _difference(order, left, order.lines), strict=True):
        made.move(kind, seller, each.account, each.amount, base=each.base, rate=each.rate)
    return made.entries


def _earned(order: BookedOrder, lines: tuple[BookedLine, ...]) -> list[_Earning]:
    """What the site, the host and the creator by whose link the buyer came earn of these lines of
    the order; nothing where there is none.
    """
    goods, hosted, by_link = goods_left(lines), _commissioned(lines), _by_link(lines)
    return [
        _Earning(PLATFORM, part_of(goods, order.fee_rate), goods, order.fee_rate),
        _earning_of(order.creator_id, commission_of(lines), hosted, _rate_of(lines)),
        _earning_of(
            order.affiliate_id,
            link_commission_of(lines),
            by_link,
            _only(line.link_rate for line in by_link),
        ),
    ]


def _earning_of(
    creator_id: UUID | None, amount: int, lines: list[BookedLine], rate: int | None
) -> _Earning:
    if creator_id is None:
        return _Earning(PLATFORM, 0, 0, None)
    return _Earning(Account.creator(creator_id), amount, goods_left(lines), rate)


def _difference(
    order: BookedOrder, more: tuple[BookedLine, ...], less: tuple[BookedLine, ...]
) -> list[_Earning]:
    """What is earned of `more` beyond what is earned of `less`, lines of the same order."""
    return [
        replace(one, amount=one.amount - other.amount, base=one.base - other.base)
        for one, other in zip(_earned(order, more), _earned(order, less), strict=True)
    ]


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
