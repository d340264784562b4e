"""What a step of a payout posts: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from showfloor.kit import ids
from showfloor.ledger.errors import PayoutStepInvalid
from showfloor.ledger.types import (
    BANK,
    TRANSIT,
    Batch,
    Entry,
    EntryKind,
    Payout,
    PayoutHold,
    PayoutState,
    Posting,
)

_STEPS = {
    PayoutState.APPROVED: ({PayoutState.COMPUTED}, EntryKind.PAYOUT),
    PayoutState.SENT: ({PayoutState.APPROVED}, None),
    PayoutState.SETTLED: ({PayoutState.SENT}, EntryKind.PAYOUT_SETTLED),
    PayoutState.FAILED: ({PayoutState.APPROVED, PayoutState.SENT}, EntryKind.PAYOUT_FAILED),
    PayoutState.RETURNED: ({PayoutState.SETTLED}, EntryKind.PAYOUT_RETURNED),
    PayoutState.DISCARDED: ({PayoutState.COMPUTED}, None),
}


def step(payout: Payout, to: PayoutState, now: datetime) -> Entry | None:
    """What is posted when a payout comes to be so; None where nothing is. Raises
    PayoutStepInvalid.
    """
    sources, kind = _STEPS.get(to, (set(), None))
    if payout.state not in sources:
        raise PayoutStepInvalid
    if kind is None:
        return None
    giver, taker = {
        EntryKind.PAYOUT: (payout.account, TRANSIT),
        EntryKind.PAYOUT_SETTLED: (TRANSIT, BANK),
        EntryKind.PAYOUT_FAILED: (TRANSIT, payout.account),
        EntryKind.PAYOUT_RETURNED: (BANK, payout.account),
    }[kind]
    amount = payout.amount.amount
    return Entry(
        id=ids.new(),
        kind=kind,
        source_id=payout.id,
        at=now,
        currency=payout.amount.currency,
        postings=(Posting(giver, -amount), Posting(taker, amount)),
    )


def kept_back(payable: int, holds: Iterable[PayoutHold]) -> int:
    """What holds keep of a sum: no more than there is, and all of it where one says so."""
    sums = [each.amount for each in holds]
    if any(amount is None for amount in sums):
        return max(payable, 0)
    return min(sum(amount or 0 for amount in sums), max(payable, 0))


def may_approve(batch: Batch, person_id: UUID) -> bool:
    """Four eyes: not whoever computed it."""
    return person_id != batch.computed_by
