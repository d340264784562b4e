"""The file for the bank: of an approved batch, with bank details that are stored nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, csv
from showfloor.kit.db import Session
from showfloor.ledger.adapters import sepa
from showfloor.ledger.errors import PayeeMissing, PayeeTwice
from showfloor.ledger.service.paying import export
from showfloor.ledger.types import Account, Batch, FileKind, Payee, PayoutState
from showfloor.ledger.views import account_name, parse_account


def payees_of(rows: Iterable[tuple[str, str, str]]) -> dict[Account, Payee]:
    """Where the money of each account goes, of rows with the account (`mer_…` or `cre_…`), the
    payee's name and the IBAN. Raises MalformedId, PayeeTwice, PayeeMissing (no name), IbanInvalid.
    """
    said = [(parse_account(account), name, iban) for account, name, iban in rows]
    times = Counter(account for account, _, _ in said)
    if twice := [account for account in times if times[account] > 1]:
        raise PayeeTwice(accounts=_names(twice))
    if nameless := [account for account, name, _ in said if not name]:
        raise PayeeMissing(accounts=_names(nameless))
    return {account: Payee(name, sepa.check_iban(iban)) for account, name, iban in said}


async def write_bank_file(
    session: Session,
    *,
    person: Person,
    batch_id: UUID,
    kind: FileKind,
    payees: Mapping[Account, Payee],
    debtor: Payee,
) -> tuple[Batch, bytes]:
    """As `export`, with what the bank gets: it pays on the next day, from the account of `debtor`,
    which a SEPA file names. Raises as `export`, and PayeeMissing, IbanInvalid, SepaNeedsEuro.
    """
    batch = await export(session, person=person, batch_id=batch_id, file=kind)
    sent = {each.account for each in batch.payouts if each.state is PayoutState.SENT}
    if missing := sent - payees.keys():
        raise PayeeMissing(accounts=_names(missing))
    if kind == "csv":
        return batch, csv.rows_text(sepa.payout_rows(batch, payees)).encode()
    now = clock.now()
    day = (now + timedelta(days=1)).date()
    return batch, sepa.credit_transfer(batch, debtor, payees, now=now, day=day)


def _names(accounts: Iterable[Account]) -> str:
    return ", ".join(sorted(map(account_name, accounts)))
