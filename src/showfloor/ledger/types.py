"""The books as others see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from showfloor.kit.money import Money

HOUR = timedelta(hours=1)


class Holder(StrEnum):
    """Whose account. `PROVIDER` is what a payment provider has for us: below zero, because it owes
    it. `TRANSIT` are payouts on their way, `BANK` is what left the platform's bank account.
    """

    MERCHANT = "merchant"
    CREATOR = "creator"
    PLATFORM = "platform"
    PROVIDER = "provider"
    TRANSIT = "transit"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Account:
    """`owner` is the id of a merchant or creator (32 hexadecimal digits), the name of a provider,
    or empty.
    """

    holder: Holder
    owner: str = ""

    @staticmethod
    def merchant(merchant_id: UUID) -> Account:
        return Account(Holder.MERCHANT, merchant_id.hex)

    @staticmethod
    def creator(creator_id: UUID) -> Account:
        return Account(Holder.CREATOR, creator_id.hex)

    @staticmethod
    def provider(name: str) -> Account:
        return Account(Holder.PROVIDER, name)

    @property
    def owner_id(self) -> UUID:
        """Of a merchant or creator."""
        return UUID(hex=self.owner)


PLATFORM = Account(Holder.PLATFORM)
TRANSIT = Account(Holder.TRANSIT)
BANK = Account(Holder.BANK)


class EntryKind(StrEnum):
    """What an entry is about. Each has a sentence in the messages (`money.kind.<kind>`)."""

    PAYMENT = "payment"
    PROVIDER_FEE = "provider_fee"
    PLATFORM_FEE = "platform_fee"
    COMMISSION = "commission"
    LINK_COMMISSION = "link_commission"
    REFUND = "refund"
    PLATFORM_FEE_BACK = "platform_fee_back"
    COMMISSION_BACK = "commission_back"
    LINK_COMMISSION_BACK = "link_commission_back"
    REFUND_FAILED = "refund_failed"
    PLATFORM_FEE_AGAIN = "platform_fee_again"
    COMMISSION_AGAIN = "commission_again"
    LINK_COMMISSION_AGAIN = "link_commission_again"
    CHARGEBACK = "chargeback"
    PAYOUT = "payout"
    PAYOUT_SETTLED = "payout_settled"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_RETURNED = "payout_returned"


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` in minor units adds to what the account is owed."""

    account: Account
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """`source_id` is what it comes from: an order, a refund. `base` and `rate` are how a fee was
    reckoned: hundredths of a percent of a sum; `rate` is None where several were used. It happened
    `at`, and counts in the month of `posted_at` where its own was closed by then.
    """

    id: UUID
    kind: EntryKind
    source_id: UUID
    at: datetime
    currency: str
    postings: tuple[Posting, ...]
    order_id: UUID | None = None
    base: int | None = None
    rate: int | None = None
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """What is taken of a sale. Rates are hundredths of a percent; `provider_fixed` is for each
    payment, in minor units of its currency.
    """

    platform_rate: int = 0
    provider_rate: int = 0
    provider_fixed: int = 0


NO_FEES = Fees()


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line of an order, or its delivery (`position` -1): what was paid, what went back of it, the
    rate of the host, and that of the creator by whose link the buyer came.
    """

    position: int
    amount: int
    rate: int = 0
    back: int = 0
    link_rate: int = 0

    @property
    def left(self) -> int:
        return self.amount - self.back


@dataclass(frozen=True, slots=True)
class BookedOrder:
    """What the books know of an order. `creator_id` is the host, `affiliate_id` the creator by
    whose link or code the buyer came, where this makes something. `payable_at` is None as long as
    the days to withdraw have not begun.
    """

    order_id: UUID
    number: str
    merchant_id: UUID
    creator_id: UUID | None
    show_id: UUID | None
    provider: str
    currency: str
    fee_rate: int
    placed_at: datetime
    lines: tuple[BookedLine, ...]
    payable_at: datetime | None = None
    affiliate_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting of somebody's account, with the entry it is of. `others` are the accounts on the
    other side.
    """

    entry: Entry
    account: Account
    amount: Money
    order_number: str | None
    others: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`next_cursor` is None on the last page."""

    movements: tuple[Movement, ...]
    next_cursor: UUID | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What becomes payable at `payable_at`; None: some days after the goods arrive, or where it is
    of `withdrawn` orders, once their buyers were given back what is theirs.
    """

    payable_at: datetime | None
    amount: Money
    orders: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """`balance == payable + kept_back + what waits`."""

    account: Account
    balance: Money
    payable: Money
    waiting: tuple[Waiting, ...]
    kept_back: Money
    holds: tuple[PayoutHold, ...] = ()


@dataclass(frozen=True, slots=True)
class KindSum:
    kind: EntryKind
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """One account in one currency from `since` up to `until`: `opening` and all movements make
    `closing`.
    """

    account: Account
    since: datetime
    until: datetime
    opening: Money
    movements: tuple[KindSum, ...]
    closing: Money


Names = Mapping[Account, dict[str, str]]
"""What accounts are called, in every language."""


