"""A viewer's own data in tests: what is shown of it, how it is erased, and what is left."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from showfloor.app.wiring import connect_erasers
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.privacy import service as privacy
from showfloor.viewers.http import own_data
from showfloor.viewers.schemas import ErasureOut, OwnDataOut
from tests.integration.checkout.counter import ADDRESS
from tests.integration.checkout.shop import execute, scalar
from tests.integration.viewers.visitors import EMAIL, SECRET, Visitor


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    connect_erasers()
    monkeypatch.setattr(own_data, "_asked", own_data.PerMinute(30))


async def carry_out(app: FastAPI) -> None:
    await privacy.carry_out_erasures(app.state.database, secret=SECRET)


async def sent(database: Database) -> None:
    """Every order is on its way."""
    await execute(
        database,
        "insert into order_shipment (id, order_id, carrier, shipped_at, key, request) "
        "select gen_random_uuid(), id, 'Post', now(), 'k', 'r' from orders "
        "where id not in (select order_id from order_shipment)",
    )
    await execute(
        database,
        "insert into order_shipment_line (shipment_id, position, quantity) "
        "select order_shipment.id, position, quantity from order_shipment join order_line "
        "using (order_id) where id not in (select shipment_id from order_shipment_line)",
    )


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


async def pay_slowly(visitor: Visitor, show: str) -> None:
    """A purchase whose bank has not answered yet."""
    key = {"Idempotency-Key": ids.secret()}
    lines = {"lines": [{"sku": "SALT", "quantity": 1}]}
    held = (await visitor.client.post(f"/shows/{show}/holds", json=lines, headers=key)).json()
    body = {"hold_id": held["id"], "adult": True, "email": EMAIL, "address": ADDRESS}
    headers = key | {"Authorization": f"Bearer {held['token']}"}
    answer = await visitor.client.post("/checkouts", json=body, headers=headers)
    assert answer.status_code < 300, answer.text
    await execute(
        visitor.database,
        "insert into payment (id, checkout_id, provider, amount, currency, state, key, request, "
        "created_at, changed_at, look_at) select gen_random_uuid(), id, 'test', total, currency, "
        "'pending', 'k', 'r', now(), now(), now() + interval '1 hour' from checkout "
        "where email is not null",
    )
