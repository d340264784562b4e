"""An operator erases somebody who cannot do it themselves (`showfloor privacy erase`)."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from showfloor.app import erasing as by_operator
from showfloor.identity.types import GrantKind
from showfloor.kit import ids
from showfloor.kit.db import Database
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.viewers.own_data import (
    carry_out,
    let_the_address_decide,
    registry,
    traces,
)
from tests.integration.viewers.purchases import buy, buy_under_another_account, sent
from tests.integration.viewers.visitors import EMAIL, SECRET, Visitor
from tests.people import add_person

__all__ = ["registry"]


async def erase(database: Database, email: str = EMAIL) -> by_operator.Erased:
    async with database.session() as session:
        return await by_operator.erase(session, secret=SECRET, email=email)


async def test_guest_is_erased_but_for_what_is_still_to_be_sent(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    database: Database = app.state.database
    await buy(sofia, show, EMAIL)
    await sent(database)
    unsent = await buy(sofia, show, EMAIL)
    other = await buy(sofia, show, "eve@example.com")

    erased = await erase(database)

    assert (erased.rows["orders"], erased.waiting, erased.has_account) == (1, ("orders",), False)
    left = await scalar(
        database, "select array_agg(id order by placed_at) from orders where email is not null"
    )
    assert left == [ids.parse("ord", each["id"]) for each in (unsent, other)]
    await sent(database)
    erased = await erase(database)
    assert (erased.rows["orders"], erased.waiting) == (1, ())
    assert (await traces(database))["orders"] == 1, "the other guest's"


async def test_account_is_left_to_the_worker_and_signed_out_at_once(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    database: Database = app.state.database
    await sofia.sign_in()
    await buy(sofia, show)
    await sent(database)

    erased = await erase(database)

    assert erased.has_account
    assert (await sofia.get("/viewer/session")).status_code == 401
    await carry_out(app)
    assert set((await traces(database)).values()) == {0}


async def test_whoever_asked_already_is_erased_once(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    database: Database = app.state.database
    await sofia.sign_in()

    await erase(database)
    await erase(database)

    assert await scalar(database, "select count(*) from privacy_request") == 1


@guarded
async def test_order_of_another_account_under_the_address_stays(
    app: FastAPI,
    stranger: Visitor,
    show: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """It is of who signed in, whatever address they gave."""
    database: Database = app.state.database
    if not guard:
        let_the_address_decide(monkeypatch)
    await buy_under_another_account(stranger, show)

    await erase(database)

    assert (await traces(database))["orders"] == (1 if guard else 0)


@guarded
async def test_member_of_a_team_is_not_erased(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Not before somebody took them out of it: a shop could be left without an owner."""
    database: Database = app.state.database
    async with database.session() as session:
        person = await add_person(session, "Mia", (GrantKind.MERCHANT, ids.new()))
    if not guard:
        monkeypatch.setattr(by_operator, "_is_in_team", lambda _: False)
    count = f"select count(*) from person where email = '{person.email}'"

    if guard:
        with pytest.raises(by_operator.StillInTeam):
            await erase(database, person.email)
    else:
        await erase(database, person.email)

    assert await scalar(database, count) == (1 if guard else 0)
    await execute(database, f"delete from person_grant where person_id = '{person.id}'")
    await erase(database, person.email)
    assert await scalar(database, count) == 0
