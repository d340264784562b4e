"""Which commission rate is in force: pure, from what was agreed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.ledger.types import Agreement, AgreementState, Side

NOTICE = timedelta(days=30)
"""How long a creator keeps a rate after a lower one was agreed."""


def other(side: Side) -> Side:
    return Side.CREATOR if side is Side.MERCHANT else Side.MERCHANT


def in_force(
    agreements: Iterable[Agreement], product_id: UUID | None, at: datetime
) -> Agreement | None:
    """Between one merchant and one creator: what was agreed for the product goes before what was
    agreed for all.
    """
    known = list(agreements)
    own = _newest([each for each in known if each.product_id == product_id], at)
    if own is not None or product_id is None:
        return own
    return _newest([each for each in known if each.product_id is None], at)


def _newest(agreements: list[Agreement], at: datetime) -> Agreement | None:
    """The last that was agreed and has come into force. One that was still to come when the next
    was agreed never does.
    """
    agreed = sorted(
        ((each.agreed_at, each.effective_at, each) for each in agreements if each.agreed_at),
        key=lambda row: row[0],
    )
    found = None
    for place, (_, effective_at, each) in enumerate(agreed):
        if effective_at is None or effective_at > at:
            continue
        following = agreed[place + 1][0] if place + 1 < len(agreed) else None
        if following is None or effective_at <= following or following > at:
            found = each
    return found


def effective_from(
    agreements: Iterable[Agreement], product_id: UUID | None, rate: int, now: datetime
) -> datetime:
    """A raise is in force at once, a cut after the notice."""
    before = in_force(agreements, product_id, now)
    return now if before is None or rate >= before.rate else now + NOTICE


def end_to_come(agreement: Agreement, agreements: Iterable[Agreement], now: datetime) -> bool:
    """Nothing is to be paid for the same products from some day on. `agreements` are all between
    the two.
    """
    between = list(agreements)
    return any(
        not each.rate
        and each.product_id == agreement.product_id
        and state_of(each, between, now) is AgreementState.TO_COME
        for each in between
    )


def state_of(
    agreement: Agreement, agreements: Iterable[Agreement], now: datetime
) -> AgreementState:
    """`agreements` are all between the two."""
    if agreement.ended_at is not None:
        return AgreementState.ENDED
    if agreement.effective_at is None:
        return AgreementState.PROPOSED
    alike = [each for each in agreements if each.product_id == agreement.product_id]
    if _newest(alike, now) == agreement:
        return AgreementState.IN_FORCE
    following = agreement.effective_at > now and _newest(alike, agreement.effective_at) == agreement
    return AgreementState.TO_COME if following else AgreementState.PAST
