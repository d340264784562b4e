"""A viewer is erased: all of it, once, and nothing of others; also when whoever erases is killed in
the middle. Each guard has its twin.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import false

from showfloor.checkout.queries import checkouts
from showfloor.kit import clock, ids, sealing
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import Busy
from showfloor.orders.queries import erasing
from showfloor.privacy import queries as privacy_queries
from showfloor.privacy import service as privacy
from showfloor.privacy.errors import RequestNotFound
from showfloor.privacy.service import requests
from showfloor.privacy.types import Eraser, RequestKind, Subject
from showfloor.viewers import queries as viewer_queries
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.viewers.own_data import (
    ask_to_be_erased,
    carry_out,
    erasure,
    holdings,
    let_the_address_decide,
    registry,
    traces,
)
from tests.integration.viewers.purchases import (
    buy,
    buy_under_another_account,
    pay_slowly,
    sent,
)
from tests.integration.viewers.visitors import EMAIL, Visitor
from tests.waiting import until_somebody_waits

__all__ = ["registry"]
STEPS = ("room", "offers", "orders", "checkout", "viewers")


class Killed(BaseException):
    """As `kill -9` would end a worker: nothing catches it."""


async def test_nobody_is_erased_by_another_sites_form(app: FastAPI, sofia: Visitor) -> None:
    await sofia.sign_in()

    forged = await sofia.client.post("/viewer/erasure")

    assert (forged.status_code, forged.json()["code"]) == (403, "csrf_failed")
    assert await scalar(app.state.database, "select count(*) from privacy_request") == 0


async def test_erasure_leaves_a_receipt_and_nobody(app: FastAPI, sofia: Visitor, show: str) -> None:
    database: Database = app.state.database
    await sofia.sign_in()
    await buy(sofia, show)
    await sent(database)

    asked = await ask_to_be_erased(sofia)
    assert (asked.done_at, asked.receipts, asked.waiting) == (None, [], list(STEPS))
    await carry_out(app)

    assert set((await traces(database)).values()) == {0}
    receipt = await erasure(sofia, asked)
    assert receipt.done_at and receipt.waiting == []
    assert {each.name: each.rows for each in receipt.receipts}["orders"] == 1
    assert (await sofia.get("/viewer/session")).status_code == 401
    assert (await sofia.get(f"/viewer/erasures/{asked.token[:-2]}xx")).status_code == 404


async def test_every_browser_is_signed_out_when_one_asks_to_be_erased(
    app: FastAPI, sofia: Visitor, stranger: Visitor, show: str
) -> None:
    """What another one orders until the worker comes is a guest's, not of an account that goes."""
    await sofia.sign_in()
    await stranger.sign_in()

    await ask_to_be_erased(sofia)

    assert (await stranger.get("/viewer/session")).status_code == 401
    await buy(stranger, show)
    count = "select count(*) from checkout where viewer_id is not null"
    assert await scalar(app.state.database, count) == 0


