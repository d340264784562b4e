"""A seller's team over the real application, and the mails that it sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from showfloor.app import wiring
from showfloor.identity import service as identity
from showfloor.identity.types import GrantKind, Role
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.notices import service as notices
from showfloor.notices.types import Delivery, Letter, Outcome
from showfloor.notices.views import Office
from tests.integration.app.conftest import BASE
from tests.people import Floor, add_floor, add_key, add_person

SECRET = "s" * 32
NEW = "yara@darnoor.example"
PASSWORD = "a long enough password"
Answer = httpx2.Response


class MailCollector:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> Delivery:
        self.letters.append(letter)
        return Delivery(Outcome.SENT)


@dataclass
class SellerTeam:
    """A seller's team, its owner's hands, and the worker's."""

    client: httpx2.AsyncClient
    database: Database
    floor: Floor
    owner: dict[str, str]
    team: str

    async def invite(self, email: str = NEW, role: str = "orders", lang: str = "en") -> Answer:
        body = {"email": email, "role": role, "language": lang}
        path = f"/api/v1/teams/{self.team}/invitations"
        return await self.client.post(path, json=body, headers=self.owner)

    async def mails(self) -> list[Letter]:
        """What the worker sends."""
        dispatcher, mailer = Dispatcher(self.database), MailCollector()
        wiring.connect_worker(dispatcher)
        while await dispatcher.drain():
            pass
        await notices.send_due(self.database, mailer, Office(BASE, SECRET.encode(), "shop.example"))
        return mailer.letters

    def token(self, invited: Answer) -> str:
        return identity.token_of(SECRET, ids.parse("inv", invited.json()["id"]))

    async def join(self, token: str, **more: Any) -> Answer:
        body = {"token": token, "name": "Yara", "password": PASSWORD, "adult": True, **more}
        return await self.client.post("/api/v1/invitations/join", json=body)

    async def seen(self, headers: dict[str, str] | None = None) -> dict[str, Any]:
        path = f"/api/v1/teams/{self.team}"
        answer = await self.client.get(path, headers=headers or self.owner)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def colleague(self, role: Role) -> tuple[str, dict[str, str]]:
        """Somebody in the team, and their key."""
        merchant = next(iter(self.floor.sellers[0].merchant_ids))
        async with self.database.session() as session:
            person = await add_person(session, role.value)
            await identity.grant(
                session,
                person_id=person.id,
                kind=GrantKind.MERCHANT,
                subject_id=merchant,
                role=role,
            )
            return ids.encode("per", person.id), await add_key(session, person)

    @property
    def me(self) -> str:
        return ids.encode("per", self.floor.sellers[0].id)

    async def lower(self, person: str, role: str, by: dict[str, str] | None = None) -> Answer:
        path = f"/api/v1/teams/{self.team}/members/{person}"
        return await self.client.patch(path, json={"role": role}, headers=by or self.owner)

    async def remove(self, person: str, by: dict[str, str] | None = None) -> Answer:
        path = f"/api/v1/teams/{self.team}/members/{person}"
        return await self.client.delete(path, headers=by or self.owner)


@pytest.fixture
async def office(client: httpx2.AsyncClient, database: Database) -> SellerTeam:
    async with database.session() as session:
        floor = await add_floor(session)
        owner = await add_key(session, floor.sellers[0])
    team = ids.encode("mer", next(iter(floor.sellers[0].merchant_ids)))
    return SellerTeam(client, database, floor, owner, team)


def roles_in(seen: dict[str, Any]) -> list[str]:
    return [member["role"] for member in seen["members"]]
