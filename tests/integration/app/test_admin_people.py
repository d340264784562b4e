"""An operator makes accounts and keys, grants, and takes back."""

from __future__ import annotations

import re

import pytest

from showfloor.app import admin
from showfloor.app.settings import Settings
from showfloor.identity import service as identity
from showfloor.identity.service import accounts
from tests.integration.app.commands import (
    PASSWORD,
    Run,
    add_host,
    add_merchants,
    run,
    scalar,
)

__all__ = ["run"]


def test_account_needs_the_declaration_and_a_long_password(run: Run, database_url: str) -> None:
    undeclared = run("person add a@brand.example --name A", typed=f"{PASSWORD}\n")
    short = run("person add a@brand.example --name A --adult", typed="short\n")

    assert undeclared.exit_code == 2 and "--adult" in undeclared.stderr
    assert short.exit_code == 1 and "at least 12 characters" in short.stderr
    assert scalar(database_url, "select count(*) from person") == 0


def test_account_is_made_with_all_its_grants_or_not_at_all(run: Run, database_url: str) -> None:
    refused = run(
        "person add a@brand.example --name A --adult --merchant nobody", typed=f"{PASSWORD}\n"
    )

    assert refused.exit_code == 1 and "There is no such seller" in refused.stderr
    assert scalar(database_url, "select count(*) from person") == 0


def test_address_that_is_taken_is_refused(run: Run) -> None:
    add_merchants(run)
    add_host(run)

    refused = run("person add HOST@brand.example --name B --adult", typed=f"{PASSWORD}\n")

    assert (
        refused.exit_code == 1
        and "There is an account with this email address already" in refused.stderr
    )


def test_key_is_all_that_its_command_prints(run: Run, database_url: str) -> None:
    add_merchants(run)
    run("person add books@brand.example --name Books --adult", typed=f"{PASSWORD}\n")
    assert run("person grant books@brand.example --merchant loamwick").exit_code == 0

    key = run("person key add books@brand.example --label books --scope orders:read")

    assert re.fullmatch(r"sf_[\w-]{32}\n", key.stdout)
    found = admin.run(
        Settings(database_url=database_url),
        lambda session: identity.person_of_api_key(session, key.stdout.strip()),
    )
    assert (
        found is not None and found.email == "books@brand.example" and len(found.merchant_ids) == 1
    )
    assert run("person key add nobody@brand.example --label x --scope all").exit_code == 1


def test_what_was_granted_is_taken_back(run: Run, database_url: str) -> None:
    add_merchants(run)
    creator = add_host(run)
    who = "books@brand.example"
    run(f"person add {who} --name Books --adult --merchant loamwick", typed=f"{PASSWORD}\n")
    run("person grant host@brand.example --merchant loamwick")
    run(f"person key add {who} --label a --scope orders:read --days 30")
    listed = run(f"person key list {who}").stdout
    key_id = listed.split()[0]

    assert key_id.startswith("key_") and "orders:read" in listed and "never used" in listed
    assert run(f"person key revoke {who} {key_id}").exit_code == 0
    assert run(f"person key revoke {who} {key_id}").exit_code == 1
    assert run(f"person key list {who}").stdout == ""
    assert run(f"person revoke {who} --merchant loamwick").stdout == "1 grants were taken back.\n"
    assert run(f"person revoke {who} --merchant loamwick").stdout == "0 grants were taken back.\n"
    assert run("creator forbid", creator, "loamwick").exit_code == 0
    assert scalar(database_url, "select count(*) from merchant_creator") == 1
    run("merchant origin add loamwick https://www.loamwick.example")
    run("merchant origin remove loamwick https://www.loamwick.example")
    assert scalar(database_url, "select count(*) from merchant_origin") == 0
    assert run(f"person password {who}", typed="password1234\n").exit_code == 1
    assert run(f"person password {who}", typed=f"{PASSWORD} 2\n").exit_code == 0
    assert run(f"person disable {who}").exit_code == 0
    assert scalar(database_url, "select count(*) from person where disabled_at is not null") == 1
    assert run(f"person enable {who}").exit_code == 0
    log = run("security list").stdout
    for event in ("key_revoked", "grant_revoked", "creator_forbidden", "origin_forbidden"):
        assert event in log
    assert "@" not in log and "Books" not in log


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
def test_last_owner_of_a_team_is_neither_lowered_nor_removed(
    run: Run, database_url: str, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_merchants(run)
    creator = add_host(run)
    run("person grant host@brand.example --merchant loamwick")
    grants = "select string_agg(kind || role, ' ' order by kind, role) from person_grant"
    before = scalar(database_url, grants)
    if not guard:
        monkeypatch.setattr(accounts, "is_last_owner", lambda members, person_id: False)

    said = [
        run("person grant host@brand.example --merchant loamwick --role orders"),
        run("person grant host@brand.example --role host --creator", creator),
        run("person revoke host@brand.example --merchant loamwick"),
        run("person revoke host@brand.example --creator", creator),
    ]

    assert [each.exit_code for each in said] == [1 if guard else 0] * 4
    assert all("needs an owner" in each.stderr for each in said) is guard
    assert (scalar(database_url, grants) == before) is guard
