"""What a viewer need not type again: addresses, which nobody else reads, and how old they are. Each
guard has its twin.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from showfloor.identity.service import Gate
from showfloor.identity.types import Admission, CollectionPoint
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.viewers import queries, rules
from tests.integration.checkout.counter import ADDRESS
from tests.integration.checkout.shop import scalar
from tests.integration.viewers.own_data import ask_to_be_erased, carry_out, holdings, registry
from tests.integration.viewers.test_age import TEEN, one_market, sign_in
from tests.integration.viewers.visitors import Visitor
from tests.waiting import until_somebody_waits

__all__ = ["one_market", "registry"]
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
OTHER = {**ADDRESS, "line1": "3 Mill Yard", "line2": "Flat 2"}


async def keep(visitor: Visitor, address: dict[str, Any] = ADDRESS) -> dict[str, Any]:
    answer = await visitor.send("POST", "/viewer/addresses", json=address)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def kept_of(visitor: Visitor) -> list[dict[str, Any]]:
    answer = await visitor.get("/viewer/addresses")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["addresses"]
    return found


def words_of(kept: dict[str, Any]) -> dict[str, Any]:
    """As it was sent."""
    return {name: value for name, value in kept.items() if name != "id" and value is not None}


async def test_address_that_was_last_bought_with_comes_first_and_none_is_kept_twice(
    sofia: Visitor,
) -> None:
    await sofia.sign_in()
    first = await keep(sofia)
    second = await keep(sofia, OTHER)
    before = await kept_of(sofia)
    assert await keep(sofia) == first

    assert [words_of(each) for each in before] == [OTHER, ADDRESS]
    assert await kept_of(sofia) == [first, second]


async def test_address_is_corrected_and_removed_by_its_owner(sofia: Visitor) -> None:
    await sofia.sign_in()
    path = f"/viewer/addresses/{(await keep(sofia))['id']}"

    changed = await sofia.send("PUT", path, json=OTHER)
    nowhere = await sofia.send("PUT", path, json={**OTHER, "city": " "})
    assert (changed.status_code, nowhere.status_code) == (200, 422)
    assert await kept_of(sofia) == [changed.json()]
    for _ in range(2):
        assert (await sofia.send("DELETE", path)).status_code == 204
    gone = await sofia.send("PUT", path, json=OTHER)

    assert await kept_of(sofia) == []
    assert (gone.status_code, gone.json()["code"]) == (404, "address_not_found")


async def test_address_is_nobody_elses(sofia: Visitor, stranger: Visitor) -> None:
    await sofia.sign_in()
    await stranger.sign_in("eve@example.com")
    kept = await keep(sofia)
    path = f"/viewer/addresses/{kept['id']}"

    assert await kept_of(stranger) == []
    assert (await stranger.send("PUT", path, json=OTHER)).status_code == 404
    await stranger.send("DELETE", path)
    assert await kept_of(sofia) == [kept]
    stranger.client.cookies.clear()
    assert (await stranger.get("/viewer/addresses")).json()["code"] == "not_authenticated"
    forged = await sofia.client.post("/viewer/addresses", json=OTHER)
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf_failed")


async def test_no_row_says_where_somebody_lives(sofia: Visitor, database: Database) -> None:
    await sofia.sign_in()
    await keep(sofia)

    row = str(await scalar(database, "select encode(sealed, 'escape') from viewer_address"))

    assert not any(value in row for value in ADDRESS.values() if len(value) > 2)


async def test_copy_has_it_and_erasing_takes_it_along(
    app: FastAPI, sofia: Visitor, database: Database
) -> None:
    await sofia.sign_in()
    await keep(sofia)

    (row,) = (await holdings(sofia))["addresses"]
    assert row["line1"] == ADDRESS["line1"] and row["used_at"]
    await ask_to_be_erased(sofia)
    await carry_out(app)
    assert await scalar(database, "select count(*) from viewer_address") == 0


@guarded
async def test_account_keeps_only_so_many(
    sofia: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    monkeypatch.setattr(rules, "MOST_ADDRESSES", 1 if guard else 10)
    await sofia.sign_in()
    await keep(sofia)

    answer = await sofia.send("POST", "/viewer/addresses", json=OTHER)

    assert answer.status_code == (409 if guard else 201)
    assert len(await kept_of(sofia)) == (1 if guard else 2)
    if guard:
        assert answer.json()["code"] == "too_many_addresses"
    assert (await keep(sofia))["line1"] == ADDRESS["line1"], "what is kept already needs no room"


async def test_two_tabs_keep_one_address_once(sofia: Visitor, database: Database) -> None:
    """The second waits for the first, and finds it."""
    await sofia.sign_in()
    viewer_id = ids.parse("vwr", (await sofia.get("/viewer/session")).json()["id"])
    async with database.session() as session:
        await queries.lock_viewer(session, viewer_id)
        tabs = [asyncio.create_task(keep(sofia)) for _ in range(2)]
        await until_somebody_waits(database, 2)
    await asyncio.gather(*tabs)

    assert len(await kept_of(sofia)) == 1


async def test_address_that_is_removed_while_it_is_corrected_stays_away(
    sofia: Visitor, database: Database
) -> None:
    """Whichever of the two is first."""
    await sofia.sign_in()
    viewer_id = ids.parse("vwr", (await sofia.get("/viewer/session")).json()["id"])
    path = f"/viewer/addresses/{(await keep(sofia))['id']}"
    async with database.session() as session:
        await queries.lock_viewer(session, viewer_id)
        correcting = asyncio.create_task(sofia.send("PUT", path, json=OTHER))
        await until_somebody_waits(database)
        removing = asyncio.create_task(sofia.send("DELETE", path))
        await until_somebody_waits(database, 2)
    await asyncio.gather(correcting, removing)

    assert await kept_of(sofia) == []


async def test_admission_of_an_account_is_for_one_country(sofia: Visitor) -> None:
    await sofia.sign_in()
    door = {"door": "guest_checkout"}

    tokens = {
        (await sofia.send("POST", "/viewer/admissions", json={**door, "country": country})).text
        for country in ("GB", "IE")
    }

    assert len(tokens) == 2


async def test_browser_that_was_refused_is_not_admitted_by_an_account(sofia: Visitor) -> None:
    """Somebody of eight answered here today, and then an adult's account was opened."""
    await sofia.sign_in()
    refused = await sofia.client.post(
        "/admissions", json={"door": "chat", "born": {"day": 3, "month": 1, "year": 2020}}
    )
    assert refused.json()["code"] == "age_refused"
    # The mark is Secure: a browser keeps it on this machine, the test's client does not.
    sofia.client.cookies.set(*refused.headers["set-cookie"].partition(";")[0].split("=", 1))

    answer = await sofia.send("POST", "/viewer/admissions", json={"door": "guest_checkout"})

    assert (answer.status_code, answer.json()["code"]) == (403, "age_refused")


