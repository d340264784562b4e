"""Invitations and teams over the real application: by a link, once, and never without an owner."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx2
import pytest

from showfloor.app import wiring
from showfloor.identity import queries
from showfloor.identity import service as identity
from showfloor.identity.eraser import ERASER
from showfloor.identity.errors import Forbidden, HostsElsewhere
from showfloor.identity.rules import invitations
from showfloor.identity.service import accounts, teams
from showfloor.identity.types import Grant, GrantKind, Member, Person, Role, SecurityEvent, Team
from showfloor.kit import clock, ids, messages
from showfloor.kit.db import Database, Session
from showfloor.kit.outbox import Dispatcher
from showfloor.notices import service as notices
from showfloor.notices.types import Delivery, Letter, Outcome
from showfloor.notices.views import Office
from showfloor.privacy.types import Subject
from tests.integration.app.conftest import BASE, app, client
from tests.people import Floor, add_floor, add_host, add_key, add_person
from tests.waiting import until_somebody_waits

__all__ = ["app", "client"]
SECRET = "s" * 32
NEW = "yara@darnoor.example"
PASSWORD = "a long enough password"
Answer = httpx2.Response


class Drawer:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> Delivery:
        self.letters.append(letter)
        return Delivery(Outcome.SENT)


@dataclass
class Bureau:
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
        dispatcher, drawer = Dispatcher(self.database), Drawer()
        wiring.connect_worker(dispatcher)
        while await dispatcher.drain():
            pass
        await notices.send_due(self.database, drawer, Office(BASE, SECRET.encode(), "shop.example"))
        return drawer.letters

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
async def office(client: httpx2.AsyncClient, database: Database) -> Bureau:
    async with database.session() as session:
        floor = await add_floor(session)
        owner = await add_key(session, floor.sellers[0])
    team = ids.encode("mer", next(iter(floor.sellers[0].merchant_ids)))
    return Bureau(client, database, floor, owner, team)


def _roles(seen: dict[str, Any]) -> list[str]:
    return [member["role"] for member in seen["members"]]


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_invited_by_mail_and_in_with_the_first_click(office: Bureau, lang: str) -> None:
    invited = await office.invite(lang=lang)
    (letter,) = await office.mails()
    url = re.search(r"http\S+", letter.text)
    assert url is not None
    token = url[0].partition("#")[2]
    opened = (await office.client.post("/api/v1/invitations/open", json={"token": token})).json()
    joined = await office.join(token)
    seen = await office.seen()

    t = partial(messages.translate, lang)
    assert invited.status_code == 201 and letter.to == NEW and letter.language == lang
    assert letter.subject == t("mail.invitation.subject", team=seen["name"][lang])
    assert url[0].startswith(f"{BASE}/studio/join?lang={lang}#") and url[0] in letter.html
    assert opened["role"] == "orders" and opened["email"] == NEW and not opened["has_account"]
    assert joined.status_code == 201
    assert [one["team"] for one in joined.json()["teams"]] == [office.team]
    assert _roles(seen) == ["owner", "orders"] and seen["invitations"] == []
    assert (await office.client.get("/api/v1/orders")).status_code == 200, "signed in"


async def test_link_works_once_however_many_click(office: Bureau) -> None:
    token = office.token(await office.invite())

    answers = await asyncio.gather(*(office.join(token) for _ in range(3)))
    again = await office.join(token)

    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 201 and codes[1] >= 400
    assert again.json()["code"] == "invitation_not_found"
    assert _roles(await office.seen()) == ["owner", "orders"]


async def test_link_ends_after_seven_days_or_when_withdrawn_or_replaced(office: Bureau) -> None:
    late = office.token(await office.invite())
    replaced = office.token(await office.invite("b@example.com"))
    await office.invite("b@example.com", "catalog")
    gone = await office.invite("c@example.com")
    path = f"/api/v1/teams/{office.team}/invitations/{gone.json()['id']}"
    withdrawn = await office.client.delete(path, headers=office.owner)
    after = clock.now() + invitations.INVITATION_LASTS + timedelta(seconds=1)

    answers = [await office.join(replaced), await office.join(office.token(gone))]
    with clock.use(lambda: after):
        answers.append(await office.join(late))
        async with office.database.session() as session:
            forgotten = await identity.forget_old_invitations(session)

    assert withdrawn.status_code == 204 and forgotten == 2
    assert {answer.json()["code"] for answer in answers} == {"invitation_not_found"}
    assert _roles(await office.seen()) == ["owner"]


async def test_mail_of_an_invitation_that_is_gone_is_not_sent(office: Bureau) -> None:
    invited = await office.invite()
    path = f"/api/v1/teams/{office.team}/invitations/{invited.json()['id']}"
    await office.client.delete(path, headers=office.owner)

    assert await office.mails() == []


async def test_link_that_nobody_made_leads_nowhere(office: Bureau) -> None:
    token = office.token(await office.invite())
    other = ("A" if token[-2] != "A" else "B") + token[-1]

    for bad in (token[:-2] + other, token + "=", token[:20], "é", "x", ""):
        answer = await office.client.post("/api/v1/invitations/open", json={"token": bad})
        assert answer.json()["code"] == "invitation_not_found", bad


async def test_somebody_new_comes_through_the_gate(office: Bureau) -> None:
    token = office.token(await office.invite())
    child = {"born": {"day": 1, "month": 1, "year": clock.now().year - 11}}

    unasked = await office.join(token, adult=None)
    refused = await office.join(token, **child)

    assert unasked.json()["code"] == "adult_declaration_required"
    assert refused.json()["code"] == "age_refused"
    async with office.database.pool.connection() as connection:
        found = await (
            await connection.execute("select count(*) from person where email = %s", [NEW])
        ).fetchone()
    assert found == (0,)
    assert len((await office.seen())["invitations"]) == 1


async def test_who_has_an_account_accepts_with_it_alone(office: Bureau, database: Database) -> None:
    host, stranger = office.floor.host, office.floor.sellers[1]
    token = office.token(await office.invite(host.email, "catalog"))
    async with database.session() as session:
        his, hers = await add_key(session, stranger), await add_key(session, host)
    path, body = "/api/v1/invitations/accept", {"token": token}

    joined = await office.join(token)
    foreign = await office.client.post(path, json=body, headers=his)
    accepted = await office.client.post(path, json=body, headers=hers)

    assert joined.json()["code"] == "sign_in_to_accept"
    assert foreign.json()["code"] == "invited_somebody_else"
    assert accepted.status_code == 204
    assert sorted(_roles(await office.seen())) == ["catalog", "owner"]


async def test_person_hosts_as_one_creator(office: Bureau, database: Database) -> None:
    async with database.session() as session:
        boss, key = await add_host(session), await add_key(session, office.floor.host)
        assert boss.creator_id is not None
        headers = await add_key(session, boss)
    team = ids.encode("cre", boss.creator_id)
    body = {"email": office.floor.host.email, "role": "producer", "language": "en"}
    invited = await office.client.post(
        f"/api/v1/teams/{team}/invitations", json=body, headers=headers
    )
    token = {"token": office.token(invited)}

    answer = await office.client.post("/api/v1/invitations/accept", json=token, headers=key)

    assert answer.json()["code"] == "hosts_elsewhere"
    kept = await office.client.get(f"/api/v1/teams/{team}", headers=headers)
    assert _roles(kept.json()) == ["owner"] and len(kept.json()["invitations"]) == 1


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_who_accepts_two_invitations_at_once_hosts_as_one_creator(
    office: Bureau, database: Database, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.session() as session:
        guest = await add_person(session, "guest")
        bosses = [await add_host(session) for _ in range(2)]
        tokens = []
        for boss in bosses:
            assert boss.creator_id is not None
            invited = await identity.invite(
                session,
                person=boss,
                team=Team(GrantKind.CREATOR, boss.creator_id),
                email=guest.email,
                role=Role.HOST,
                language="en",
            )
            tokens.append(identity.token_of(SECRET, invited.id))
    if not guard:
        monkeypatch.setattr(queries, "lock_grants", _grants_alone)

    async def accept(token: str) -> None:
        async with database.session() as session:
            await identity.accept_invitation(session, person=guest, secret=SECRET, token=token)

    async with database.session() as session:
        await identity.accept_invitation(session, person=guest, secret=SECRET, token=tokens[0])
        second = asyncio.create_task(accept(tokens[1]))
        if guard:
            await until_somebody_waits(database)
        else:
            await second
    (answer,) = await asyncio.gather(second, return_exceptions=True)

    async with database.session() as session:
        now = await identity.get_person(session, guest.id)
    assert now is not None
    assert isinstance(answer, HostsElsewhere) is guard
    assert (len(now.grants) == 1) is guard


async def _grants_alone(session: Session, person_id: UUID) -> tuple[Grant, ...]:
    found = await identity.get_person(session, person_id)
    return found.grants if found else ()


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_last_owner_stays(
    office: Bureau, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.colleague(Role.ORDERS)
    if not guard:
        monkeypatch.setattr(accounts, "is_last_owner", lambda members, person_id: False)

    lowered = await office.lower(office.me, "read_only")
    removed = None if not guard else await office.remove(office.me)
    async with office.database.session() as session:
        left = await identity.get_person(session, office.floor.sellers[0].id)

    assert left is not None
    if removed is not None:
        assert (lowered.json()["code"], removed.json()["code"]) == ("last_owner", "last_owner")
        assert sorted(_roles(await office.seen())) == ["orders", "owner"]
    else:
        assert left.grants[0].role is Role.READ_ONLY, "nobody can let anybody in again"


async def test_two_owners_who_remove_each_other_leave_one(office: Bureau) -> None:
    other, headers = await office.colleague(Role.OWNER)

    answers = await asyncio.gather(office.remove(other), office.remove(office.me, headers))

    left = [
        await office.client.get(f"/api/v1/teams/{office.team}", headers=who)
        for who in (office.owner, headers)
    ]
    assert sorted(answer.status_code for answer in answers)[0] == 204
    assert sum(answer.status_code == 204 for answer in answers) == 1
    assert sorted(answer.status_code for answer in left)[0] == 200


@pytest.mark.parametrize("how", ["disabled", "erased"])
async def test_owner_who_can_never_sign_in_does_not_count(office: Bureau, how: str) -> None:
    other, _ = await office.colleague(Role.OWNER)
    async with office.database.session() as session:
        if how == "disabled":
            await identity.disable(session, person_id=ids.parse("per", other))
        else:
            found = await identity.get_person(session, ids.parse("per", other))
            assert found is not None
            await ERASER.erase(session, Subject(found.email))

    answer = await office.lower(office.me, "orders")

    assert answer.json()["code"] == "last_owner"


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
@pytest.mark.parametrize("ends", ["role", "membership"])
async def test_owner_whose_role_ended_meanwhile_changes_no_team(
    office: Bureau, ends: str, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests at once: the one that waits for the other is not an owner's any more."""
    other, _ = await office.colleague(Role.OWNER)
    third, _ = await office.colleague(Role.OWNER)
    invited = ids.parse("inv", (await office.invite()).json()["id"])
    async with office.database.session() as session:
        then = await identity.get_person(session, ids.parse("per", other))
        assert then is not None
    await (office.lower(other, "read_only") if ends == "role" else office.remove(other))
    before = await office.seen()
    if not guard:
        monkeypatch.setattr(teams, "_lock", _lock_alone)

    team, member = Team(GrantKind.MERCHANT, ids.parse("mer", office.team)), ids.parse("per", third)
    invite = partial(identity.invite, email="b@example.com", role=Role.OWNER, language="en")
    steps: list[Callable[..., Awaitable[object]]] = [
        invite,
        partial(identity.withdraw_invitation, invitation_id=invited),
        partial(identity.change_role, member_id=member, role=Role.ORDERS),
        partial(identity.remove_member, member_id=member),
    ]
    for step in steps:
        with pytest.raises(Forbidden) if guard else nullcontext():
            async with office.database.session() as session:
                await step(session, person=then, team=team)

    assert (await office.seen() == before) is guard


