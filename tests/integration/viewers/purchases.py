"""What visitors buy, and what becomes of it."""

from __future__ import annotations

from typing import Any

from showfloor.kit import ids
from showfloor.kit.db import Database
from tests.integration.checkout.counter import ADDRESS
from tests.integration.checkout.shop import execute
from tests.integration.viewers.visitors import EMAIL, Visitor

CARD = {"type": "test", "number": "4242424242424242"}


async def buy(visitor: Visitor, show: str, email: str = "gift@example.com") -> dict[str, Any]:
    """As the show's page does it: with the session's cookie, if there is one, and no more."""

    async def post(path: str, body: object, token: str = "") -> dict[str, Any]:
        headers = {"Idempotency-Key": ids.secret()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = await visitor.client.post(path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    hold = await post(f"/shows/{show}/holds", {"lines": [{"sku": "SALT", "quantity": 1}]})
    who = {"hold_id": hold["id"], "adult": True, "email": email, "address": ADDRESS}
    checkout = await post("/checkouts", who, hold["token"])
    how = {"payment_method": CARD, "expected_total": checkout["total"]}
    paid = await post(f"/checkouts/{checkout['id']}/pay", how, hold["token"])
    order: dict[str, Any] = paid["orders"][0]
    return order


async def buy_under_another_account(visitor: Visitor, show: str) -> dict[str, Any]:
    """An order of an account of its own, under the address of `EMAIL`, that is on its way."""
    await visitor.sign_in("eve@example.com")
    order = await buy(visitor, show, EMAIL)
    await sent(visitor.database)
    return order


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
