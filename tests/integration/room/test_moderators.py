"""Whom the host names to moderate one show: the chat of that show, nothing else, until it is taken
back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from showfloor.app import wiring
from showfloor.identity import service as identity
from showfloor.identity.models import PersonRow
from showfloor.identity.types import GrantKind, Person, Role
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.kit.pace import Limit
from showfloor.notices import service as notices
from showfloor.notices.views import Office
from showfloor.room import http, queries
from showfloor.room.service import access, moderation
from showfloor.room.types import Author, ChatRole, Message
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from tests.integration.app.conftest import BASE
from tests.integration.merchants.seller_team import MailCollector
from tests.integration.room.conftest import Talk
from tests.people import add_key, add_person

SECRET = "s" * 32


@dataclass(frozen=True)
class Helper:
    person: Person
    key: dict[str, str]

    @property
    def id(self) -> str:
        return ids.encode("per", self.person.id)


async def somebody(database: Database, name: str = "Noor") -> Helper:
    async with database.session() as session:
        person = await add_person(session, name)
        return Helper(person, await add_key(session, person))


async def ask(talk: Talk, method: str, path: str, who: dict[str, str], **given: Any) -> Any:
    url = f"/api/v1/shows/{talk.show}/moderators{path}"
    return await talk.client.request(method, url, headers=who, **given)


async def name(talk: Talk, email: str, who: dict[str, str] | None = None) -> Any:
    body = {"email": email, "language": "en"}
    return await ask(talk, "POST", "", who or talk.host, json=body)


async def seen(talk: Talk) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(talk, "GET", "", talk.host)).json()
    return found


async def named(talk: Talk, database: Database) -> Helper:
    """Somebody from outside who took the link of their mail."""
    helper = await somebody(database)
    assert (await name(talk, helper.person.email)).json() == {"mailed": True}
    (invitation,) = (await seen(talk))["invitations"]
    token = identity.token_of(SECRET, ids.parse("inv", invitation["id"]))
    answer = await talk.client.post(
        "/api/v1/invitations/accept", json={"token": token}, headers=helper.key
    )
    assert answer.status_code == 204, answer.text
    return helper


async def delete(talk: Talk, message: Any, who: dict[str, str]) -> int:
    answer = await talk.client.delete(f"/api/v1/messages/{message['id']}", headers=who)
    return int(answer.status_code)


async def test_named_by_mail_and_moderates_with_the_badge_of_it(
    talk: Talk, database: Database
) -> None:
    _, rude = await talk.guest("Daniel", "rude")
    helper = await named(talk, database)

    said = (await talk.say("Be kind", helper.key)).json()
    settings = await talk.client.patch(
        f"/api/v1/shows/{talk.show}/chat", json={"slow_s": 8}, headers=helper.key
    )
    log = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=helper.key)

    assert (said["role"], said["name"]) == ("moderator", "Noor")
    assert await delete(talk, rude, helper.key) == 204
    assert (settings.status_code, log.status_code) == (200, 200)
    found = await seen(talk)
    assert [one["id"] for one in found["items"]] == [helper.id]
    assert found["invitations"] == []


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_mail_and_link_name_the_show(talk: Talk, database: Database, lang: str) -> None:
    body = {"email": "noor@example.com", "language": lang}
    await ask(talk, "POST", "", talk.host, json=body)
    dispatcher, mailer = Dispatcher(database), MailCollector()
    wiring.connect_worker(dispatcher)
    while await dispatcher.drain():
        pass
    await notices.send_due(database, mailer, Office(BASE, SECRET.encode(), "shop.example"))

    (letter,) = mailer.letters
    (invitation,) = (await seen(talk))["invitations"]
    token = identity.token_of(SECRET, ids.parse("inv", invitation["id"]))
    opened = await talk.client.post("/api/v1/invitations/open", json={"token": token})

    title = talk.floor.show.title
    assert title[lang] in letter.subject and title[lang] in letter.text
    assert (opened.json()["kind"], opened.json()["team"]) == ("show", title)


async def test_somebody_of_the_host_s_team_moderates_at_once(
    talk: Talk, database: Database
) -> None:
    analyst = await somebody(database)
    creator = talk.floor.host.creator_id
    assert creator is not None
    async with database.session() as session:
        await identity.grant(
            session,
            person_id=analyst.person.id,
            kind=GrantKind.CREATOR,
            subject_id=creator,
            role=Role.ANALYST,
        )
    _, rude = await talk.guest("Daniel", "rude")
    before = await delete(talk, rude, analyst.key)

    assert (await name(talk, analyst.person.email)).json() == {"mailed": False}

    assert (before, await delete(talk, rude, analyst.key)) == (403, 204)
    again = await name(talk, analyst.person.email)
    assert (again.status_code, again.json()["code"]) == (409, "already_member")


async def test_moderator_runs_nothing_and_names_nobody(talk: Talk, database: Database) -> None:
    helper = await named(talk, database)
    show = f"/api/v1/shows/{talk.show}"

    refused = [
        await talk.client.get(f"{show}/studio", headers=helper.key),
        await talk.client.get(f"{show}/sales", headers=helper.key),
        await talk.client.post(f"{show}/end", headers=helper.key),
        await talk.client.patch(show, json={"title": {"en": "Mine"}}, headers=helper.key),
        await name(talk, "friend@example.com", helper.key),
        await ask(talk, "GET", "", helper.key),
        await ask(talk, "DELETE", f"/{helper.id}", helper.key),
    ]

    assert {answer.status_code for answer in refused} == {404}
    mine = await talk.client.get("/api/v1/session", headers=helper.key)
    (team,) = mine.json()["teams"]
    assert team == {"team": talk.show, "role": "moderator", "may": ["chat.moderate", "chat.write"]}
    assert (await seen(talk))["invitations"] == []


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_moderator_of_one_show_is_nobody_in_the_next(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    helper = await named(talk, database)
    async with database.session() as session:
        soon = clock.now() + timedelta(days=1)
        new = NewShow(title={"en": "Another"}, market="gb", starts_at=soon)
        other = await shows.create_show(session, person=talk.floor.host, new=new)
    if not guard:
        monkeypatch.setattr(access, "may_moderate", lambda *_: True)

    path = f"/api/v1/shows/{ids.encode('show', other.id)}/chat"
    answer = await talk.client.patch(path, json={"closed": True}, headers=helper.key)

    assert answer.status_code == (404 if guard else 200)


async def test_what_was_given_is_taken_back_from_the_next_request_on(
    talk: Talk, database: Database
) -> None:
    """Also for a browser that is signed in and listens."""
    helper = await named(talk, database)
    _, message = await talk.guest("Daniel", "hello")
    assert (await talk.say("first", helper.key)).json()["role"] == "moderator"

    assert (await ask(talk, "DELETE", f"/{helper.id}", talk.host)).status_code == 204

    assert await delete(talk, message, helper.key) == 404
    log = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=helper.key)
    assert log.status_code == 404
    assert (await talk.say("second", helper.key)).json()["role"] == "viewer"
    again = await ask(talk, "DELETE", f"/{helper.id}", talk.host)
    assert (again.status_code, again.json()["code"]) == (404, "member_not_found")


async def test_withdrawn_invitation_lets_nobody_in(talk: Talk, database: Database) -> None:
    helper = await somebody(database)
    await name(talk, helper.person.email)
    (invitation,) = (await seen(talk))["invitations"]
    token = identity.token_of(SECRET, ids.parse("inv", invitation["id"]))

    path = f"/invitations/{invitation['id']}"
    assert (await ask(talk, "DELETE", path, talk.stranger)).status_code == 404
    assert (await ask(talk, "DELETE", path, talk.host)).status_code == 204

    answer = await talk.client.post(
        "/api/v1/invitations/accept", json={"token": token}, headers=helper.key
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "invitation_not_found")
    assert await seen(talk) == {"items": [], "invitations": []}


async def test_stranger_names_nobody(talk: Talk, database: Database) -> None:
    helper = await somebody(database)

    for who in (talk.stranger, talk.seller):
        assert (await name(talk, helper.person.email, who)).status_code == 404
    assert await seen(talk) == {"items": [], "invitations": []}


async def mute(talk: Talk, message: Any, who: dict[str, str], **body: Any) -> int:
    path = f"/api/v1/messages/{message['id']}/mute"
    return int((await talk.client.put(path, json=body, headers=who)).status_code)


async def unmute(talk: Talk, message: Any, who: dict[str, str]) -> int:
    path = f"/api/v1/messages/{message['id']}/mute"
    return int((await talk.client.delete(path, headers=who)).status_code)


async def offered(talk: Talk, who: dict[str, str]) -> list[str | None]:
    log = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=who)
    return [one["undo"] for one in log.json()["items"]]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_moderator_of_one_show_mutes_no_account_in_the_others(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    helper = await named(talk, database)
    sofia = await somebody(database, "Sofia")
    said = (await talk.say("hello", sofia.key)).json()
    with monkeypatch.context() as taken_out:
        if not guard:
            taken_out.setattr(shows, "may_run", lambda *_: True)
        done = await mute(talk, said, helper.key, account=True)

    assert done == (403 if guard else 204)
    assert (await talk.say("still here", sofia.key)).status_code == (201 if guard else 403)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_moderator_of_one_show_lifts_no_mute_of_an_account(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    helper = await named(talk, database)
    sofia = await somebody(database, "Sofia")
    said = (await talk.say("rude", sofia.key)).json()
    assert await mute(talk, said, talk.host, account=True) == 204
    with monkeypatch.context() as taken_out:
        if not guard:
            taken_out.setattr(shows, "may_run", lambda *_: True)
        seen_by_helper = await offered(talk, helper.key)
        assert await unmute(talk, said, helper.key) == 204

    assert seen_by_helper == [None if guard else "unmute"]
    assert (await talk.say("again", sofia.key)).status_code == (403 if guard else 201)


async def test_moderator_of_one_show_takes_back_a_mute_in_it(
    talk: Talk, database: Database
) -> None:
    helper = await named(talk, database)
    sofia = await somebody(database, "Sofia")
    said = (await talk.say("rude", sofia.key)).json()
    assert await mute(talk, said, helper.key, minutes=10) == 204
    assert await offered(talk, helper.key) == ["unmute"]

    assert await unmute(talk, said, helper.key) == 204

    assert (await talk.say("sorry", sofia.key)).status_code == 201


async def test_account_that_is_unmuted_in_one_show_writes_in_the_one_before_again(
    talk: Talk, database: Database
) -> None:
    """The mute was set there."""
    sofia = await somebody(database, "Sofia")
    said = (await talk.say("rude", sofia.key)).json()
    assert await mute(talk, said, talk.host, account=True) == 204
    async with database.session() as session:
        new = NewShow(title={"en": "Next"}, market="gb", starts_at=clock.now() + timedelta(days=1))
        show = await shows.create_show(session, person=talk.floor.host, new=new)
        now = clock.now()
        author = Author(ids.new(), show.id, sofia.person.id, "Sofia")
        await queries.author_of_person(session, author, now)
        text = Message(ids.new(), show.id, author.id, ChatRole.VIEWER, "Sofia", "before", now, now)
        await queries.add_message(session, text)

    assert await unmute(talk, {"id": ids.encode("msg", text.id)}, talk.host) == 204

    assert (await talk.say("sorry", sofia.key)).status_code == 201


async def test_who_leaves_the_host_s_team_moderates_none_of_its_shows(
    talk: Talk, database: Database
) -> None:
    colleague = await somebody(database)
    creator = talk.floor.host.creator_id
    assert creator is not None
    grant = {"person_id": colleague.person.id, "kind": GrantKind.CREATOR, "subject_id": creator}
    async with database.session() as session:
        await identity.grant(session, role=Role.ANALYST, **grant)
    await name(talk, colleague.person.email)
    _, rude = await talk.guest("Daniel", "rude")
    async with database.session() as session:
        await identity.revoke_grant(session, **grant)
    dispatcher = Dispatcher(database)
    wiring.connect_worker(dispatcher)
    while await dispatcher.drain():
        pass

    assert await delete(talk, rude, colleague.key) == 404
    assert (await seen(talk))["items"] == []
    assert await talk.shown() == ["rude"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_moderator_takes_away_nothing_of_the_host_and_the_merchants(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    helper = await named(talk, database)
    of_seller = (await talk.say("Sold by us", talk.seller)).json()
    of_host = (await talk.say("The code is NOOR10", talk.host)).json()
    _, other = await talk.guest("Daniel", "my shop is cheaper")
    pin = f"/api/v1/messages/{of_host['id']}/pin"
    assert (await talk.client.put(pin, headers=talk.host)).status_code == 204
    if not guard:
        monkeypatch.setattr(ChatRole, "sells", False)

    over = f"/api/v1/messages/{other['id']}/pin"
    done = [
        (await talk.client.put(over, headers=helper.key)).status_code,
        (await talk.client.put(pin, headers=helper.key)).status_code,
        (await talk.client.delete(pin, headers=helper.key)).status_code,
        await delete(talk, of_seller, helper.key),
        await delete(talk, of_host, helper.key),
    ]

    assert done == ([403, 204, 403, 403, 403] if guard else [204] * 5)
    left = ["Sold by us", "The code is NOOR10", "my shop is cheaper"]
    assert await talk.shown() == (left if guard else left[2:])


async def test_words_and_numbers_of_a_moderator_are_looked_at(
    talk: Talk, database: Database
) -> None:
    helper = await named(talk, database)

    rude = await talk.say("f*ck you", helper.key)
    card = (await talk.say("pay to 4111 1111 1111 1111", helper.key)).json()

    assert (rude.status_code, rude.json()["code"]) == (422, "chat_words_refused")
    assert "4111" not in card["text"]


@pytest.mark.parametrize("bad", ["\u2713", "Sharmouta", "host"])
async def test_account_s_name_that_no_guest_could_have_stands_beside_no_badge(
    talk: Talk, database: Database, bad: str
) -> None:
    helper = await named(talk, database)
    called = talk.floor.host.name if bad == "host" else bad
    async with database.session() as session:
        if bad == "host":
            show = talk.floor.show
            called = (await access.names_of_team(session, show))[0]
        await session.execute(
            update(PersonRow).where(PersonRow.id == helper.person.id).values(name=called)
        )

    said = (await talk.say("Be kind", helper.key)).json()

    assert said["role"] == "moderator"
    assert said["name"] in {"Moderator", "مشرف", "مشرفة", "إشراف"}


async def test_pins_do_not_crowd_out_what_was_deleted(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "MOST_ACTIONS", 2)
    _, first = await talk.guest("Daniel", "rude")
    _, second = await talk.guest("Sofia", "kind")
    path = f"/api/v1/messages/{second['id']}"
    await delete(talk, first, talk.host)
    for _ in range(3):
        for method in ("PUT", "DELETE"):
            await talk.client.request(method, f"{path}/pin", headers=talk.host)
        await talk.client.delete(path, headers=talk.host)
        await talk.client.post(f"{path}/restore", headers=talk.host)

    log = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.host)

    found = log.json()["items"]
    assert len(found) == 8
    assert (found[-1]["kind"], found[-1]["message"]) == ("delete", first["id"])


async def test_moderation_is_as_fast_as_people_click(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TRIES", Limit(2, 1000))
    _, message = await talk.guest("Daniel", "rude")
    path = f"/api/v1/messages/{message['id']}/pin"

    answers = [await talk.client.put(path, headers=talk.host) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1].headers["Retry-After"]) > 900
