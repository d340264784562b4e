"""What somebody may see of the books: their own accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.errors import RoleMissing
from showfloor.identity.types import Action, Person
from showfloor.kit import clock, messages
from showfloor.kit.db import Database, Session
from showfloor.kit.money import Money
from showfloor.ledger import queries, rules
from showfloor.ledger.errors import AccountNotFound, PayoutNotFound, PeriodInvalid
from showfloor.ledger.types import (
    Account,
    Balance,
    Holder,
    Movement,
    Names,
    Page,
    Payout,
    PayoutLines,
    Statement,
)
from showfloor.merchants import service as merchants

_WALKED = 500
"""Entries that are read at once for a file."""


def own_accounts(person: Person, wanted: Account | None = None) -> list[Account]:
    """All of them, or the wanted one. Raises AccountNotFound for a foreign one."""
    own = [Account.merchant(each) for each in sorted(person.merchant_ids)]
    if person.creator_id is not None:
        own.append(Account.creator(person.creator_id))
    if wanted is None:
        return own
    if wanted not in own:
        raise AccountNotFound
    return [wanted]


async def list_movements(
    session: Session,
    *,
    person: Person,
    account: Account | None = None,
    order_id: UUID | None = None,
    limit: int = 50,
    cursor: UUID | None = None,
) -> Page:
    """Newest first; `limit` counts entries. Raises AccountNotFound."""
    accounts = own_accounts(person, account)
    found = await queries.movements(
        session, accounts, order_id=order_id, limit=limit + 1, before=cursor
    )
    entries = list(dict.fromkeys(movement.entry.id for movement in found))
    if len(entries) <= limit:
        return Page(tuple(found), None)
    shown = set(entries[:limit])
    page = tuple(each for each in found if each.entry.id in shown)
    return Page(page, entries[limit - 1])


async def walk_movements(
    database: Database, *, person: Person, period: str, account: Account | None = None
) -> AsyncIterator[tuple[Sequence[Movement], Names]]:
    """Everything that moved on own accounts in a month that has begun, account by account, in the
    order in which it was booked: what `statements` sums up. A short transaction for each part.

    Raises PeriodInvalid and AccountNotFound before the first part, and RoleMissing when the
    person's right to read them ended meanwhile, so that nobody takes a part for the whole.
    """
    since, until = begun(period)
    for own in own_accounts(person, account):
        after: UUID | None = None
        while True:
            async with database.session() as session:
                if not await identity.may_still(session, person, Action.MONEY_READ):
                    raise RoleMissing
                found = await queries.movements_between(
                    session, own, since, until, limit=_WALKED, after=after
                )
                shown = {own} | {other for each in found for other in each.others}
                names = await names_of(session, shown)
            if not found:
                break
            yield found, names
            after = found[-1].entry.id


def begun(period: str) -> tuple[datetime, datetime]:
    """The bounds of a month. Raises PeriodInvalid, also for one that has not begun."""
    since, until = rules.month(period)
    if since > clock.now():
        raise PeriodInvalid
    return since, until


def final_at(period: str) -> datetime:
    """From when on the statement of a month never changes. Raises PeriodInvalid."""
    return rules.final_at(begun(period)[1])


async def list_balances(
    session: Session, *, person: Person, account: Account | None = None
) -> list[Balance]:
    """What each account has in each currency, what of it is payable, and when the rest is. Raises
    AccountNotFound.
    """
    found = []
    for own in own_accounts(person, account):
        found += await balances_of(session, own)
    return found


async def balances_of(session: Session, account: Account) -> list[Balance]:
    """In each currency in which there are entries."""
    now = clock.now()
    sums, waiting = await queries.standing(session, account, now)
    holds = await queries.holds(session, account, now)
    found = []
    for currency, amount in sorted(sums.items()):
        waits = tuple(waiting.get(currency, ()))
        free = amount - sum(each.amount.amount for each in waits)
        own = tuple(each for each in holds if each.currency == currency)
        kept = rules.kept_back(free, own)
        found.append(
            Balance(
                account=account,
                balance=Money(amount, currency),
                payable=Money(free - kept, currency),
                waiting=waits,
                kept_back=Money(kept, currency),
                holds=own,
            )
        )
    return found


async def list_payouts(
    session: Session, *, person: Person, account: Account | None = None
) -> list[Payout]:
    """The newest of own accounts that were approved. Raises AccountNotFound."""
    return await queries.payouts_of(session, own_accounts(person, account))


async def list_payout_orders(
    session: Session,
    *,
    person: Person,
    payout_id: UUID,
    limit: int = 50,
    cursor: UUID | None = None,
) -> PayoutLines:
    """Of which orders a payout of an own account is, in the order in which they were placed. Raises
    PayoutNotFound, also for one that nobody approved and for one from before it was noted.
    """
    payout = await queries.find_payout(session, payout_id)
    if payout is None or not payout.itemised or payout.account not in own_accounts(person):
        raise PayoutNotFound
    found = await queries.payout_lines(session, payout, limit=limit + 1, after=cursor)
    whole = Money(await queries.sum_of_payout_lines(session, payout_id), payout.amount.currency)
    shown = tuple(found[:limit])
    return PayoutLines(payout, shown, whole, shown[-1].order_id if len(found) > limit else None)


async def statements(
    session: Session, *, person: Person, period: str, account: Account | None = None
) -> list[Statement]:
    """One for each account and currency with entries, for a month that has begun (`2026-11`, in
    UTC). Raises PeriodInvalid, AccountNotFound.
    """
    since, until = begun(period)
    found = []
    for own in own_accounts(person, account):
        opening = await queries.balances(session, own, before=since)
        sums = await queries.sums_by_kind(session, own, since, until)
        for currency in sorted(opening.keys() | sums.keys()):
            before = Money(opening.get(currency, 0), currency)
            moved = tuple(sums.get(currency, ()))
            after = before
            for each in moved:
                after += each.amount
            found.append(Statement(own, since, until, before, moved, after))
    return found


async def names_of(session: Session, accounts: Iterable[Account]) -> Names:
    """Of sellers, creators and providers; the others have words of their own."""
    wanted = set(accounts)
    sellers = await merchants.get_merchants(session, _ids(wanted, Holder.MERCHANT))
    hosts = await merchants.get_creators(session, _ids(wanted, Holder.CREATOR))
    return (
        {Account.merchant(each.id): each.name for each in sellers.values()}
        | {Account.creator(each.id): each.name for each in hosts.values()}
        | {each: _provider(each.owner) for each in wanted if each.holder is Holder.PROVIDER}
    )


def _provider(name: str) -> dict[str, str]:
    if name == "test":
        key = "money.provider.test"
        return {lang: messages.translate(lang, key) for lang in messages.LANGUAGES}
    return dict.fromkeys(messages.LANGUAGES, name.title())


def _ids(accounts: Collection[Account], holder: Holder) -> list[UUID]:
    return [each.owner_id for each in accounts if each.holder is holder]


async def check_balance(session: Session) -> list[UUID]:
    """Entries that do not sum to zero; none, as long as nobody went past the database."""
    return [entry_id for entry_id, _ in await queries.unbalanced(session)]
