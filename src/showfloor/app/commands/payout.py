"""Pay sellers and creators: computed by one person, approved by another."""

from __future__ import annotations

import csv as csv_files
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from showfloor.app import wiring
from showfloor.app.admin_terminal import email_address, id_with, line, run, said
from showfloor.app.delivery_commands import minor_units
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused
from showfloor.identity import service as identity
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Action, Person
from showfloor.kit import clock, csv, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.ledger import service
from showfloor.ledger.types import Account, Batch, FileKind, Payee, Payout, PayoutHold, PayoutState
from showfloor.ledger.views import account_name, parse_account

T = TypeVar("T")
group = typer.Typer(no_args_is_help=True)
By = Annotated[
    str,
    typer.Option(
        "--by",
        callback=email_address,
        help="the operator who does this, by email",
    ),
]
BatchId = Annotated[
    UUID,
    typer.Argument(parser=id_with("pob"), metavar="BATCH", help="pob_…, as `compute` prints it"),
]
PayoutId = Annotated[
    UUID,
    typer.Argument(parser=id_with("po"), metavar="PAYOUT", help="po_…, as `list` prints it"),
]
HoldId = Annotated[UUID, typer.Argument(parser=id_with("pho"), metavar="HOLD", help="pho_…")]
OrderId = Annotated[UUID, typer.Argument(parser=id_with("ord"), metavar="ORDER", help="ord_…")]
Reason = Annotated[str, typer.Option(callback=said, help="its owner reads it")]
Currency = Annotated[str, typer.Argument(help="ISO code, EUR")]
AccountName = Annotated[str, typer.Argument(metavar="ACCOUNT", help="mer_… or cre_…")]


def _as(email: str, work: Callable[[Session, Person], Awaitable[T]]) -> T:
    """As the person with this address, who may handle money and was not disabled."""

    async def once(session: Session) -> T:
        found = await identity.find_person(session, email=email)
        person = await identity.get_active_person(session, found.id, Action.MONEY_MANAGE)
        if person is None:
            raise Forbidden
        return await work(session, person)

    return run(once)


@group.command("compute")
def compute(currency: Currency, by: By) -> None:
    """Gather what is payable. No money moves before somebody else approves."""
    code = currency.upper()
    _show(_as(by, lambda session, person: service.compute(session, person=person, currency=code)))


@group.command("list")
def list_all(by: By) -> None:
    """The newest batches with their payouts."""
    for batch in _as(by, lambda session, person: service.list_batches(session, person=person)):
        _show(batch)


@group.command("approve")
def approve(batch: BatchId, by: By) -> None:
    """Take the money off the payees' accounts. Needs another person than computed."""
    _show(_as(by, lambda session, person: service.approve(session, person=person, batch_id=batch)))


@group.command("discard")
def discard(batch: BatchId, by: By) -> None:
    """Give a batch up that nobody approved."""
    _as(by, lambda session, person: service.discard(session, person=person, batch_id=batch))


@group.command("export")
def export(
    batch: BatchId,
    by: By,
    payees: Annotated[
        Path,
        typer.Option(help="CSV with account, name, iban", exists=True, dir_okay=False),
    ],
    to: Annotated[Path, typer.Option(help="the file to write: .csv, or .xml for SEPA")],
    debtor: Annotated[
        str, typer.Option(callback=line, help="whose bank account pays, for SEPA")
    ] = "",
    debtor_iban: Annotated[
        str, typer.Option(callback=line, help="the account that pays, for SEPA")
    ] = "",
) -> None:
    """Write the file for the bank. Bank details come from a file and are stored nowhere here."""
    known = _payees(payees)
    kind: FileKind = "sepa" if to.suffix == ".xml" else "csv"

    async def once(session: Session, person: Person) -> Batch:
        exported, content = await service.write_bank_file(
            session,
            person=person,
            batch_id=batch,
            kind=kind,
            payees=known,
            debtor=Payee(debtor, debtor_iban),
        )
        to.write_bytes(content)
        return exported

    _show(_as(by, once))