async def _lock_alone(session: Session, person: Person, team: Team) -> list[Member]:
    return await queries.lock_members(session, team)


@pytest.mark.parametrize("role", [Role.ORDERS, Role.CATALOG, Role.READ_ONLY])
async def test_only_owners_change_the_team(office: Bureau, role: Role) -> None:
    person, headers = await office.colleague(role)
    before = await office.seen()

    owner, office.owner = office.owner, headers
    answers = [
        await office.invite(),
        await office.lower(person, "owner"),
        await office.remove(office.me),
    ]
    seen = await office.seen(owner)

    assert {answer.json()["code"] for answer in answers} == {"role_missing"}
    assert seen["members"] == before["members"] and seen["invitations"] == []
    assert len((await office.seen(headers))["members"]) == 2, "everybody may look"


async def test_strangers_see_and_change_nothing(office: Bureau, database: Database) -> None:
    async with database.session() as session:
        other = await add_key(session, office.floor.sellers[1])
    path = f"/api/v1/teams/{office.team}"

    answers = [
        await office.client.get(path, headers=other),
        await office.client.get(path),
        await office.client.get("/api/v1/teams/show_1", headers=other),
    ]
    office.owner = other
    answers.append(await office.invite())

    assert [answer.status_code for answer in answers] == [403, 401, 404, 403]


