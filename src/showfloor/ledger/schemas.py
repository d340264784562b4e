"""Wire models of `ledger`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from showfloor.kit.fields import Line, OptionalLine
from showfloor.kit.money import Money
from showfloor.kit.schemas import EveryLanguage, MoneyOut, Time, id_with
from showfloor.kit.text import clean_code, clean_line
from showfloor.ledger.types import (
    AgreementState,
    BatchState,
    EntryKind,
    FileKind,
    Holder,
    KeepCode,
    PayoutState,
    Side,
    Way,
)


def _check_currency(code: str) -> str:
    """Raises ValueError for a currency that there is not."""
    return Money(0, code).currency


Currency = Annotated[str, Field(pattern="^[A-Z]{3}$"), AfterValidator(_check_currency)]


class AccountOut(BaseModel):
    """`id` is `mer_…` or `cre_…`, null for all others; `name` is null where `holder` says all."""

    holder: Holder
    id: str | None
    name: EveryLanguage | None


class EntryOut(BaseModel):
    """One posting of an own account: `amount` is what was added to what the account is owed.
    `base` and `rate` (hundredths of a percent) say how a fee or commission was reckoned. It counts
    in the month of `posted_at` where the books of its own were closed when it reached them.
    """

    id: Annotated[str, id_with("ent")]
    kind: EntryKind
    at: Time
    posted_at: Time | None
    account: AccountOut
    amount: MoneyOut
    others: list[AccountOut]
    order_id: Annotated[str | None, id_with("ord")]
    order_number: str | None
    base: MoneyOut | None
    rate: int | None


class EntryPage(BaseModel):
    items: list[EntryOut]
    next_cursor: str | None


class WaitingOut(BaseModel):
    """What becomes payable at `payable_at`; null: after the goods arrived and the days to withdraw
    are over. `withdrawn`: from these orders the buyers withdrew, and they were not given back
    everything yet; only then the rest is payable.
    """

    payable_at: Time | None
    amount: MoneyOut
    orders: int
    withdrawn: bool


class KeptBackOut(BaseModel):
    """`amount` null: everything is kept back until `ends_at`."""

    reason: str
    ends_at: Time
    amount: MoneyOut | None


class BalanceOut(BaseModel):
    """`balance` is `payable`, what is `kept_back` by the `holds`, and all that waits."""

    account: AccountOut
    balance: MoneyOut
    payable: MoneyOut
    waiting: list[WaitingOut]
    kept_back: MoneyOut
    holds: list[KeptBackOut]


class PayoutOut(BaseModel):
    """`reason` says why it failed or was returned; `itemised`, that its orders can be read."""

    id: Annotated[str, id_with("po")]
    account: AccountOut
    amount: MoneyOut
    state: PayoutState
    changed_at: Time
    reason: str | None
    itemised: bool


class PayoutOrderOut(BaseModel):
    """What the order made until then, less what earlier payouts paid of it; below zero after a
    refund that came later.
    """

    order_id: Annotated[str, id_with("ord")]
    order_number: str
    amount: MoneyOut


class PayoutOrdersOut(BaseModel):
    """All orders of the payout and `rest` make its `amount`. `rest` is what was kept back (below
    zero), or no longer is, since the payout before.
    """

    amount: MoneyOut
    rest: MoneyOut
    items: list[PayoutOrderOut]
    next_cursor: Annotated[str | None, id_with("ord")]


class BalancesOut(BaseModel):
    """`payouts` are the newest ones."""

    balances: list[BalanceOut]
    payouts: list[PayoutOut]


class KindSumOut(BaseModel):
    kind: EntryKind
    count: int
    amount: MoneyOut


class StatementOut(BaseModel):
    """`opening` and all `movements` make `closing`. `since` is in, `until` is not."""

    account: AccountOut
    since: Time
    until: Time
    opening: MoneyOut
    movements: list[KindSumOut]
    closing: MoneyOut


class StatementsOut(BaseModel):
    """Until `final_at` what happened in the month is added to it; what reaches the books later
    counts in the month in which it does, and has a `posted_at`.
    """

    period: str
    final_at: Time
    is_final: bool
    statements: list[StatementOut]


class AgreementIn(BaseModel):
    """`rate` in hundredths of a percent: 800 is 8 %. `product_id` null is all products. `way`: of
    what a show sells that the creator hosts, or of what buyers order who came by its link or code.
    """

    merchant_id: str
    creator_id: str
    product_id: str | None = None
    rate: int = Field(ge=0, le=9_000)
    way: Way = Way.SHOW


class AgreementOut(BaseModel):
    """`in_force_from` is null until both sides agreed. `may_agree`: it waits for the reader."""

    id: Annotated[str, id_with("agr")]
    merchant: AccountOut
    creator: AccountOut
    product_id: Annotated[str | None, id_with("prod")]
    product_name: EveryLanguage | None
    way: Way
    rate: int
    proposed_by: Side
    proposed_at: Time
    in_force_from: Time | None
    state: AgreementState
    may_agree: bool


class CommissionRowOut(BaseModel):
    """`sold` is paid for goods, `earned` less what went back. `per_hour` is `earned` by the hours
    that the shows which sold were live, null below a minute.
    """

    merchant: AccountOut
    creator: AccountOut
    sold: MoneyOut
    earned: MoneyOut
    on_air_seconds: int
    per_hour: MoneyOut | None


class LinkRowOut(BaseModel):
    """`orders` came by links and codes; `sold` is paid for their goods, `earned` less what went
    back.
    """

    merchant: AccountOut
    creator: AccountOut
    orders: int
    sold: MoneyOut
    earned: MoneyOut


class CodeIn(BaseModel):
    """Three to twenty Latin letters and digits; small letters are made capitals."""

    code: Annotated[str, AfterValidator(clean_code)] = Field(max_length=60)


class CodeOut(BaseModel):
    """`code` is typed at the checkout, and makes a link of the address of every page of a show or
    clip: `/s/…?via=CODE`.
    """

    code: str
    made_at: Time


class PartnersOut(BaseModel):
    """Two who may agree about commissions."""

    merchant: AccountOut
    creator: AccountOut


class CommissionsOut(BaseModel):
    """Agreements newest first; `month` is what was earned in it by shows, `links` by links and
    codes. `codes` are the reader's own as a creator.
    """

    agreements: list[AgreementOut]
    partners: list[PartnersOut]
    month: list[CommissionRowOut]
    links: list[LinkRowOut]
    codes: list[CodeOut]


class KeepLineOut(BaseModel):
    """`rate` in hundredths of a percent, null where there is none."""

    code: KeepCode
    amount: MoneyOut
    rate: int | None


class KeepByLinkOut(BaseModel):
    rate: int
    commission: MoneyOut
    seller: MoneyOut


class KeepOut(BaseModel):
    """Of one piece at today's lowest price: the `lines` make what the `seller` keeps; `creator`
    earns. Expected refunds were learned from so many `orders`, zero when there were too few.
    `by_link` is what the seller keeps where the buyer comes by the link of a creator who takes
    `rate` beside the host; null where no rate for links is in force.
    """

    product_id: Annotated[str, id_with("prod")]
    name: EveryLanguage
    lines: list[KeepLineOut]
    seller: MoneyOut
    creator: MoneyOut
    orders: int
    by_link: KeepByLinkOut | None


class ComputeIn(BaseModel):
    currency: Currency


class BatchOut(BaseModel):
    """`may_approve`: it waits, and for another person than the reader. The persons are names; null
    for those who were erased.
    """

    id: Annotated[str, id_with("pob")]
    currency: str
    state: BatchState
    computed_at: Time
    computed_by: str | None
    approved_by: str | None
    may_approve: bool
    total: MoneyOut
    payouts: list[PayoutOut]


class PayoutHoldOut(BaseModel):
    """`amount` null: everything is kept back until `ends_at`."""

    id: Annotated[str, id_with("pho")]
    account: AccountOut
    currency: str
    amount: MoneyOut | None
    reason: str
    ends_at: Time


class BatchesOut(BaseModel):
    batches: list[BatchOut]
    holds: list[PayoutHoldOut]


class PayeeIn(BaseModel):
    """Where an account's money goes: for the file alone, stored nowhere."""

    account: str = Field(pattern="^(mer|cre)_[A-Za-z0-9]{1,40}$")
    name: Line
    iban: Annotated[str, AfterValidator(clean_line)] = Field(min_length=15, max_length=60)


class ExportIn(BaseModel):
    """`debtor_name` and `debtor_iban` are whose bank account pays, for SEPA."""

    format: FileKind
    payees: list[PayeeIn] = Field(max_length=10_000)
    debtor_name: OptionalLine = ""
    debtor_iban: OptionalLine = ""


class PayoutEndIn(BaseModel):
    """Why; its owner reads it."""

    reason: Line


class PayoutHoldIn(BaseModel):
    """`amount` in minor units; without it everything. Its owner reads `reason`."""

    account: str = Field(pattern="^(mer|cre)_[A-Za-z0-9]{1,40}$")
    currency: Currency
    amount: int | None = Field(None, ge=1, le=10**14)
    reason: Line
    days: int = Field(ge=1, le=180)
