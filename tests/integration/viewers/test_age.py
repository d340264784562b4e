"""What an account's owner said about their age holds where they buy and write, whatever is typed
there. Each guard has its twin.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from showfloor.identity.service import Gate
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.markets import service as markets
from showfloor.viewers.service import sign_in as sign_in_service
from tests.integration.checkout.counter import ADDRESS
from tests.integration.checkout.shop import execute, scalar
from tests.integration.viewers.visitors import ADULT, Visitor

CHILD = {"day": 3, "month": 1, "year": clock.now().year - 8}
TEEN = {"day": 3, "month": 1, "year": clock.now().year - 17}
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture(autouse=True)
def one_market(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all markets let somebody of sixteen have an account of their own."""
    only = [market for market in markets.list_markets() if market.country == "GB"]
    monkeypatch.setattr(markets, "list_markets", lambda: only)


def without_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "check_account", lambda *_: None)


async def sign_in(visitor: Visitor, born: dict[str, int]) -> None:
    letter = await visitor.letter(await visitor.ask(born=born))
    assert (await visitor.enter(link=letter.link)).status_code == 200


async def buy(visitor: Visitor, show: str) -> httpx2.Response:
    """As far as the address, with the date of an adult."""

    async def post(path: str, body: Any, **more: str) -> httpx2.Response:
        headers = {"Idempotency-Key": ids.secret(), **more}
        return await visitor.client.post(path, json=body, headers=headers)

    held = await post(f"/shows/{show}/holds", {"lines": [{"sku": "SALT", "quantity": 1}]})
    assert held.status_code == 201, held.text
    hold = held.json()
    who = {"hold_id": hold["id"], "born": ADULT, "email": "a@example.com", "address": ADDRESS}
    return await post("/checkouts", who, Authorization=f"Bearer {hold['token']}")


@guarded
async def test_account_of_a_child_does_not_buy_with_the_date_of_an_adult(
    sofia: Visitor, database: Database, show: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        without_guard(monkeypatch)
    await sign_in(sofia, TEEN)

    answer = await buy(sofia, show)

    opened = await scalar(database, "select count(*) from checkout")
    if guard:
        assert (answer.status_code, answer.json()["code"], opened) == (403, "age_refused", 0)
    else:
        assert (answer.status_code, opened) == (201, 1)


@guarded
async def test_child_who_signs_out_then_is_still_refused_in_this_browser(
    sofia: Visitor, show: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        without_guard(monkeypatch)
    await sign_in(sofia, TEEN)
    answer = await buy(sofia, show)
    # The mark is Secure: a browser keeps it on this machine, the test's client does not.
    mark = answer.headers.get("set-cookie", "").partition(";")[0]
    assert bool(mark) is guard
    await sofia.send("DELETE", "/viewer/session")
    sofia.client.cookies.set(*(mark or "gate=").split("=", 1))

    assert (await buy(sofia, show)).status_code == (403 if guard else 201)


async def test_adult_account_buys(sofia: Visitor, show: str) -> None:
    await sign_in(sofia, ADULT)

    assert (await buy(sofia, show)).status_code == 201


@pytest.mark.parametrize(("days", "status"), [(728, 403), (733, 201)])
async def test_account_buys_once_its_youngest_owner_is_an_adult(
    sofia: Visitor, database: Database, show: str, days: int, status: int
) -> None:
    await sign_in(sofia, TEEN)
    await execute(database, f"update viewer set declared_at = declared_at - interval '{days} days'")

    assert (await buy(sofia, show)).status_code == status


@guarded
async def test_link_that_is_opened_elsewhere_makes_no_account_before_its_reader_was_asked(
    sofia: Visitor,
    stranger: Visitor,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """Somebody else typed the address and a date of their own; a child may read the mail."""
    if not guard:
        monkeypatch.setattr(sign_in_service, "_was_asked", lambda *_: True)
    count = "select count(*) from viewer"
    letter = await sofia.letter(await sofia.ask())

    answer = await stranger.enter(link=letter.link)

    assert (answer.status_code == 403) is guard
    assert await scalar(database, count) == (0 if guard else 1)
    if guard:
        assert answer.json()["code"] == "adult_declaration_required"
        refused = await stranger.enter(link=letter.link, born=CHILD)
        assert (refused.status_code, refused.json()["code"]) == (403, "age_refused")
        assert await scalar(database, count) == 0


async def test_reader_of_the_mail_says_how_old_they_are_and_it_counts(
    sofia: Visitor, stranger: Visitor, database: Database
) -> None:
    """Not what was said where the mail was asked for. The link was not used up by being asked."""
    letter = await sofia.letter(await sofia.ask())
    assert (await stranger.enter(link=letter.link)).status_code == 403

    answer = await stranger.enter(link=letter.link, born=TEEN)

    assert answer.status_code == 200, answer.text
    assert await scalar(database, "select band from viewer") == "16-17"


async def test_link_of_an_account_that_is_there_works_in_any_browser(
    sofia: Visitor, stranger: Visitor
) -> None:
    await sofia.sign_in()

    letter = await sofia.letter(await sofia.ask())

    assert (await stranger.enter(link=letter.link)).status_code == 200


async def test_browser_knows_the_last_mail_that_it_asked_for(
    sofia: Visitor, database: Database
) -> None:
    """The one before is a mail like any other."""
    first = await sofia.letter(await sofia.ask())
    second = await sofia.letter(await sofia.ask())

    assert (await sofia.enter(link=first.link)).status_code == 403
    assert (await sofia.enter(link=second.link)).status_code == 200
