"""The books of the provider `test`: one small file for each payment, outside our database as any
provider's books are.

Promised is: files are replaced in one step and guarded by a lock between processes, so that
`kill -9` of any process leaves the state before or after, never half. Not promised is that a change
outlives the power of the machine: nothing here waits for the disk, because a purchase would mostly
measure that, and no money is lost with it.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from uuid import UUID

from showfloor.checkout.types import ProviderStatus
from showfloor.kit.money import Money


@dataclass(frozen=True, slots=True)
class Entry:
    """`paid_from` (seconds since the epoch) turns a pending payment into a paid one. `charges`
    counts how often money was taken, `refunds` how often all of it was given back by a void: at
    most once each, whatever is asked. `refunded` has the parts that were given back later, by
    refund id.
    """

    state: ProviderStatus
    amount: int
    currency: str
    paid_from: float | None = None
    charges: int = 0
    refunds: int = 0
    refunded: dict[str, int] = field(default_factory=dict)


class TestLedger:
    """`folder` is made when it is missing. All methods block, but only for as long as another
    process writes a small file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, payment_id: UUID) -> Entry | None:
        try:
            stored = json.loads(self._file(payment_id).read_text())
        except FileNotFoundError:
            return None
        return Entry(**{**stored, "state": ProviderStatus(stored["state"])})

    def change(
        self, payment_id: UUID, decide: Callable[[Entry | None], Entry | None]
    ) -> Entry | None:
        """Replace an entry by what `decide` makes of it, alone; None leaves it as it is.

        The entry afterwards.
        """
        with self._alone():
            before = self.read(payment_id)
            after = decide(before)
            if after is not None and after != before:
                self._write(payment_id, after)
            return after or before

    def entries(self) -> dict[UUID, Entry]:
        """Everything in the books, for checking them against ours."""
        found = {
            UUID(hex=file.stem): self.read(UUID(hex=file.stem))
            for file in self._folder.glob("*.json")
        }
        return {payment_id: entry for payment_id, entry in found.items() if entry is not None}

    def _file(self, payment_id: UUID) -> Path:
        return self._folder / f"{payment_id.hex}.json"

    def _write(self, payment_id: UUID, entry: Entry) -> None:
        draft = self._file(payment_id).with_suffix(".draft")
        with draft.open("w") as file:
            json.dump(asdict(entry), file)
        draft.replace(self._file(payment_id))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def charged(
    amount: Money, state: ProviderStatus, *, paid_from: float | None = None
) -> Callable[[Entry | None], Entry | None]:
    """The first charge of a payment; later ones find it done, or forbidden by a void that came
    before.
    """

    def decide(before: Entry | None) -> Entry | None:
        if before is not None:
            return None
        return _counted(Entry(state, amount.amount, amount.currency, paid_from))

    return decide


def confirmed(before: Entry | None) -> Entry | None:
    """The bank's question was answered."""
    if before is None or before.state is not ProviderStatus.NEEDS_CONFIRMATION:
        return None
    return _counted(replace(before, state=ProviderStatus.PAID))


def ripened(now: float) -> Callable[[Entry | None], Entry | None]:
    """A slow payment whose time has come is paid."""

    def decide(before: Entry | None) -> Entry | None:
        if (
            before is None
            or before.state is not ProviderStatus.PENDING
            or before.paid_from is None
            or now < before.paid_from
        ):
            return None
        return _counted(replace(before, state=ProviderStatus.PAID))

    return decide


def voided(before: Entry | None) -> Entry | None:
    """Paid money goes back; anything that is not paid never will be."""
    if before is None:
        return Entry(ProviderStatus.VOIDED, 0, "XXX")
    if before.state in (ProviderStatus.VOIDED, ProviderStatus.DECLINED):
        return None
    return replace(before, state=ProviderStatus.VOIDED, refunds=before.charges)


def refunded(refund_id: UUID, amount: Money) -> Callable[[Entry | None], Entry | None]:
    """So much of what was paid goes back, unless it did already or there is not so much."""

    def decide(before: Entry | None) -> Entry | None:
        if before is None or before.state is not ProviderStatus.PAID:
            return None
        left = Money(before.amount - sum(before.refunded.values()), before.currency)
        if refund_id.hex in before.refunded:
            return None
        if amount.currency != left.currency or not 0 < amount.amount <= left.amount:
            return None
        return replace(before, refunded={**before.refunded, refund_id.hex: amount.amount})

    return decide


def _counted(entry: Entry) -> Entry:
    return (
        replace(entry, charges=entry.charges + 1) if entry.state is ProviderStatus.PAID else entry
    )
