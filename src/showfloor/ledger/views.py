"""The books as others see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import csv, ids, messages
from showfloor.kit.money import Money, total
from showfloor.kit.schemas import MoneyOut
from showfloor.ledger import rules
from showfloor.ledger.schemas import (
    AccountOut,
    AgreementOut,
    BalanceOut,
    BalancesOut,
    BatchesOut,
    BatchOut,
    CodeOut,
    CommissionRowOut,
    CommissionsOut,
    EntryOut,
    EntryPage,
    KeepByLinkOut,
    KeepLineOut,
    KeepOut,
    KeptBackOut,
    KindSumOut,
    LinkRowOut,
    PartnersOut,
    PayoutHoldOut,
    PayoutOrderOut,
    PayoutOrdersOut,
    PayoutOut,
    StatementOut,
    StatementsOut,
    WaitingOut,
)
from showfloor.ledger.types import (
    Account,
    Agreement,
    AgreementState,
    Balance,
    Batch,
    BatchState,
    CommissionRow,
    Holder,
    Keep,
    KeepCard,
    KeepCode,
    LinkRow,
    Movement,
    Names,
    Page,
    Payout,
    PayoutHold,
    PayoutLines,
    Side,
    Statement,
)
from showfloor.merchants.types import CreatorCode

_PREFIX = {Holder.MERCHANT: "mer", Holder.CREATOR: "cre"}


def account_view(account: Account, names: Names) -> AccountOut:
    prefix = _PREFIX.get(account.holder)
    return AccountOut(
        holder=account.holder,
        id=ids.encode(prefix, account.owner_id) if prefix else None,
        name=names.get(account),
    )


def account_name(account: Account) -> str:
    """As `parse_account` reads it."""
    return ids.encode(_PREFIX[account.holder], account.owner_id)


def parse_account(text: str) -> Account:
    """`mer_…` or `cre_…`. Raises MalformedId."""
    if text.startswith("cre_"):
        return Account.creator(ids.parse("cre", text))
    return Account.merchant(ids.parse("mer", text))


def entries_view(page: Page, names: Names) -> EntryPage:
    return EntryPage(
        items=[_entry(movement, names) for movement in page.movements],
        next_cursor=ids.encode("ent", page.next_cursor) if page.next_cursor else None,
    )


def _entry(movement: Movement, names: Names) -> EntryOut:
    entry = movement.entry
    base = Money(entry.base, entry.currency) if entry.base is not None else None
    return EntryOut(
        id=ids.encode("ent", entry.id),
        kind=entry.kind,
        at=entry.at,
        posted_at=entry.posted_at,
        account=account_view(movement.account, names),
        amount=MoneyOut.of(movement.amount),
        others=[account_view(other, names) for other in movement.others],
        order_id=ids.encode("ord", entry.order_id) if entry.order_id else None,
        order_number=movement.order_number,
        base=MoneyOut.of(base) if base else None,
        rate=entry.rate,
    )


def balances_view(
    balances: Sequence[Balance], payouts: Sequence[Payout], names: Names
) -> BalancesOut:
    return BalancesOut(
        balances=[
            BalanceOut(
                account=account_view(each.account, names),
                balance=MoneyOut.of(each.balance),
                payable=MoneyOut.of(each.payable),
                waiting=[
                    WaitingOut(
                        payable_at=wait.payable_at,
                        amount=MoneyOut.of(wait.amount),
                        orders=wait.orders,
                        withdrawn=wait.withdrawn,
                    )
                    for wait in each.waiting
                ],
                kept_back=MoneyOut.of(each.kept_back),
                holds=[_hold(hold) for hold in each.holds],
            )
            for each in balances
        ],
        payouts=[_payout(each, names) for each in payouts],
    )


def _payout(payout: Payout, names: Names) -> PayoutOut:
    return PayoutOut(
        id=ids.encode("po", payout.id),
        account=account_view(payout.account, names),
        amount=MoneyOut.of(payout.amount),
        state=payout.state,
        changed_at=payout.changed_at,
        reason=payout.reason,
        itemised=payout.itemised,
    )


def payout_orders_view(found: PayoutLines) -> PayoutOrdersOut:
    return PayoutOrdersOut(
        amount=MoneyOut.of(found.payout.amount),
        rest=MoneyOut.of(found.rest),
        items=[
            PayoutOrderOut(
                order_id=ids.encode("ord", each.order_id),
                order_number=each.order_number,
                amount=MoneyOut.of(each.amount),
            )
            for each in found.lines
        ],
        next_cursor=ids.encode("ord", found.next_cursor) if found.next_cursor else None,
    )


def _hold(hold: PayoutHold) -> KeptBackOut:
    amount = Money(hold.amount, hold.currency) if hold.amount is not None else None
    return KeptBackOut(
        reason=hold.reason,
        ends_at=hold.ends_at,
        amount=MoneyOut.of(amount) if amount else None,
    )


def statements_view(
    period: str, final_at: datetime, now: datetime, found: Sequence[Statement], names: Names
) -> StatementsOut:
    return StatementsOut(
        period=period,
        final_at=final_at,
        is_final=now >= final_at,
        statements=[
            StatementOut(
                account=account_view(each.account, names),
                since=each.since,
                until=each.until,
                opening=MoneyOut.of(each.opening),
                movements=[
                    KindSumOut(kind=sum.kind, count=sum.count, amount=MoneyOut.of(sum.amount))
                    for sum in each.movements
                ],
                closing=MoneyOut.of(each.closing),
            )
            for each in found
        ],
    )


CSV_HEADER = ["account", "account_name", "period", "currency", "what", "words", "count", "amount"]


def statement_rows(
    period: str, statement: Statement, names: Names, lang: str
) -> list[list[str | int]]:
    """A row for the opening balance, each kind of movement, and the closing balance."""
    view = account_view(statement.account, names)
    name = getattr(view.name, lang) if view.name else ""

    def row(what: str, count: int, amount: Money) -> list[str | int]:
        words = messages.translate(lang, f"money.kind.{what}")
        decimal = csv.decimal(amount)
        return [view.id or "", name, period, amount.currency, what, words, count, decimal]

    return [
        row("opening", 0, statement.opening),
        *(row(each.kind.value, each.count, each.amount) for each in statement.movements),
        row("closing", 0, statement.closing),
    ]


ENTRIES_HEADER = [
    "account",
    "account_name",
    "at",
    "entry",
    "what",
    "words",
    "order",
    "other_side",
    "currency",
    "amount",
    "of",
    "rate",
    "posted_at",
]


def entry_row(movement: Movement, names: Names, lang: str) -> list[str | int]:
    """One posting of an own account. `of` and `rate` (percent) say how a fee was reckoned;
    `posted_at` is empty where it counts when it happened.
    """
    entry, view = movement.entry, account_view(movement.account, names)
    others = [account_view(each, names) for each in movement.others]
    base = Money(entry.base, entry.currency) if entry.base is not None else None
    return [
        view.id or "",
        getattr(view.name, lang) if view.name else "",
        _seconds(entry.at),
        ids.encode("ent", entry.id),
        entry.kind.value,
        messages.translate(lang, f"money.kind.{entry.kind.value}"),
        movement.order_number or "",
        "; ".join(getattr(each.name, lang) if each.name else each.holder.value for each in others),
        entry.currency,
        csv.decimal(movement.amount),
        csv.decimal(base) if base else "",
        f"{entry.rate / 100:.2f}" if entry.rate is not None else "",
        _seconds(entry.posted_at) if entry.posted_at else "",
    ]


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def commissions_view(
    person: Person,
    agreements: Sequence[tuple[Agreement, AgreementState]],
    rows: Sequence[CommissionRow],
    links: Sequence[LinkRow],
    codes: Sequence[CreatorCode],
    partners: Sequence[tuple[UUID, UUID]],
    names: Names,
    products: Mapping[UUID, dict[str, str]],
) -> CommissionsOut:
    return CommissionsOut(
        agreements=[
            AgreementOut(
                id=ids.encode("agr", each.id),
                merchant=account_view(Account.merchant(each.merchant_id), names),
                creator=account_view(Account.creator(each.creator_id), names),
                product_id=ids.encode("prod", each.product_id) if each.product_id else None,
                product_name=products.get(each.product_id) if each.product_id else None,
                way=each.way,
                rate=each.rate,
                proposed_by=each.proposed_by,
                proposed_at=each.proposed_at,
                in_force_from=each.effective_at,
                state=state,
                may_agree=state is AgreementState.PROPOSED and _is_asked(person, each),
            )
            for each, state in agreements
        ],
        partners=[
            PartnersOut(
                merchant=account_view(Account.merchant(merchant_id), names),
                creator=account_view(Account.creator(creator_id), names),
            )
            for merchant_id, creator_id in partners
        ],
        month=[
            CommissionRowOut(
                merchant=account_view(Account.merchant(row.merchant_id), names),
                creator=account_view(Account.creator(row.creator_id), names),
                sold=MoneyOut(amount=row.sold, currency=row.earned.currency),
                earned=MoneyOut.of(row.earned),
                on_air_seconds=int(row.on_air.total_seconds()),
                per_hour=MoneyOut.of(row.per_hour) if row.per_hour else None,
            )
            for row in rows
        ],
        links=[
            LinkRowOut(
                merchant=account_view(Account.merchant(row.merchant_id), names),
                creator=account_view(Account.creator(row.creator_id), names),
                orders=row.orders,
                sold=MoneyOut(amount=row.sold, currency=row.earned.currency),
                earned=MoneyOut.of(row.earned),
            )
            for row in links
        ],
        codes=[CodeOut(code=each.text, made_at=each.made_at) for each in codes],
    )


def _is_asked(person: Person, agreement: Agreement) -> bool:
    """Whether the reader is on the other side than who proposed it."""
    if agreement.proposed_by is Side.CREATOR:
        return agreement.merchant_id in person.merchant_ids
    return agreement.creator_id == person.creator_id


def keep_view(card: KeepCard) -> KeepOut:
    def money(amount: int) -> MoneyOut:
        return MoneyOut(amount=amount, currency=card.currency)

    return KeepOut(
        product_id=ids.encode("prod", card.product_id),
        name=card.name,
        lines=[
            KeepLineOut(code=line.code, amount=money(line.amount), rate=line.rate)
            for line in card.keep.lines
        ],
        seller=money(card.keep.seller),
        creator=money(card.keep.creator),
        orders=card.orders,
        by_link=_by_link(card.by_link, card.currency) if card.by_link else None,
    )


def _by_link(keep: Keep, currency: str) -> KeepByLinkOut | None:
    """None where the highest rate makes nothing of this price."""
    line = next((each for each in keep.lines if each.code is KeepCode.LINK_COMMISSION), None)
    if line is None:
        return None
    return KeepByLinkOut(
        rate=line.rate or 0,
        commission=MoneyOut(amount=-line.amount, currency=currency),
        seller=MoneyOut(amount=keep.seller, currency=currency),
    )


def batches_view(
    person: Person,
    batches: Sequence[Batch],
    holds: Sequence[PayoutHold],
    names: Names,
    persons: Mapping[UUID, str],
) -> BatchesOut:
    return BatchesOut(
        batches=[_batch(person, each, names, persons) for each in batches],
        holds=[payout_hold_view(each, names) for each in holds],
    )


def _batch(person: Person, batch: Batch, names: Names, persons: Mapping[UUID, str]) -> BatchOut:
    waits = batch.state is BatchState.COMPUTED
    return BatchOut(
        id=ids.encode("pob", batch.id),
        currency=batch.currency,
        state=batch.state,
        computed_at=batch.computed_at,
        computed_by=persons.get(batch.computed_by),
        approved_by=persons.get(batch.approved_by) if batch.approved_by else None,
        may_approve=waits and rules.may_approve(batch, person.id),
        total=MoneyOut.of(total([each.amount for each in batch.payouts], batch.currency)),
        payouts=[_payout(each, names) for each in batch.payouts],
    )


def payout_hold_view(hold: PayoutHold, names: Names) -> PayoutHoldOut:
    amount = Money(hold.amount, hold.currency) if hold.amount is not None else None
    return PayoutHoldOut(
        id=ids.encode("pho", hold.id),
        account=account_view(hold.account, names),
        currency=hold.currency,
        amount=MoneyOut.of(amount) if amount else None,
        reason=hold.reason,
        ends_at=hold.ends_at,
    )