async def test_refused_words_say_what_is_wrong(office: Bureau) -> None:
    known = (await office.seen())["members"][0]["email"]

    assert (await office.invite(known)).json()["code"] == "already_member"
    assert (await office.invite(role="producer")).json()["code"] == "role_unknown"
    assert (await office.lower(office.me, "host")).json()["code"] == "role_unknown"
    assert (await office.remove(ids.encode("per", ids.new()))).json()["code"] == "member_not_found"


async def test_number_of_open_invitations_is_bounded(
    office: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "MOST_INVITATIONS", 1)
    await office.invite("a@example.com")

    more, again = await office.invite("b@example.com"), await office.invite("a@example.com")

    assert more.json()["code"] == "too_many_invitations" and again.status_code == 201


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_team_sends_a_bounded_number_of_mails_a_day(
    office: Bureau, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "MOST_INVITED_A_DAY", 2 if guard else 9)
    for email in ("a@example.com", "a@example.com"):
        await office.invite(email)

    more = await office.invite("b@example.com")
    seen = (await office.seen())["invitations"]
    tomorrow = clock.now() + timedelta(days=1, seconds=1)
    with clock.use(lambda: tomorrow):
        later = await office.invite("c@example.com")

    assert (more.json().get("code") == "invited_too_often") is guard
    assert (len(seen) == 1) is guard and later.status_code == 201


