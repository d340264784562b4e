"""From which pieces a buyer withdrew, and what became of each since: pure.

The law gives one right for all goods of an order (Directive 2011/83/EU art 9(2)(b)), and a buyer
may use it for some of them, and for more later. Pieces of a line are alike, so what happened to a
line moves pieces, in the order in which it happened, in the way that is best for the buyer: who
withdraws does so first from what was not sent, money goes first to what was withdrawn from, and
what comes back is first what was withdrawn from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from showfloor.orders.errors import WithdrawalExcluded, WithdrawalInvalid
from showfloor.orders.types import Order, RefundState, Withdrawal


class Place(StrEnum):
    """Where a piece is: `HERE` it was not sent yet, or never will be."""

    HERE = "here"
    AWAY = "away"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Piece:
    """`by` is the place in `withdrawals_of` of the one that it belongs to, None as long as its
    contract stands; `is_paid`: it was refunded.
    """

    place: Place
    by: int | None = None
    is_paid: bool = False

    @property
    def is_withdrawn(self) -> bool:
        return self.by is not None


Pieces = Counter[Piece]
"""How many pieces of a line are in each state."""


class _Rank(IntEnum):
    """What counts as earlier of what happened in one moment."""

    SHIPMENT, REFUND, WITHDRAWAL, RETURN = range(4)


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    rank: _Rank
    happen: Callable[[int, Pieces], None]


def withdrawals_of(order: Order) -> tuple[Withdrawal, ...]:
    """Oldest first; the whole order, where the buyer chose no pieces."""
    if order.withdrawn_at is None or order.withdrawals:
        return order.withdrawals
    everything = {at: item.quantity for at, item in enumerate(order.items) if at not in order.kept}
    return (Withdrawal(order.id, everything, order.withdrawn_at),)


def pieces_of(order: Order) -> tuple[Pieces, ...]:
    """By line, in the order of the items."""
    lines, _ = _replay(order)
    return lines


def waited_until(order: Order) -> datetime | None:
    """When a piece that was to be sent last dropped out, because the buyer withdrew from it or got
    its money back; None where each was sent, or is to be.
    """
    _, dropped_out = _replay(order)
    return dropped_out


def _replay(order: Order) -> tuple[tuple[Pieces, ...], datetime | None]:
    """All that happened, in its order."""
    lines = tuple(Counter({Piece(Place.HERE): item.quantity}) for item in order.items)
    dropped_out, waits = None, sum(item.quantity for item in order.items)
    for event in sorted(_events(order), key=lambda each: (each.at, each.rank)):
        for at, line in enumerate(lines):
            event.happen(at, line)
        before, waits = waits, sum(count(line, _is_to_come) for line in lines)
        if waits < before and event.rank is not _Rank.SHIPMENT:
            dropped_out = event.at
    return lines, dropped_out


def _is_to_come(piece: Piece) -> bool:
    return is_open(piece) and piece.place is Place.HERE


def count(line: Pieces, fits: Callable[[Piece], bool]) -> int:
    """Pieces of a line for which this holds."""
    return sum(number for piece, number in line.items() if fits(piece))


def is_open(piece: Piece) -> bool:
    """The contract about it stands, and its money was not given back."""
    return not piece.is_withdrawn and not piece.is_paid


def is_owed(piece: Piece) -> bool:
    return piece.is_withdrawn and not piece.is_paid


def open_pieces(order: Order) -> dict[int, int]:
    """From how many of each line the buyer may still withdraw, by position."""
    found = {
        at: count(line, is_open) for at, line in enumerate(pieces_of(order)) if at not in order.kept
    }
    return {at: number for at, number in found.items() if number}


def plan_withdrawal(order: Order, wanted: Mapping[str, int] | None) -> dict[int, int] | None:
    """The pieces by position; None for the whole order. `wanted` is by SKU, None for all that is
    left. All that is left of a line is written with the pieces whose refund is only promised, so
    that one which the provider refuses later takes no piece out of it. Raises WithdrawalExcluded,
    WithdrawalInvalid.
    """
    left = open_pieces(order)
    chosen = left if wanted is None else _chosen(order, left, wanted)
    if chosen == left and not order.withdrawals:
        return None
    done = tuple(each for each in order.refunds if each.state is not RefundState.PROMISED)
    rest = open_pieces(replace(order, refunds=done))
    pieces = {at: rest[at] if number == left[at] else number for at, number in chosen.items()}
    if not pieces:
        raise WithdrawalInvalid
    return pieces


def is_same_withdrawal(order: Order, place: int, wanted: Mapping[str, int] | None) -> bool:
    """Whether the one at `place` of `withdrawals_of` is what `wanted` would have been then. Raises
    WithdrawalExcluded, WithdrawalInvalid for pieces that nobody could withdraw from then.
    """
    made = withdrawals_of(order)[place]
    then = replace(
        order,
        withdrawn_at=order.withdrawn_at if place else None,
        withdrawals=order.withdrawals[:place],
        refunds=tuple(each for each in order.refunds if each.made_at <= made.at),
    )
    chosen = plan_withdrawal(then, wanted)
    return not order.withdrawals if chosen is None else chosen == made.pieces


def _chosen(order: Order, left: Mapping[int, int], wanted: Mapping[str, int]) -> dict[int, int]:
    places = {item.sku: at for at, item in enumerate(order.items)}
    chosen = {places.get(sku, -1): number for sku, number in wanted.items() if number}
    if not order.kept.isdisjoint(chosen):
        raise WithdrawalExcluded
    if not chosen or any(not 0 < number <= left.get(at, 0) for at, number in chosen.items()):
        raise WithdrawalInvalid
    return chosen


def _events(order: Order) -> Iterable[_Event]:
    for parcel in order.shipments:
        yield _Event(parcel.shipped_at, _Rank.SHIPMENT, _sends(parcel.pieces))
    for refund in order.refunds:
        if refund.counts:
            back = {
                at: (each.quantity - each.unsent, each.unsent, max(each.restock - each.unsent, 0))
                for at, each in refund.pieces.items()
            }
            yield _Event(refund.made_at, _Rank.REFUND, _pays(back))
    for by, withdrawal in enumerate(withdrawals_of(order)):
        yield _Event(withdrawal.at, _Rank.WITHDRAWAL, _withdraws(by, withdrawal.pieces))
    for arrival in order.returns:
        came = {at: each.quantity for at, each in arrival.pieces.items()}
        yield _Event(arrival.at, _Rank.RETURN, _comes_back(came))


def _sends(pieces: Mapping[int, int]) -> Callable[[int, Pieces], None]:
    def happen(at: int, line: Pieces) -> None:
        here = _sorted(line, lambda piece: piece.place is Place.HERE)
        here.sort(key=lambda piece: piece.is_paid)
        _move(line, pieces.get(at, 0), here, lambda piece: replace(piece, place=Place.AWAY))

    return happen


def _pays(pieces: Mapping[int, tuple[int, int, int]]) -> Callable[[int, Pieces], None]:
    """(pieces that were sent, that never will be, that are back with the refund)."""

    def happen(at: int, line: Pieces) -> None:
        sent, unsent, back = pieces.get(at, (0, 0, 0))
        unpaid = _withdrawn_first(_sorted(line, lambda piece: not piece.is_paid))
        here = [piece for piece in unpaid if piece.place is Place.HERE]
        others = [piece for piece in unpaid if piece.place is not Place.HERE]
        _move(line, unsent, here + others, _paid)
        _move(line, sent, others + here, _paid)
        _comes_back({at: back})(at, line)

    return happen


def _withdraws(by: int, pieces: Mapping[int, int]) -> Callable[[int, Pieces], None]:
    def happen(at: int, line: Pieces) -> None:
        standing = _sorted(line, lambda piece: not piece.is_withdrawn)
        standing.sort(key=lambda piece: (piece.is_paid, _NEAREST.index(piece.place)))
        _move(line, pieces.get(at, 0), standing, lambda piece: replace(piece, by=by))

    return happen


def _comes_back(pieces: Mapping[int, int]) -> Callable[[int, Pieces], None]:
    def happen(at: int, line: Pieces) -> None:
        away = _sorted(line, lambda piece: piece.place is Place.AWAY)
        away.sort(key=lambda piece: (not piece.is_withdrawn, not piece.is_paid))
        _move(line, pieces.get(at, 0), away, lambda piece: replace(piece, place=Place.BACK))

    return happen


_NEAREST = (Place.HERE, Place.BACK, Place.AWAY)


def _paid(piece: Piece) -> Piece:
    return replace(piece, is_paid=True)


def _sorted(line: Pieces, fits: Callable[[Piece], bool]) -> list[Piece]:
    """Those for which the contract stands first, then the oldest withdrawal's."""
    found = [piece for piece, number in line.items() if number and fits(piece)]
    return sorted(found, key=lambda piece: (-1 if piece.by is None else piece.by, piece.place))


def _withdrawn_first(found: list[Piece]) -> list[Piece]:
    """And of each withdrawal what is back before what is away."""
    return sorted(
        found,
        key=lambda piece: (
            not piece.is_withdrawn,
            piece.place is Place.AWAY,
            -1 if piece.by is None else piece.by,
        ),
    )


def _move(
    line: Pieces, number: int, found: Iterable[Piece], becomes: Callable[[Piece], Piece]
) -> None:
    for piece in list(found):
        moved = min(number, line[piece])
        line[piece] -= moved
        line[becomes(piece)] += moved
        number -= moved