@guarded
async def test_two_requests_at_once_make_one_erasure(
    app: FastAPI,
    sofia: Visitor,
    stranger: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """Without the guard both have looked for an earlier one before either is written; with it the
    second waits for the first.
    """
    both = asyncio.Barrier(2)
    look = privacy_queries.open_erasure_of

    async def look_together(session: Session, viewer_id: UUID) -> Any:
        found = await look(session, viewer_id)
        if not guard:
            await both.wait()
        elif found is None:
            await until_somebody_waits(app.state.database)
        return found

    async def no_lock(*_: object) -> bool:
        return True

    if not guard:
        monkeypatch.setattr(viewer_queries, "lock_viewer", no_lock)
    monkeypatch.setattr(privacy_queries, "open_erasure_of", look_together)
    await sofia.sign_in()
    await stranger.sign_in()

    first, second = await asyncio.gather(ask_to_be_erased(sofia), ask_to_be_erased(stranger))

    assert (first.token == second.token) is guard


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after it"])
@pytest.mark.parametrize("step", STEPS)
async def test_erasure_that_is_killed_at_a_step_goes_on_from_there(
    app: FastAPI,
    sofia: Visitor,
    show: str,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    after: bool,
) -> None:
    database: Database = app.state.database
    await sofia.sign_in()
    await buy(sofia, show)
    await sent(database)
    asked = await ask_to_be_erased(sofia)
    with monkeypatch.context() as patched:
        kill(patched, step, after=after)
        with pytest.raises(Killed):
            await carry_out(app)
    left = await traces(database)
    assert any(left.values()), "the twin: without another run the person stays"

    await carry_out(app)

    assert set((await traces(database)).values()) == {0}
    receipts = (await erasure(sofia, asked)).receipts
    assert sorted(each.name for each in receipts) == sorted(STEPS)
    assert {each.name: each.rows for each in receipts}["orders"] == 1, "by the first run"


def kill(patched: pytest.MonkeyPatch, step: str, *, after: bool) -> None:
    steps = requests._step

    async def dying(database: Database, secret: str, request_id: Any, eraser: Eraser) -> None:
        if eraser.name != step:
            await steps(database, secret, request_id, eraser)
            return
        if after:
            await steps(database, secret, request_id, eraser)
            raise Killed

        async def erase(session: Session, subject: Subject) -> int:
            await eraser.erase(session, subject)
            raise Killed

        await steps(database, secret, request_id, Eraser(step, erase, ""))

    patched.setattr(requests, "_step", dying)


@guarded
async def test_address_stays_until_what_was_paid_is_sent(
    app: FastAPI, sofia: Visitor, show: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Without the guard a parcel that was paid for loses its address."""
    database: Database = app.state.database
    if not guard:
        monkeypatch.setattr(erasing, "_to_send", false)
    await sofia.sign_in()
    await buy(sofia, show)
    asked = await ask_to_be_erased(sofia)

    await carry_out(app)

    left = await traces(database)
    assert (left["orders"] == 1) is guard
    assert left["viewer"] == left["viewer_session"] == 0, "the account does not wait"
    if guard:
        receipt = await erasure(sofia, asked)
        assert (receipt.done_at, receipt.waiting) == (None, ["orders"])
        await sent(database)
        await carry_out(app)
        assert set((await traces(database)).values()) == {0}


async def test_each_order_is_erased_as_soon_as_it_is_sent(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    """One that is not sent keeps no other."""
    database: Database = app.state.database
    await sofia.sign_in()
    await buy(sofia, show)
    await sent(database)
    unsent = await buy(sofia, show)
    asked = await ask_to_be_erased(sofia)

    await carry_out(app)

    left = await scalar(database, "select array_agg(id) from orders where email is not null")
    assert left == [ids.parse("ord", unsent["id"])]
    receipt = await erasure(sofia, asked)
    assert (receipt.done_at, receipt.waiting) == (None, ["orders"])
    assert "orders" not in {each.name for each in receipt.receipts}
    await carry_out(app)
    await sent(database)
    await carry_out(app)
    assert set((await traces(database)).values()) == {0}
    receipt = await erasure(sofia, asked)
    # Of all rounds, each order once.
    assert {each.name: each.rows for each in receipt.receipts}["orders"] == 2


@guarded
async def test_order_that_is_placed_after_the_request_stays(
    app: FastAPI,
    sofia: Visitor,
    stranger: Visitor,
    show: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """While an erasure waits, somebody buys under its address again."""
    database: Database = app.state.database
    if not guard:
        of_buyer = erasing._of_buyer
        monkeypatch.setattr(
            erasing, "_of_buyer", lambda subject: of_buyer(replace(subject, until=None))
        )
    await sofia.sign_in()
    await buy(sofia, show)
    asked = await ask_to_be_erased(sofia)
    await carry_out(app)
    new = await buy(stranger, show, EMAIL)
    await sent(database)

    await carry_out(app)

    left = await scalar(database, "select array_agg(id) from orders where email is not null")
    assert left == ([ids.parse("ord", new["id"])] if guard else None)
    assert (await erasure(sofia, asked)).done_at


async def test_order_whose_payment_began_before_the_request_goes(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    database: Database = app.state.database
    await sofia.sign_in()
    await buy(sofia, show)
    await ask_to_be_erased(sofia)
    await execute(database, "update orders set placed_at = now() + interval '1 minute'")
    await sent(database)

    await carry_out(app)

    assert set((await traces(database)).values()) == {0}


@guarded
async def test_what_another_account_bought_under_the_address_is_its_own(
    app: FastAPI,
    sofia: Visitor,
    stranger: Visitor,
    show: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    database: Database = app.state.database
    if not guard:
        let_the_address_decide(monkeypatch)
    await sofia.sign_in()
    theirs = await buy_under_another_account(stranger, show)

    shown = await holdings(sofia)
    await ask_to_be_erased(sofia)
    await carry_out(app)

    assert [row["order"] for row in shown["orders"]] == ([] if guard else [theirs["number"]])
    assert (await traces(database))["orders"] == (1 if guard else 0)


async def is_settled(database: Database) -> None:
    await execute(database, "update payment set look_at = null")


@guarded
async def test_payment_under_way_keeps_its_address_until_it_is_settled(
    app: FastAPI, sofia: Visitor, show: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Without the guard what was paid becomes an order of nobody."""
    database: Database = app.state.database
    if not guard:
        monkeypatch.setattr(checkouts, "_is_paying", false)
    await sofia.sign_in()
    await pay_slowly(sofia, show)
    asked = await ask_to_be_erased(sofia)

    await carry_out(app)

    assert ((await traces(database))["checkout"] == 1) is guard
    receipt = await erasure(sofia, asked)
    assert receipt.waiting == (["checkout"] if guard else [])
    await is_settled(database)
    await carry_out(app)
    assert set((await traces(database)).values()) == {0}


async def test_payment_that_begins_while_the_checkout_is_erased_keeps_its_address(
    database: Database, database_url: str, sofia: Visitor, show: str
) -> None:
    """The erasure waits for the checkout's lock, and looks for payments only then."""
    await pay_slowly(sofia, show)
    await is_settled(database)
    async with await psycopg.AsyncConnection.connect(database_url) as paying:
        await paying.execute("select from checkout for update")
        await paying.execute("update payment set look_at = now()")

        async def erase() -> int:
            async with database.session() as session:
                return await checkouts.erase_buyer(session, Subject(EMAIL))

        erasing = asyncio.create_task(erase())
        await until_somebody_waits(database)
        await paying.commit()

    assert await erasing == 0
    assert (await traces(database))["checkout"] == 1


@guarded
async def test_order_of_a_payment_that_was_under_way_is_erased_as_well(
    app: FastAPI,
    sofia: Visitor,
    stranger: Visitor,
    show: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """It comes after the orders have given their receipt."""
    database: Database = app.state.database
    if not guard:

        async def nothing(*_: object) -> bool:
            return False

        monkeypatch.setattr(requests, "_erase_rest", nothing)
    await sofia.sign_in()
    await pay_slowly(sofia, show)
    asked = await ask_to_be_erased(sofia)
    await carry_out(app)
    await buy(stranger, show, EMAIL)
    await execute(database, "update orders set placed_at = now() - interval '1 day'")
    await is_settled(database)

    await carry_out(app)

    receipt = await erasure(sofia, asked)
    assert (receipt.waiting, receipt.done_at is None) == (["orders"] if guard else [], guard)
    await sent(database)
    await carry_out(app)
    assert (await traces(database))["orders"] == (0 if guard else 1)
    receipt = await erasure(sofia, asked)
    rows = {each.name: each.rows for each in receipt.receipts}
    assert rows["orders"] == (1 if guard else 0)


async def test_request_that_cannot_be_read_stops_no_other(
    app: FastAPI, sofia: Visitor, stranger: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    """It was sealed with an earlier secret."""
    database: Database = app.state.database
    await sofia.sign_in()
    await ask_to_be_erased(sofia)
    await execute(database, "update privacy_request set sealed = 'sealed with another secret'")
    old = await scalar(database, "select id from privacy_request")
    await stranger.sign_in("eve@example.com")
    asked = await ask_to_be_erased(stranger)

    with pytest.RaisesGroup(sealing.Unreadable, match="1 of 2 erasures failed"):
        await carry_out(app)

    assert (await erasure(stranger, asked)).done_at
    assert isinstance(old, UUID) and ids.encode("req", old) in caplog.text


async def test_erasures_wait_for_the_database_without_a_failure(
    app: FastAPI, sofia: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The worker tries again soon (`app.worker`), and nobody reads of it as of a failed erasure."""
    await sofia.sign_in()
    await ask_to_be_erased(sofia)

    async def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setattr(requests, "_step", busy)
    with pytest.raises(Busy):
        await carry_out(app)

    assert "erasure" not in caplog.text


async def test_key_of_an_erased_viewer_is_gone_with_the_account(
    app: FastAPI, sofia: Visitor
) -> None:
    """What a copy of the row has is unreadable without it."""
    await sofia.sign_in()
    copied = await scalar(app.state.database, "select email from viewer")
    await ask_to_be_erased(sofia)

    await carry_out(app)

    assert await scalar(app.state.database, "select count(*) from viewer_key") == 0
    assert isinstance(copied, bytes) and EMAIL.encode() not in copied


async def test_operator_cannot_call_an_erasure_done(app: FastAPI, sofia: Visitor) -> None:
    await sofia.sign_in()
    await ask_to_be_erased(sofia)

    async with app.state.database.session() as session:
        (request,) = await privacy.list_open(session)
        assert request.kind is RequestKind.ERASE
        with pytest.raises(RequestNotFound):
            await privacy.answer(session, request_id=request.id)
        with pytest.raises(RequestNotFound):
            await privacy.answer(session, request_id=ids.new())
    assert clock.now() < request.due_at