async def test_erased_address_leaves_its_invitations(office: Bureau) -> None:
    await office.invite()

    async with office.database.session() as session:
        await ERASER.erase(session, Subject(NEW))

    assert (await office.seen())["invitations"] == []
    assert await office.mails() == []


async def test_removed_member_is_out_at_once(office: Bureau) -> None:
    person, headers = await office.colleague(Role.ORDERS)
    before = await office.client.get("/api/v1/orders/counts", headers=headers)

    removed = await office.remove(person)
    after = await office.client.get(f"/api/v1/teams/{office.team}", headers=headers)

    assert (before.status_code, removed.status_code, after.status_code) == (200, 204, 403)


async def test_security_log_says_who_decided_about_whom(office: Bureau) -> None:
    await office.join(office.token(await office.invite()))
    member = next(one for one in (await office.seen())["members"] if not one["own"])["id"]
    await office.lower(member, "catalog")
    await office.remove(member)
    second, theirs = await office.colleague(Role.OWNER)
    await office.remove(second, by=theirs)

    async with office.database.session() as session:
        log = await identity.list_records(session, person=identity.operator(), limit=20)
    left = next(one for one in log if one.person_id == ids.parse("per", second))
    assert (left.event, left.by_id) == (SecurityEvent.GRANT_REVOKED, None)

    owner, new = office.floor.sellers[0].id, ids.parse("per", member)
    assert [
        (one.event, one.by_id)
        for one in reversed(log)
        if one.person_id == new and one.event is not SecurityEvent.SIGNED_IN
    ] == [
        (SecurityEvent.PERSON_ADDED, None),
        (SecurityEvent.GRANTED, owner),
        (SecurityEvent.GRANTED, owner),
        (SecurityEvent.GRANT_REVOKED, owner),
    ]
