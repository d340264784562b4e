"""What a role allows and forbids in requests, at once after it changed, and for what is open."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest

from showfloor.identity import service as identity
from showfloor.identity.errors import RoleUnknown
from showfloor.identity.types import Action, Grant, GrantKind, Person, Role, Scope
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.media import service as media
from showfloor.media.rules import device_key_id
from showfloor.media.types import IngestReport, IngestState
from showfloor.shows import service as shows
from tests.people import Floor, add_floor, add_key, add_person, report

SECRET = "s" * 32


async def _floor(database: Database) -> Floor:
    async with database.session() as session:
        return await add_floor(session)


async def _member(
    database: Database, kind: GrantKind, of: Person, role: Role
) -> tuple[Person, dict[str, str]]:
    """A colleague of this person, with a key."""
    subject = of.creator_id if kind is GrantKind.CREATOR else next(iter(of.merchant_ids))
    assert subject is not None
    async with database.session() as session:
        member = await add_person(session, role.value)
        await identity.grant(session, person_id=member.id, kind=kind, subject_id=subject, role=role)
        found = await identity.get_person(session, member.id)
        assert found is not None
        return found, await add_key(session, member)


def _stock(floor: Floor) -> str:
    return f"/api/v1/products/{ids.encode('prod', floor.products[0].id)}/prices"


async def _set_price(
    client: httpx2.AsyncClient, floor: Floor, headers: dict[str, str]
) -> tuple[int, str]:
    variant = floor.products[0].variants[0]
    body = {"sku": variant.sku, "price": {"amount": 100, "currency": "GBP"}}
    answer = await client.post(_stock(floor), headers=headers, json=body)
    return answer.status_code, answer.json().get("code", "")


async def _prices(database: Database) -> int:
    async with database.pool.connection() as connection:
        found = await (await connection.execute("select count(*) from price")).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_role_that_only_reads_changes_nothing(
    client: httpx2.AsyncClient,
    database: Database,
    guard: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor = await _floor(database)
    _, reader = await _member(database, GrantKind.MERCHANT, floor.sellers[0], Role.READ_ONLY)
    before = await _prices(database)
    if not guard:
        monkeypatch.setattr(identity, "limited_to", lambda person, action: person)
        monkeypatch.setattr(identity, "lacks_role", lambda person, action: False)

    read = await client.get("/api/v1/products", headers=reader)
    changed = await _set_price(client, floor, reader)

    assert read.status_code == 200 and len(read.json()["items"]) == 1
    assert (changed == (403, "role_missing")) is guard
    assert (await _prices(database) == before) is guard


async def test_role_counts_from_the_next_request_on(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    member, headers = await _member(database, GrantKind.MERCHANT, floor.sellers[0], Role.CATALOG)
    merchant = next(iter(member.merchant_ids))
    owner = await _set_price(client, floor, headers)

    async with database.session() as session:
        await identity.grant(
            session,
            person_id=member.id,
            kind=GrantKind.MERCHANT,
            subject_id=merchant,
            role=Role.READ_ONLY,
        )
    lowered = await _set_price(client, floor, headers)
    async with database.session() as session:
        await identity.revoke_grant(
            session, person_id=member.id, kind=GrantKind.MERCHANT, subject_id=merchant
        )
    removed = await _set_price(client, floor, headers)

    assert owner[0] == 201
    assert lowered == (403, "role_missing")
    assert removed == (404, "product_not_found"), "a stranger learns nothing"


async def test_owner_of_another_seller_is_a_stranger(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    async with database.session() as session:
        other = await add_key(session, floor.sellers[1])

    assert await _set_price(client, floor, other) == (404, "product_not_found")


async def test_page_learns_what_to_offer(client: httpx2.AsyncClient, database: Database) -> None:
    floor = await _floor(database)
    member, headers = await _member(database, GrantKind.MERCHANT, floor.sellers[0], Role.READ_ONLY)

    said = (await client.get("/api/v1/session", headers=headers)).json()

    team = ids.encode("mer", next(iter(member.merchant_ids)))
    rights = ["catalog.read", "money.read", "orders.read", "seller.read", "team.read"]
    assert said["teams"] == [{"team": team, "role": "read_only", "may": rights}]
    assert said["may"] == rights and said["merchants"] == [team]


async def test_moderator_of_a_show_neither_plans_nor_runs_it(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    _, moderator = await _member(database, GrantKind.CREATOR, floor.host, Role.MODERATOR)
    show = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"

    answers = [
        await client.patch(show, headers=moderator, json={"market": "gb"}),
        await client.post(f"{show}/go-live", headers=moderator),
        await client.post(f"{show}/stream-key", headers=moderator),
        await client.post(f"{show}/publish-ticket", headers=moderator),
        await client.get(f"{show}/destinations", headers=moderator),
        await client.get(f"{show}/sales", headers=moderator),
    ]
    seen = await client.get(f"{show}/studio", headers=moderator)

    assert {answer.json()["code"] for answer in answers} == {"role_missing"}
    assert seen.status_code == 200
    assert seen.json()["show"]["state"] == "draft"


async def test_team_has_only_roles_of_its_kind(database: Database) -> None:
    floor = await _floor(database)
    merchant = next(iter(floor.sellers[0].merchant_ids))

    with pytest.raises(RoleUnknown):
        async with database.session() as session:
            await identity.grant(
                session,
                person_id=floor.host.id,
                kind=GrantKind.MERCHANT,
                subject_id=merchant,
                role=Role.PRODUCER,
            )

    async with database.session() as session:
        unchanged = await identity.get_person(session, floor.host.id)
    assert unchanged is not None and unchanged.grants == floor.host.grants


@pytest.mark.parametrize("ends", ["role", "membership", "key", "person", "nothing"])
async def test_open_stream_ends_with_the_role_that_opened_it(database: Database, ends: str) -> None:
    """`streaming` asks every second; a browser that publishes by a ticket is let go."""
    floor = await _floor(database)
    member, headers = await _member(database, GrantKind.CREATOR, floor.host, Role.HOST)
    assert member.creator_id is not None
    async with database.session() as session:
        key = await identity.find_key(session, key=headers["Authorization"].split()[1])
        assert key is not None
        ticket = media.issue_ticket(SECRET, floor.show.id, key)
        begun = await shows.admit_publisher(session, stream_key=ticket.text, secret=SECRET)
    line = replace(report(floor.show, IngestState.PUBLISHING), key_id=begun.key_id)
    before = await _is_let_go(database, floor, line)

    team = {"kind": GrantKind.CREATOR, "subject_id": member.creator_id}
    async with database.session() as session:
        if ends == "role":
            await identity.grant(session, person_id=member.id, role=Role.ANALYST, **team)
        elif ends == "membership":
            await identity.revoke_grant(session, person_id=member.id, **team)
        elif ends == "key":
            await identity.revoke_key(session, person_id=member.id, key_id=key)
        elif ends == "person":
            await identity.disable(session, person_id=member.id)
    async with database.session() as session:
        again = await shows.admit_publisher(session, stream_key=ticket.text, secret=SECRET)

    over = ends != "nothing"
    assert begun.refusal is None and begun.key_id == device_key_id(key) and not before
    assert await _is_let_go(database, floor, line) is over
    assert (again.refusal is not None) is over


async def _is_let_go(database: Database, floor: Floor, line: IngestReport) -> bool:
    answers = await shows.note_ingests(database, reports=[line], secret=SECRET)
    return answers.shows[ids.encode("show", floor.show.id)].key_revoked


async def test_remote_of_a_host_ends_with_the_role(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    member, headers = await _member(database, GrantKind.CREATOR, floor.host, Role.HOST)
    assert member.creator_id is not None
    show = ids.encode("show", floor.show.id)
    invited = await client.post(f"/api/v1/shows/{show}/remotes", headers=headers)
    ticket = invited.json()["url"].partition("#")[2]
    joined = await client.post("/api/v1/remote", json={"ticket": ticket})
    remote = {"Authorization": f"Bearer {joined.json()['token']}"}
    before = await client.get("/api/v1/remote", headers=remote)

    async with database.session() as session:
        await identity.grant(
            session,
            person_id=member.id,
            kind=GrantKind.CREATOR,
            subject_id=member.creator_id,
            role=Role.ANALYST,
        )

    assert before.status_code == 200
    assert (await client.get("/api/v1/remote", headers=remote)).json()["code"] == "remote_ended"


@pytest.mark.parametrize("role", [Role.ORDERS, Role.CATALOG])
async def test_right_that_is_gone_ends_what_takes_longer_than_a_request(
    database: Database, role: Role
) -> None:
    floor = await _floor(database)
    member, _ = await _member(database, GrantKind.MERCHANT, floor.sellers[0], Role.OWNER)
    merchant = next(iter(member.merchant_ids))
    async with database.session() as session:
        before = await identity.may_still(session, member, Action.ORDERS_READ)
        await identity.grant(
            session, person_id=member.id, kind=GrantKind.MERCHANT, subject_id=merchant, role=role
        )
        after = await identity.may_still(session, member, Action.ORDERS_READ)

    assert (before, after) == (True, role is Role.ORDERS)


async def test_creators_team_that_is_left_ends_what_takes_longer_than_a_request(
    database: Database,
) -> None:
    """A creator's books are the person's own for as long as they are of that team."""
    floor = await _floor(database)
    member, _ = await _member(database, GrantKind.CREATOR, floor.host, Role.OWNER)
    assert member.creator_id is not None
    async with database.session() as session:
        before = await identity.may_still(session, member, Action.MONEY_READ)
        await identity.revoke_grant(
            session, person_id=member.id, kind=GrantKind.CREATOR, subject_id=member.creator_id
        )
        after = await identity.may_still(session, member, Action.MONEY_READ)

    assert (before, after) == (True, False)


async def test_key_may_never_do_more_than_its_person(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    member, whole = await _member(database, GrantKind.MERCHANT, floor.sellers[0], Role.READ_ONLY)

    assert member.grants == (
        Grant(GrantKind.MERCHANT, next(iter(member.merchant_ids)), Role.READ_ONLY),
    )
    assert await _set_price(client, floor, whole) == (403, "role_missing"), list(Scope)
