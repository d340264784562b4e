"""What is bought with an account that is doubted, and purchases whose buyer may be a child."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.identity import service as identity
from showfloor.identity.service import gate
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.privacy import service as privacy
from showfloor.privacy.types.cases import About, Closing, Decision, Source, Suspicion
from showfloor.privacy.types.evidence import Actor
from tests.integration.checkout.counter import ADDRESS
from tests.integration.checkout.shop import scalar
from tests.integration.notices.postbox import postbox
from tests.integration.room.suspicions import noted, work
from tests.integration.viewers.own_data import holdings, registry
from tests.integration.viewers.purchases import CARD, buy, sent
from tests.integration.viewers.test_sign_in import deliver, words
from tests.integration.viewers.visitors import BASE, EMAIL, SECRET, Visitor
from tests.people import add_key

__all__ = ["registry"]


async def doubt(database: Database, viewer: str) -> None:
    async with database.session() as session:
        who = ids.parse("vwr", viewer)
        said = Suspicion(About.ACCOUNT, who, Source.OPERATOR, Actor.OPERATOR)
        await privacy.report_suspicion(session, said)


async def seller_of(database: Database) -> dict[str, str]:
    """The header of somebody who sells in the shop."""
    found = await scalar(database, "select person_id from person_grant limit 1")
    async with database.session() as session:
        person = await identity.get_person(session, UUID(str(found)))
        assert person is not None
        return await add_key(session, person)


async def post(visitor: Visitor, path: str, body: Any, token: str = "") -> httpx2.Response:
    headers = {"Idempotency-Key": ids.secret()}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return await visitor.client.post(path, json=body, headers=headers)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_a_purchase_that_was_begun_before_is_not_paid_with_a_doubted_account(
    app: FastAPI, sofia: Visitor, show: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(gate, "_check_limited", lambda *_: None)
    database: Database = app.state.database
    viewer = await sofia.sign_in()
    lines = {"lines": [{"sku": "SALT", "quantity": 1}]}
    hold = (await post(sofia, f"/shows/{show}/holds", lines)).json()
    who = {"hold_id": hold["id"], "adult": True, "email": "a@example.com", "address": ADDRESS}
    checkout = (await post(sofia, "/checkouts", who, hold["token"])).json()

    await doubt(database, viewer["id"])
    how = {"payment_method": CARD, "expected_total": checkout["total"]}
    paid = await post(sofia, f"/checkouts/{checkout['id']}/pay", how, hold["token"])

    orders = await scalar(database, "select count(*) from orders")
    if guard:
        assert (paid.status_code, paid.json()["code"], orders) == (403, "account_limited", 0)
    else:
        assert (paid.status_code, orders) == (200, 1)


async def test_who_was_doubted_finds_it_among_their_data_and_not_by_whom(
    app: FastAPI, sofia: Visitor
) -> None:
    viewer = await sofia.sign_in()
    await doubt(app.state.database, viewer["id"])

    (row,) = (await holdings(sofia))["doubts"]

    assert row.keys() == {"doubted_at", "decided_at"}
    assert row["doubted_at"] and row["decided_at"] is None


async def test_a_seller_doubts_a_buyer_and_learns_nothing(
    app: FastAPI, sofia: Visitor, stranger: Visitor, show: str
) -> None:
    """With an account it is limited; without one there is a case about that order alone."""
    database: Database = app.state.database
    await sofia.sign_in()
    orders = [await buy(sofia, show), await buy(stranger, show)]
    seller = await seller_of(database)

    answers = [
        await stranger.client.post(f"/orders/{order['id']}/suspicion", headers=seller)
        for order in orders
    ]

    assert {(each.status_code, each.content) for each in answers} == {(204, b"")}
    limit = (await sofia.get("/viewer/limit")).json()["limit"]
    assert limit is not None
    kinds = "select string_agg(about, ' ' order by opened_at) from suspicion"
    assert await scalar(database, kinds) == "account order"
    nobody = await stranger.client.post(f"/orders/ord_{ids.new().hex}/suspicion", headers=seller)
    assert nobody.status_code == 404


async def test_at_the_deadline_the_buyer_of_an_order_is_forgotten_once_it_is_sent(
    app: FastAPI, stranger: Visitor, show: str
) -> None:
    """And of that order alone: others may have the address that was typed."""
    database: Database = app.state.database
    order, other = await buy(stranger, show), await buy(stranger, show)
    seller = await seller_of(database)
    await stranger.client.post(f"/orders/{order['id']}/suspicion", headers=seller)
    later = clock.now() + timedelta(hours=73)
    known = "select count(*) from orders where email is not null"

    with clock.use(lambda: later):
        await work(database)
        await work(database)
        assert await scalar(database, known) == 2, "it is still to be sent"
        await sent(database)
        await work(database)

    left = await scalar(database, "select id from orders where email is not null")
    assert ids.encode("ord", UUID(str(left))) == other["id"]
    assert await noted(database) == ["reported", "limited", "overdue", "suspended", "purged"]


async def test_erasure_that_the_worker_asked_for_waits_for_goods_and_ends_the_case(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    database: Database = app.state.database
    viewer = await sofia.sign_in()
    await buy(sofia, show)
    await doubt(database, viewer["id"])
    later = clock.now() + timedelta(hours=73)

    with clock.use(lambda: later):
        await work(database)
        await work(database)
        assert await scalar(database, "select state from suspicion") == "purging"
        await sent(database)
        await work(database)

    assert await scalar(database, "select state from suspicion") == "closed"
    assert await scalar(database, "select count(*) from suspicion where subject_id is null") == 1
    assert await noted(database) == ["reported", "limited", "overdue", "suspended", "purged"]


@pytest.mark.parametrize(
    ("lang", "subject"),
    [("en", "Your account is limited for now"), ("ar", "حسابك مقيَّد حاليًا")],
)
async def test_owner_of_a_limited_account_is_written_to_once(
    app: FastAPI, sofia: Visitor, lang: str, subject: str
) -> None:
    database: Database = app.state.database
    sofia.client.headers["Accept-Language"] = lang
    viewer = (await sofia.sign_in())["id"]
    async with postbox() as box:
        await doubt(database, viewer)
        await doubt(database, viewer)
        await deliver(database, box)

        [mail] = [each for each in box.taken if each["Subject"] == subject]
    assert mail["To"] == EMAIL
    assert f"{BASE}/account?lang={lang}" in words(mail)


async def test_owner_is_not_written_to_once_it_is_decided(app: FastAPI, sofia: Visitor) -> None:
    database: Database = app.state.database
    viewer = (await sofia.sign_in())["id"]
    async with postbox() as box:
        await doubt(database, viewer)
        async with database.session() as session:
            [case] = await privacy.list_open_cases(session)
            closing = Closing(Decision.ADULT, "age_proved", "Seen on a card.", "video_call")
            await privacy.decide_case(session, case_id=case.id, closing=closing, secret=SECRET)
        await deliver(database, box)

        assert [each for each in box.taken if "limited" in each["Subject"]] == []
