"""A viewer's own data in tests: what is shown of it, how it is erased, and what is left."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import ColumnElement, func

from showfloor.app.wiring import connect_erasers
from showfloor.kit.db import Database
from showfloor.orders.models import OrderRow
from showfloor.orders.queries import erasing
from showfloor.privacy import service as privacy
from showfloor.privacy.types import Subject
from showfloor.viewers.http import own_data
from showfloor.viewers.schemas import ErasureOut, OwnDataOut
from tests.integration.checkout.shop import scalar
from tests.integration.viewers.visitors import SECRET, Visitor


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    connect_erasers()
    monkeypatch.setattr(own_data, "_asked", own_data.PerMinute(30))


async def carry_out(app: FastAPI) -> None:
    await privacy.carry_out_erasures(app.state.database, secret=SECRET)


async def traces(database: Database) -> dict[str, int]:
    """Rows in which the person still stands."""
    counted = {
        "viewer": "select count(*) from viewer",
        "viewer_key": "select count(*) from viewer_key",
        "viewer_session": "select count(*) from viewer_session",
        "orders": "select count(*) from orders where email is not null",
        "checkout": "select count(*) from checkout where email is not null",
        "request": "select count(*) from privacy_request where sealed is not null",
    }
    return {name: int(str(await scalar(database, sql))) for name, sql in counted.items()}


async def ask_to_be_erased(visitor: Visitor) -> ErasureOut:
    answer = await visitor.send("POST", "/viewer/erasure")
    assert answer.status_code == 202, answer.text
    return ErasureOut.model_validate(answer.json())


async def erasure(visitor: Visitor, asked: ErasureOut) -> ErasureOut:
    """How far it is."""
    answer = await visitor.get(f"/viewer/erasures/{asked.token}")
    assert answer.status_code == 200, answer.text
    return ErasureOut.model_validate(answer.json())


async def holdings(visitor: Visitor) -> dict[str, list[dict[str, Any]]]:
    """The rows that the viewer is shown, by part."""
    data = OwnDataOut.model_validate((await visitor.get("/viewer/data")).json())
    return {each.name: each.rows for each in data.holdings}


def let_the_address_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders under an address are erased with it, whatever account they belong to."""

    def of_address(subject: Subject) -> ColumnElement[bool]:
        return func.lower(OrderRow.email) == subject.email

    monkeypatch.setattr(erasing, "_of_buyer", of_address)
