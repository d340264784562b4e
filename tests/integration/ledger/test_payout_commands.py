"""`showfloor payout …`, as operators type it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from showfloor.kit import ids
from tests.integration.app.commands import PASSWORD, Run, run, scalar

__all__ = ["run"]

SELLER = UUID(int=7)
NAME = ids.encode("mer", SELLER)
IBAN = "DE89370400440532013000"


@pytest.fixture
def bank(run: Run, database_url: str) -> Run:
    """Two operators, and a seller with 20.00 to be paid out."""
    for who in ("anna", "boris"):
        options = "--adult --operator --name Operator"
        typed = f"{PASSWORD}\n"
        assert run(f"person add {who}@brand.example {options}", typed=typed).exit_code == 0
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into ledger_entry (id, kind, source_id, at, currency) "
            "values (%(id)s, 'payment', %(id)s, now(), 'EUR')",
            {"id": SELLER},
        )
        connection.execute(
            "insert into ledger_posting values (%(id)s, 0, 'merchant', %(owner)s, 2000), "
            "(%(id)s, 1, 'provider', 'test', -2000)",
            {"id": SELLER, "owner": SELLER.hex},
        )
    return run


def compute(run: Run) -> str:
    made = run("payout compute eur --by anna@brand.example")
    assert made.exit_code == 0, made.output
    return str(made.stdout.split()[0])


def test_operator_who_was_disabled_is_no_second_person(bank: Run, database_url: str) -> None:
    batch = compute(bank)
    assert bank("person disable boris@brand.example").exit_code == 0

    refused = bank(f"payout approve {batch} --by boris@brand.example")
    state = scalar(database_url, "select state from payout_batch")
    bank("person enable boris@brand.example")
    approved = bank(f"payout approve {batch} --by boris@brand.example")

    assert (refused.exit_code, state) == (1, "computed")
    assert "may not do this" in refused.stderr
    assert approved.exit_code == 0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (f"{NAME},Loamwick,{IBAN}\n{NAME},Loamwick,FR1420041010050500013M02606", "more than once"),
        (f"{NAME},Loamwick", "no bank account number"),
        (f"{NAME},,{IBAN}", "Add a name"),
        ("", "lacks"),
    ],
)
def test_file_that_does_not_say_where_to_pay_sends_nothing(
    bank: Run, database_url: str, tmp_path: Path, rows: str, words: str
) -> None:
    batch = compute(bank)
    assert bank(f"payout approve {batch} --by boris@brand.example").exit_code == 0
    payees, to = tmp_path / "payees.csv", tmp_path / "payout.csv"
    export = f"payout export {batch} --by anna@brand.example --payees {payees} --to {to}"
    payees.write_text(f"account,name,iban\n{rows}\n")

    refused = bank(export)
    state = scalar(database_url, "select state from payout_batch")
    payees.write_text(f"account,name,iban\n{NAME},Loamwick,{IBAN}\n")
    done = bank(export)

    assert refused.exit_code in (1, 2) and words in refused.stderr.replace("\n", " ")
    assert state == "approved"
    assert done.exit_code == 0 and f"Loamwick,{IBAN},20.00,EUR" in to.read_text()


def test_batch_without_anything_to_send_is_no_file(bank: Run, tmp_path: Path) -> None:
    batch = compute(bank)
    approved = bank(f"payout approve {batch} --by boris@brand.example")
    payout = approved.stdout.split("\n")[1].split()[0]
    failed = bank(f"payout fail {payout} --by anna@brand.example --reason", "The account is closed")
    assert failed.exit_code == 0, failed.output
    payees, to = tmp_path / "payees.csv", tmp_path / "payout.xml"
    payees.write_text("account,name,iban\n")

    refused = bank(
        f"payout export {batch} --by anna@brand.example --payees {payees} --to {to} "
        f"--debtor Showfloor --debtor-iban {IBAN}"
    )

    assert refused.exit_code == 1 and "showfloor payout list" in refused.stderr
    assert not to.exists()


@pytest.mark.parametrize(("amount", "code"), [("0", 2), ("-5", 2), ("12.50", 2)])
def test_nothing_is_kept_back_for_nobody_or_of_nothing(
    bank: Run, database_url: str, amount: str, code: int
) -> None:
    """No seller of this id is there: a slip would keep nothing back, and say that it does."""
    made = bank(
        f"payout hold {NAME} EUR --by anna@brand.example --days 3 --reason x --amount {amount}"
    )

    assert made.exit_code == code and made.stderr
    assert scalar(database_url, "select count(*) from payout_hold") == 0