async def test_whoever_is_signed_in_buys_without_saying_again_how_old_they_are(
    sofia: Visitor, show: str
) -> None:
    await sofia.sign_in()
    door = {"door": "guest_checkout", "country": "GB"}
    answer = await sofia.send("POST", "/viewer/admissions", json=door)
    assert answer.status_code == 200, answer.text
    headers = {"Idempotency-Key": ids.secret()}
    wish = {"lines": [{"sku": "SALT", "quantity": 1}]}
    hold = (await sofia.client.post(f"/shows/{show}/holds", json=wish, headers=headers)).json()
    who = {"hold_id": hold["id"], "email": "a@example.com", "address": ADDRESS, **answer.json()}

    opened = await sofia.client.post(
        "/checkouts",
        json=who,
        headers={"Idempotency-Key": ids.secret(), "Authorization": f"Bearer {hold['token']}"},
    )

    assert opened.status_code == 201, opened.text


@guarded
async def test_account_of_a_child_lets_nobody_buy(
    sofia: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """And this browser is asked no more for a day."""
    await sign_in(sofia, TEEN)
    door = {"door": "guest_checkout", "country": "GB"}
    if not guard:

        def let_in(_: Gate, point: CollectionPoint, *__: object) -> Admission:
            return Admission(point, clock.now())

        monkeypatch.setattr(Gate, "check_account", let_in)

    answer = await sofia.send("POST", "/viewer/admissions", json=door)

    if guard:
        assert (answer.status_code, answer.json()["code"]) == (403, "age_refused")
        assert answer.headers["set-cookie"].startswith("gate=")
    else:
        assert answer.json()["admission"]