class Side(StrEnum):
    MERCHANT = "merchant"
    CREATOR = "creator"


class Way(StrEnum):
    """What a creator is paid for: a `SHOW` that it hosts, or buyers who come by its `LINK` or code,
    whoever shows the goods.
    """

    SHOW = "show"
    LINK = "link"


class AgreementState(StrEnum):
    """`TO_COME`: agreed, in force after the notice. `ENDED`: declined or taken back before it was
    agreed.
    """

    PROPOSED = "proposed"
    TO_COME = "to_come"
    IN_FORCE = "in_force"
    PAST = "past"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a creator earns of a merchant's goods, or of one product: `rate` in hundredths of a
    percent of what is paid for them. It is agreed when `agreed_at` is set.
    """

    id: UUID
    merchant_id: UUID
    creator_id: UUID
    product_id: UUID | None
    rate: int
    proposed_by: Side
    proposed_at: datetime
    agreed_at: datetime | None = None
    effective_at: datetime | None = None
    ended_at: datetime | None = None
    way: Way = Way.SHOW


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A period of one creator's links and codes with one merchant: `orders` that came by them,
    `sold` for goods in minor units of the currency of `earned`, which is less what went back.
    """

    merchant_id: UUID
    creator_id: UUID
    orders: int
    sold: int
    earned: Money


@dataclass(frozen=True, slots=True)
class CommissionRow:
    """A period of one creator with one merchant. `sold` is for goods, in minor units of the
    currency of `earned`, which is less what went back; `on_air` is how long the shows were live
    that sold them.
    """

    merchant_id: UUID
    creator_id: UUID
    sold: int
    earned: Money
    on_air: timedelta

    @property
    def per_hour(self) -> Money | None:
        """What an hour on the air made; None as long as nobody was live for a minute."""
        if self.on_air < timedelta(minutes=1):
            return None
        return Money(round(self.earned.amount * HOUR / self.on_air), self.earned.currency)


class BatchState(StrEnum):
    """`COMPUTED` waits for another person; `DISCARDED` was given up before that."""

    COMPUTED = "computed"
    APPROVED = "approved"
    EXPORTED = "exported"
    DISCARDED = "discarded"


class PayoutState(StrEnum):
    """`SENT` to the bank. What `FAILED` there, or was `RETURNED` after it had been settled, is the
    payee's again.
    """

    COMPUTED = "computed"
    APPROVED = "approved"
    SENT = "sent"
    SETTLED = "settled"
    FAILED = "failed"
    RETURNED = "returned"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Payout:
    """`reason` says why it failed or was returned; `itemised`, that it is known of which orders it
    is.
    """

    id: UUID
    batch_id: UUID
    account: Account
    amount: Money
    state: PayoutState
    changed_at: datetime
    reason: str | None = None
    itemised: bool = True


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """What of a payout is of one order: what the order made until then, less what earlier payouts
    paid of it; below zero after a refund that came later.
    """

    order_id: UUID
    order_number: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PayoutLines:
    """A part of what a payout is made of. `of_orders` is the sum of all its lines, `rest` the rest
    of it: what was kept back (below zero) or no longer is, since the payout before.
    """

    payout: Payout
    lines: tuple[PayoutLine, ...]
    of_orders: Money
    next_cursor: UUID | None

    @property
    def rest(self) -> Money:
        return self.payout.amount - self.of_orders


@dataclass(frozen=True, slots=True)
class Batch:
    """`computed_by` and `approved_by` are persons, never the same."""

    id: UUID
    currency: str
    state: BatchState
    computed_by: UUID
    computed_at: datetime
    payouts: tuple[Payout, ...]
    approved_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class PayoutHold:
    """What is kept back, and why, until `ends_at`: `amount`, or with None everything."""

    id: UUID
    account: Account
    currency: str
    amount: int | None
    reason: str
    ends_at: datetime


FileKind = Literal["sepa", "csv"]
"""What is written for the bank."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a payout goes."""

    name: str
    iban: str


class KeepCode(StrEnum):
    """Each has a sentence in the messages (`money.keep.<code>`)."""

    PRICE = "price"
    VAT = "vat"
    PROVIDER_FEE = "provider_fee"
    PLATFORM_FEE = "platform_fee"
    COMMISSION = "commission"
    LINK_COMMISSION = "link_commission"
    REFUNDS = "refunds"


@dataclass(frozen=True, slots=True)
class KeepLine:
    """`rate` in hundredths of a percent, where there is one."""

    code: KeepCode
    amount: int
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """What each side keeps of one piece, in minor units: the `lines` make what the seller keeps."""

    lines: tuple[KeepLine, ...]
    seller: int
    creator: int


@dataclass(frozen=True, slots=True)
class KeepCard:
    """Of one product at its price. `orders` are those from which refunds were learned; zero where
    there were too few of them. `by_link` is the same where the buyer came by the link or code of
    the creator with the highest rate; None where no rate for links is in force.
    """

    product_id: UUID
    name: dict[str, str]
    currency: str
    keep: Keep
    orders: int
    by_link: Keep | None = None