def _payees(file: Path) -> dict[Account, Payee]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv_files.DictReader(opened))
    try:
        # A row that ends early has None in what it lacks.
        said = [(row["account"] or "", row["name"] or "", row["iban"] or "") for row in rows]
    except KeyError as missing:
        raise typer.BadParameter(f"{file} has no column {missing}") from None
    return or_refused(lambda: service.payees_of(said))


@group.command("settle")
def settle(payout: PayoutId, by: By) -> None:
    """The bank has paid it."""
    _end(payout, by, PayoutState.SETTLED)


@group.command("fail")
def fail(payout: PayoutId, by: By, reason: Reason) -> None:
    """The bank did not pay it: the money is the payee's again."""
    _end(payout, by, PayoutState.FAILED, reason)


@group.command("return")
def return_(payout: PayoutId, by: By, reason: Reason) -> None:
    """It came back after it had been paid: the money is the payee's again."""
    _end(payout, by, PayoutState.RETURNED, reason)


def _end(payout: UUID, by: str, state: PayoutState, reason: str | None = None) -> None:
    _line(
        _as(
            by,
            lambda session, person: service.end(
                session, person=person, payout_id=payout, state=state, reason=reason
            ),
        )
    )


@group.command("hold")
def hold(
    account: AccountName,
    currency: Currency,
    by: By,
    reason: Reason,
    days: Annotated[int, typer.Option(min=1, max=180, help="how long")],
    amount: Annotated[str, typer.Option(help="12.50; without it everything")] = "",
) -> None:
    """Keep money back for a reason, until a day."""
    code, owner = currency.upper(), or_refused(lambda: parse_account(account))
    minor = minor_units(amount, code) if amount else None
    if minor is not None and minor <= 0:
        raise typer.BadParameter(f"nothing can be kept back of {amount}")

    async def once(session: Session, person: Person) -> PayoutHold:
        if owner not in await service.names_of(session, [owner]):
            raise typer.BadParameter(f"there is no {account}")
        ends_at = clock.now() + timedelta(days=days)
        return await service.hold(
            session,
            person=person,
            account=owner,
            currency=code,
            amount=minor,
            reason=reason,
            ends_at=ends_at,
        )

    typer.echo(ids.encode("pho", _as(by, once).id))


@group.command("release")
def release(held: HoldId, by: By) -> None:
    """Keep it back no longer."""
    _as(by, lambda session, person: service.release(session, person=person, hold_id=held))


@group.command("withdrawal-over")
def withdrawal_over(order: OrderId, by: By) -> None:
    """Its buyer withdrew and is owed nothing more: what is left becomes payable."""
    _as(by, lambda session, person: service.end_withdrawal(session, person=person, order_id=order))


@group.command("chargeback")
def chargeback(
    order: OrderId,
    amount: Annotated[str, typer.Argument(help="12.50")],
    currency: Currency,
    reference: Annotated[
        str, typer.Option(callback=said, help="the provider's name for it: is booked once")
    ],
    by: By,
) -> None:
    """A buyer's bank took money back: it is the seller's loss, and fee and commission with it."""
    code = currency.upper()
    money, fees = Money(minor_units(amount, code), code), wiring.fees(Settings())
    _as(
        by,
        lambda session, person: service.book_chargeback(
            session, person=person, order_id=order, amount=money, reference=reference, fees=fees
        ),
    )


def _show(batch: Batch) -> None:
    typer.echo(f"{ids.encode('pob', batch.id)}  {batch.state}  {batch.computed_at:%Y-%m-%d %H:%M}")
    for payout in batch.payouts:
        _line(payout)


def _line(payout: Payout) -> None:
    sum_of = f"{csv.decimal(payout.amount)} {payout.amount.currency}"
    whose = account_name(payout.account)
    typer.echo(f"  {ids.encode('po', payout.id)}  {whose}  {sum_of}  {payout.state}")
