"""What is known of a viewer is shown to them, taken along and asked about."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from showfloor.kit.db import Database
from showfloor.privacy import service as privacy
from tests.integration.checkout.counter import ADDRESS
from tests.integration.checkout.shop import execute, scalar
from tests.integration.viewers.own_data import (
    ask_to_be_erased,
    carry_out,
    holdings,
    registry,
    traces,
)
from tests.integration.viewers.purchases import buy, pay_slowly
from tests.integration.viewers.visitors import EMAIL, SECRET, Visitor

__all__ = ["registry"]
PARTS = (
    "account",
    "sessions",
    "addresses",
    "reminders",
    "waits",
    "orders",
    "checkout",
    "chat",
    "chat_standing",
    "questions",
    "doubts",
    "requests",
)


async def test_viewer_sees_everything_and_nothing_of_others(
    sofia: Visitor, stranger: Visitor, show: str
) -> None:
    await sofia.sign_in()
    await stranger.sign_in("eve@example.com")
    mine = await buy(sofia, show)
    await buy(stranger, show, "eve@example.com")

    parts = await holdings(sofia)

    assert parts.keys() == set(PARTS)
    assert parts["account"][0]["email"] == EMAIL and parts["account"][0]["age_band"] == "ADULT"
    assert [row["order"] for row in parts["orders"]] == [mine["number"]]
    assert parts["orders"][0]["line1"] == "1 High Street"
    assert len(parts["sessions"]) == 1
    assert "eve@example.com" not in str(parts)


async def test_copy_is_one_file_with_json_and_tables(sofia: Visitor, show: str) -> None:
    await sofia.sign_in()
    order = await buy(sofia, show)

    answer = await sofia.get("/viewer/data.zip")

    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert [name.removesuffix(".csv") for name in names] == ["data.json", *PARTS]
        everything = json.loads(archive.read("data.json"))
        table = archive.read("orders.csv").decode("utf-8-sig").splitlines()
    assert everything["orders"][0]["order"] == order["number"]
    assert table[0].startswith("order,placed_at,") and table[1].startswith(order["number"])
    assert len(table) == 2


async def test_unfinished_purchases_and_questions_are_listed_while_they_are_kept(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    await sofia.sign_in()
    await pay_slowly(sofia, show)
    body = {"kind": "correct", "text": "My name is Sofía"}
    await sofia.send("POST", "/viewer/data-requests", json=body)

    parts = await holdings(sofia)

    (unfinished,), (question,) = parts["checkout"], parts["requests"]
    assert (unfinished["quantity"], unfinished["line1"]) == (1, ADDRESS["line1"])
    assert (question["kind"], question["text"]) == ("correct", "My name is Sofía")
    await execute(app.state.database, "update privacy_request set sealed = 'an earlier secret'")
    assert (await holdings(sofia))["requests"][0]["text"] is None


async def test_data_is_for_its_owner_alone(stranger: Visitor) -> None:
    for path in ("/viewer/data", "/viewer/data.zip"):
        assert (await stranger.get(path)).status_code == 401
    assert (await stranger.client.post("/viewer/erasure")).status_code == 401


async def test_five_questions_wait_at_most(app: FastAPI, sofia: Visitor) -> None:
    await sofia.sign_in()
    body = {"kind": "object"}
    for _ in range(5):
        asked = await sofia.send("POST", "/viewer/data-requests", json=body)
        assert asked.status_code == 201

    sixth = await sofia.send("POST", "/viewer/data-requests", json=body)

    assert (sixth.status_code, sixth.json()["code"]) == (409, "too_many_open_requests")
    assert await scalar(app.state.database, "select count(*) from privacy_request") == 5
    async with app.state.database.session() as session:
        first, *_ = await privacy.list_open(session)
        await privacy.answer(session, request_id=first.id)
    assert (await sofia.send("POST", "/viewer/data-requests", json=body)).status_code == 201
    await ask_to_be_erased(sofia)


async def test_question_is_answered_within_a_month_and_then_forgotten(
    app: FastAPI, sofia: Visitor
) -> None:
    database: Database = app.state.database
    await sofia.sign_in()

    body = {"kind": "correct", "text": "My name is Sofía"}
    asked = await sofia.send("POST", "/viewer/data-requests", json=body)

    assert asked.status_code == 201
    async with database.session() as session:
        (request,) = await privacy.list_open(session)
        who = privacy.open_asker(SECRET, request)
    assert who is not None and (who[0].email, who[1]) == (EMAIL, "My name is Sofía")
    stored = await scalar(database, "select sealed from privacy_request")
    assert isinstance(stored, bytes) and EMAIL.encode() not in stored
    assert [request.is_late(request.due_at + timedelta(seconds=each)) for each in (-1, 0)] == [
        False,
        True,
    ]
    async with database.session() as session:
        await privacy.answer(session, request_id=request.id)
        assert await privacy.list_open(session) == []
    assert (await traces(database))["request"] == 0


async def test_open_questions_end_with_the_erasure(app: FastAPI, sofia: Visitor) -> None:
    await sofia.sign_in()
    await sofia.send("POST", "/viewer/data-requests", json={"kind": "object"})
    await ask_to_be_erased(sofia)

    await carry_out(app)

    async with app.state.database.session() as session:
        assert await privacy.list_open(session) == []
    assert (await traces(app.state.database))["request"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "erase"},
        {"kind": "correct", "text": "x" * 2001},
        {"kind": "correct", "text": " "},
        {"kind": "correct"},
        {"kind": 1},
        {},
    ],
)
async def test_malformed_question_is_refused_and_not_stored(
    app: FastAPI, sofia: Visitor, body: dict[str, Any]
) -> None:
    await sofia.sign_in()

    answer = await sofia.send("POST", "/viewer/data-requests", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert await scalar(app.state.database, "select count(*) from privacy_request") == 0
