"""Invitations over the real application: by a link, once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from showfloor.identity import queries
from showfloor.identity import service as identity
from showfloor.identity.eraser import ERASER
from showfloor.identity.errors import HostsElsewhere
from showfloor.identity.rules import invitations
from showfloor.identity.service import teams
from showfloor.identity.types import Grant, GrantKind, Role, Team
from showfloor.kit import clock, ids, messages
from showfloor.kit.db import Database, Session
from showfloor.privacy.types import Subject
from tests.integration.app.conftest import BASE, app, client
from tests.integration.merchants.seller_team import NEW, SECRET, SellerTeam, office, roles_in
from tests.people import add_host, add_key, add_person
from tests.waiting import until_somebody_waits

__all__ = ["app", "client", "office"]


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_invited_by_mail_and_in_with_the_first_click(office: SellerTeam, lang: str) -> None:
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
    assert roles_in(seen) == ["owner", "orders"] and seen["invitations"] == []
    assert (await office.client.get("/api/v1/orders")).status_code == 200, "signed in"


async def test_link_works_once_however_many_click(office: SellerTeam) -> None:
    token = office.token(await office.invite())

    answers = await asyncio.gather(*(office.join(token) for _ in range(3)))
    again = await office.join(token)

    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 201 and codes[1] >= 400
    assert again.json()["code"] == "invitation_not_found"
    assert roles_in(await office.seen()) == ["owner", "orders"]


async def test_link_ends_after_seven_days_or_when_withdrawn_or_replaced(office: SellerTeam) -> None:
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
    assert roles_in(await office.seen()) == ["owner"]


async def test_mail_of_an_invitation_that_is_gone_is_not_sent(office: SellerTeam) -> None:
    invited = await office.invite()
    path = f"/api/v1/teams/{office.team}/invitations/{invited.json()['id']}"
    await office.client.delete(path, headers=office.owner)

    assert await office.mails() == []


async def test_link_that_nobody_made_leads_nowhere(office: SellerTeam) -> None:
    token = office.token(await office.invite())
    other = ("A" if token[-2] != "A" else "B") + token[-1]

    for bad in (token[:-2] + other, token + "=", token[:20], "é", "x", ""):
        answer = await office.client.post("/api/v1/invitations/open", json={"token": bad})
        assert answer.json()["code"] == "invitation_not_found", bad


async def test_somebody_new_comes_through_the_gate(office: SellerTeam) -> None:
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


async def test_who_has_an_account_accepts_with_it_alone(
    office: SellerTeam, database: Database
) -> None:
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
    assert sorted(roles_in(await office.seen())) == ["catalog", "owner"]


async def test_person_hosts_as_one_creator(office: SellerTeam, database: Database) -> None:
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
    assert roles_in(kept.json()) == ["owner"] and len(kept.json()["invitations"]) == 1


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_who_accepts_two_invitations_at_once_hosts_as_one_creator(
    office: SellerTeam, database: Database, guard: bool, monkeypatch: pytest.MonkeyPatch
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


async def test_refused_words_say_what_is_wrong(office: SellerTeam) -> None:
    known = (await office.seen())["members"][0]["email"]

    assert (await office.invite(known)).json()["code"] == "already_member"
    assert (await office.invite(role="producer")).json()["code"] == "role_unknown"
    assert (await office.lower(office.me, "host")).json()["code"] == "role_unknown"
    assert (await office.remove(ids.encode("per", ids.new()))).json()["code"] == "member_not_found"


async def test_number_of_open_invitations_is_bounded(
    office: SellerTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "MOST_INVITATIONS", 1)
    await office.invite("a@example.com")

    more, again = await office.invite("b@example.com"), await office.invite("a@example.com")

    assert more.json()["code"] == "too_many_invitations" and again.status_code == 201


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_team_sends_a_bounded_number_of_mails_a_day(
    office: SellerTeam, guard: bool, monkeypatch: pytest.MonkeyPatch
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


async def test_erased_address_leaves_its_invitations(office: SellerTeam) -> None:
    await office.invite()

    async with office.database.session() as session:
        await ERASER.erase(session, Subject(NEW))

    assert (await office.seen())["invitations"] == []
    assert await office.mails() == []
