"""How far an order is, and what is owed: nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from showfloor.kit.money import Money


class Fulfilment(StrEnum):
    """How far an order is. `CANCELLED`: nothing was sent and nothing is to be sent."""

    TO_SEND = "to_send"
    PART_SENT = "part_sent"
    SENT = "sent"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class LineProgress:
    """Pieces of a line; `ordered == sent + unsent + to_send`, where `unsent` were refunded and are
    not sent, and `refunded` are all that were refunded. `returned <= sent` came back: by a return,
    or sold again by a refund of what had been sent. The buyer withdrew from `withdrawn` of them;
    `stopped <= to_send` of these are not sent although nobody gave their money back yet, and
    `to_return` are with the buyer. The contract about `standing` pieces stands, and they are paid.
    """

    ordered: int
    sent: int
    refunded: int
    unsent: int
    returned: int = 0
    withdrawn: int = 0
    stopped: int = 0
    to_return: int = 0
    standing: int = 0

    @property
    def to_send(self) -> int:
        return self.ordered - self.sent - self.unsent

    @property
    def sendable(self) -> int:
        """Pieces that the buyer still waits for."""
        return self.to_send - self.stopped

    @property
    def away(self) -> int:
        """Pieces that were sent and did not come back."""
        return self.sent - self.returned


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an order stands: nothing of it is stored, all of it follows from the order, its
    shipments and its refunds. `refunded` went back, `promised` is about to, `left` may still be
    given back; `captured == refunded + promised + left`. `reopened <= left` is owed again, because
    a refund failed and nothing was given in its place. `send_by` is None when there is nothing to
    send; `withdraw_until` is None as long as the 14 days have not begun.
    """

    lines: tuple[LineProgress, ...]
    fulfilment: Fulfilment
    captured: Money
    refunded: Money
    promised: Money
    reopened: Money
    send_by: datetime | None
    withdraw_until: datetime | None

    @property
    def left(self) -> Money:
        return self.captured - self.refunded - self.promised

    @property
    def to_send(self) -> int:
        return sum(line.to_send for line in self.lines)

    @property
    def sendable(self) -> int:
        return sum(line.sendable for line in self.lines)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a buyer who withdrew gets back of what was not given back yet. `now` is due by `by`;
    `withheld` the seller may keep until the goods are back, or the buyer shows that they were sent
    (Directive 2011/83/EU art 13). `delivery_kept` is what the chosen way cost above the cheapest
    one, `value_lost` what the goods are worth less: both stay with the seller. `pieces`, by
    position, are those that `now` is for; `send_back_by` is the first day by which goods are to be
    sent back and `all_back_by` the last; None when there are none.
    """

    now: Money
    withheld: Money
    by: datetime
    send_back_by: datetime | None
    all_back_by: datetime | None
    delivery_kept: Money
    value_lost: Money
    pieces: dict[int, int]
