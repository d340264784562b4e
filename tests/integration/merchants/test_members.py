"""Who changes a team, and that it never is without an owner."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from functools import partial

import pytest

from showfloor.identity import queries
from showfloor.identity import service as identity
from showfloor.identity.eraser import ERASER
from showfloor.identity.errors import Forbidden
from showfloor.identity.service import accounts, teams
from showfloor.identity.types import GrantKind, Member, Person, Role, SecurityEvent, Team
from showfloor.kit import ids
from showfloor.kit.db import Database, Session
from showfloor.privacy.types import Subject
from tests.integration.app.conftest import app, client
from tests.integration.merchants.seller_team import SellerTeam, office, roles_in
from tests.people import add_key

__all__ = ["app", "client", "office"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_last_owner_stays(
    office: SellerTeam, guard: bool, monkeypatch: pytest.MonkeyPatch
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
        assert sorted(roles_in(await office.seen())) == ["orders", "owner"]
    else:
        assert left.grants[0].role is Role.READ_ONLY, "nobody can let anybody in again"


async def test_two_owners_who_remove_each_other_leave_one(office: SellerTeam) -> None:
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
async def test_owner_who_can_never_sign_in_does_not_count(office: SellerTeam, how: str) -> None:
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
    office: SellerTeam, ends: str, guard: bool, monkeypatch: pytest.MonkeyPatch
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
async def test_only_owners_change_the_team(office: SellerTeam, role: Role) -> None:
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


async def test_strangers_see_and_change_nothing(office: SellerTeam, database: Database) -> None:
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


async def test_removed_member_is_out_at_once(office: SellerTeam) -> None:
    person, headers = await office.colleague(Role.ORDERS)
    before = await office.client.get("/api/v1/orders/counts", headers=headers)

    removed = await office.remove(person)
    after = await office.client.get(f"/api/v1/teams/{office.team}", headers=headers)

    assert (before.status_code, removed.status_code, after.status_code) == (200, 204, 403)


async def test_security_log_says_who_decided_about_whom(office: SellerTeam) -> None:
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
