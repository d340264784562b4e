"""People who wait in line at the hall's mugs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2

from showfloor.app import wiring
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.notices import service as notices
from showfloor.notices.views import Office
from showfloor.offers.rules import waiting as rules
from showfloor.offers.service import verify_waiting
from showfloor.offers.types.waiting import WaitingProof
from showfloor.stock import service as stock
from showfloor.stock import tasks as stock_tasks
from tests.integration.app.conftest import BASE
from tests.integration.checkout.shop import execute
from tests.integration.notices.postbox import Postbox
from tests.integration.offers.conftest import DropBuyer, Hall
from tests.integration.offers.coupons import viewer_token

SKU = "MUG-1"


@dataclass
class Waiter:
    """Somebody who is signed in."""

    hall: Hall
    email: str
    token: str

    async def send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"X-Viewer-Token": self.token}
        return await self.hall.client.request(method, f"/api/v1{path}", headers=headers, **more)

    async def join(self, sku: str = SKU, show: str | None = None) -> httpx2.Response:
        path = f"/shows/{show or self.hall.show}/waits"
        return await self.send("POST", path, json={"sku": sku})

    async def waits(self) -> list[dict[str, Any]]:
        answer = await self.send("GET", "/viewer/waits")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["waits"]
        return found

    async def wait(self) -> dict[str, Any]:
        (found,) = await self.waits()
        return found

    async def leave(self, wait: str) -> httpx2.Response:
        return await self.send("DELETE", f"/waits/{wait}")

    async def take(self, buyer: DropBuyer) -> httpx2.Response:
        """What is held for them, into this browser."""
        place = (await self.wait())["id"]
        answer = await buyer.counter.client.post(
            f"/waits/{place}/hold", headers={"X-Viewer-Token": self.token}
        )
        return has(buyer, answer)

    async def buyer(self, address: str | None = None) -> DropBuyer:
        """Their browser, with what is held for them in it."""
        buyer = await self.hall.buyer(address)
        answer = await self.take(buyer)
        assert answer.status_code == 200, answer.text
        return buyer


def has(buyer: DropBuyer, answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code == 200:
        buyer.hold, buyer.token = answer.json(), answer.json()["token"]
    return answer


async def take_by_mail(hall: Hall, place: str, buyer: DropBuyer) -> httpx2.Response:
    """Whoever has the link, in this browser."""
    token = rules.wait_token(hall.app.state.settings.secret.encode(), ids.parse("wait", place))
    return has(buyer, await buyer.counter.client.post("/waits/hold", json={"token": token}))


async def leave_by_mail(hall: Hall, place: str) -> httpx2.Response:
    token = rules.leave_token(hall.app.state.settings.secret.encode(), ids.parse("wait", place))
    return await hall.client.post(f"/api/v1/viewer/waits/leave/{token}")


async def waiter(hall: Hall, name: str) -> Waiter:
    email = f"{name}@example.com"
    return Waiter(hall, email, await viewer_token(hall, email))


async def in_line(hall: Hall, *names: str) -> list[Waiter]:
    """They wait, in this order."""
    found = [await waiter(hall, name) for name in names]
    for each in found:
        answer = await each.join()
        assert answer.status_code == 200, answer.text
    return found


async def count(hall: Hall, on_hand: int) -> None:
    """So many mugs are there, sold ones included."""
    floor = hall.floor
    async with hall.database.session() as session:
        await stock.set_on_hand(
            session,
            person=floor.sellers[0],
            variant_id=floor.products[0].variants[0].id,
            on_hand=on_hand,
        )


async def run_out(database: Database, hold_id: UUID | str) -> None:
    """The time of a hold is over, and the worker has seen it."""
    if isinstance(hold_id, str):
        hold_id = ids.parse("hold", hold_id)
    for table, column in (("hold", "id"), ("hold_line", "hold_id")):
        await execute(
            database,
            f"update {table} set expires_at = now() - interval '1 s' where {column} = '{hold_id}'",
        )
    await stock_tasks.release_expired(database)


async def log_of(hall: Hall, wait: dict[str, Any]) -> list[bytes]:
    answer = await hall.client.get(wait["log_url"])
    assert answer.status_code == 200, answer.text
    return answer.content.splitlines(keepends=True)


async def proof(hall: Hall, wait: dict[str, Any]) -> WaitingProof:
    return verify_waiting(await log_of(hall, wait))


async def deliver(hall: Hall, box: Postbox) -> None:
    """What the worker does with events and mails."""
    dispatcher = Dispatcher(hall.database)
    wiring.connect_worker(dispatcher)
    while await dispatcher.drain():
        pass
    secret: str = hall.app.state.settings.secret
    await notices.send_due(
        hall.database, box.mailer(seconds=5), Office(BASE, secret.encode(), "shop.example")
    )
