"""An account that is muted stays so on another device and, where that is meant, in the host's next
show; and it disappears with everything that was said under it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from showfloor.identity.service import Gate
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.markets import service as markets
from showfloor.privacy.types import Subject
from showfloor.room import queries
from showfloor.room.eraser import ERASER
from showfloor.room.reader import READER, STANDING
from showfloor.room.types import Author
from tests.integration.room.conftest import ADULT, Talk
from tests.integration.viewers.visitors import Visitor
from tests.people import add_key, add_person
from tests.waiting import until_somebody_waits

Headers = dict[str, str]


async def signed_in(
    talk: Talk, database: Database, email: str = "sofia@example.com", born: int = 1980
) -> Headers:
    """A browser of this account, known by a header as in a frame."""
    visitor = Visitor(talk.client, database)
    asked = await talk.client.post(
        "/api/v1/viewer/sign-ins",
        json={"email": email, "born": {"day": 3, "month": 1, "year": born}},
    )
    letter = await visitor.letter(asked)
    entered = await talk.client.post(
        "/api/v1/viewer/session", json={"link": letter.link, "as_token": True}
    )
    assert entered.status_code == 200, entered.text
    return {"X-Viewer-Token": entered.json()["token"]}


async def first(talk: Talk, who: Headers, name: str, text: str = "hello") -> Any:
    return await talk.say(text, who, name=name, **ADULT)


async def mute(talk: Talk, message: Any, **body: Any) -> tuple[int, str]:
    answer = await talk.client.put(
        f"/api/v1/messages/{message['id']}/mute", json=body, headers=talk.host
    )
    return answer.status_code, answer.json()["code"] if answer.content else ""


async def unmute(talk: Talk, message: Any) -> int:
    path = f"/api/v1/messages/{message['id']}/mute"
    return int((await talk.client.delete(path, headers=talk.host)).status_code)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_account_of_a_child_does_not_write_with_the_date_of_an_adult(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    only = [market for market in markets.list_markets() if market.country == "GB"]
    monkeypatch.setattr(markets, "list_markets", lambda: only)
    if not guard:
        monkeypatch.setattr(Gate, "check_account", lambda *_: None)
    token, _ = await talk.guest("Omar", "before")
    child = await signed_in(talk, database, born=clock.now().year - 17)

    answer = await first(talk, child, "Maha", "after")
    with_a_guests_token = await talk.say("in his name", token | child)

    if guard:
        for each in (answer, with_a_guests_token):
            assert (each.status_code, each.json()["code"]) == (403, "age_refused")
    assert await talk.shown() == (["before"] if guard else ["before", "after"])


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_muted_account_is_muted_on_its_other_device(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:

        async def nobody(*_: object) -> dict[object, object]:
            return {}

        monkeypatch.setattr(queries, "muted_until", nobody)
    phone, laptop = [await signed_in(talk, database) for _ in range(2)]
    said = (await first(talk, phone, "Sofia")).json()

    assert await mute(talk, said, minutes=10) == (204, "")
    again = await first(talk, laptop, "Maha")

    assert again.status_code == (403 if guard else 201)


async def test_mute_is_taken_back_on_all_devices(talk: Talk, database: Database) -> None:
    phone, laptop = [await signed_in(talk, database) for _ in range(2)]
    said = (await first(talk, phone, "Sofia")).json()
    await mute(talk, said, account=True)

    assert await unmute(talk, said) == 204

    assert (await first(talk, laptop, "Maha")).status_code == 201
    log = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.host)
    done = [(one["kind"], one["detail"], one["undo"]) for one in log.json()["items"]]
    assert done == [("unmute", "", None), ("mute", "account", None)]


@pytest.mark.parametrize("account", [True, False])
async def test_account_is_muted_in_the_host_s_next_show_only_where_that_was_meant(
    talk: Talk, database: Database, account: bool
) -> None:
    who = await signed_in(talk, database)
    said = (await first(talk, who, "Sofia")).json()

    await mute(talk, said, account=account)

    async with database.session() as session:
        author = await queries.message(session, ids.parse("msg", said["id"]))
        assert author is not None
        row = await queries.author(session, author.author_id)
        assert row is not None and row.account_id is not None
        # What the next show of this host asks about somebody who has not written there.
        creator = talk.floor.show.host_creator_id
        next_row = await queries.author_of_person(
            session,
            author_elsewhere(row.account_id),
            clock.now(),
        )
        found = await queries.muted_until(session, [next_row.id], creator)
        elsewhere = await queries.muted_until(session, [next_row.id], ids.new())
    assert (next_row.id in found, elsewhere) == (account, {})


def author_elsewhere(account_id: UUID) -> Author:
    return Author(ids.new(), ids.new(), account_id, "Sofia")


async def test_guest_without_an_account_is_muted_in_the_show_alone(talk: Talk) -> None:
    token, said = await talk.guest("Daniel", "rude")

    assert await mute(talk, said, account=True) == (409, "chat_no_account")

    assert (await talk.say("still here", token)).status_code == 201


async def test_person_of_another_team_is_muted_by_account(talk: Talk, database: Database) -> None:
    async with database.session() as session:
        key = await add_key(session, await add_person(session, "Sofia"))
    said = (await talk.say("rude", key)).json()

    assert await mute(talk, said, account=True) == (204, "")

    answer = await talk.say("again", key)
    assert (answer.status_code, answer.json()["code"]) == (403, "chat_muted")


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_words_of_a_guest_are_not_of_whoever_signs_in_at_that_browser(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    token, said = await talk.guest("Sofia", "as a guest")
    account = await signed_in(talk, database)
    own = (await first(talk, account, "Maha", "signed in")).json()
    viewer = await viewer_of(database, own)
    if not guard:
        find = queries.guest

        async def anybodys(session: Session, show_id: UUID, token_digest: bytes) -> Author:
            found = await find(session, show_id, token_digest)
            assert found is not None
            return replace(found, viewer_id=viewer)

        monkeypatch.setattr(queries, "guest", anybodys)

    answer = await talk.say("in her name", token | account)

    assert answer.status_code == (401 if guard else 201)
    assert await talk.shown() == ["as a guest", "signed in", *([] if guard else ["in her name"])]
    if guard:
        assert answer.json()["code"] == "chat_token_invalid"
        assert await mute(talk, said, account=True) == (409, "chat_no_account")
        subject = Subject("sofia@example.com", viewer)
        async with database.session() as session:
            known = await READER.read(session, subject, "")
            await ERASER.erase(session, subject)
        assert [row["text"] for row in known] == ["signed in"]
        assert await talk.shown() == ["as a guest"]


async def viewer_of(database: Database, said: Any) -> UUID:
    """Whose account said it."""
    async with database.session() as session:
        message = await queries.message(session, ids.parse("msg", said["id"]))
        assert message is not None
        author = await queries.author(session, message.author_id)
    assert author is not None and author.viewer_id is not None
    return author.viewer_id


async def test_message_of_the_moment_of_an_erasure_goes_with_the_others(
    talk: Talk, database: Database
) -> None:
    """Whoever writes holds the lock of its author until it is stored."""
    account = await signed_in(talk, database)
    said = (await first(talk, account, "Sofia", "before")).json()
    viewer = await viewer_of(database, said)
    subject = Subject("sofia@example.com", viewer)

    async def erase() -> int:
        async with database.session() as session:
            return await ERASER.erase(session, subject)

    async with database.session() as writing:
        message = await queries.message(writing, ids.parse("msg", said["id"]))
        assert message is not None
        assert await queries.guest(writing, message.show_id, ids.digest(said["token"]))
        erasing = asyncio.create_task(erase())
        await until_somebody_waits(database)
        await queries.add_message(writing, replace(message, id=ids.new(), text="meanwhile"))
    await erasing

    assert await talk.shown() == []


async def test_viewer_reads_and_erases_what_was_said_with_the_account(
    talk: Talk, database: Database
) -> None:
    who = await signed_in(talk, database)
    said = (await first(talk, who, "Sofia", "my words")).json()
    await talk.guest("Daniel", "of somebody else")
    await mute(talk, said, account=True)
    subject = Subject("sofia@example.com", await viewer_of(database, said))
    async with database.session() as session:
        known = await READER.read(session, subject, "")
        noted = await STANDING.read(session, subject, "")
        erased = await ERASER.erase(session, subject)
        left = await READER.read(session, subject, "")
        left += await STANDING.read(session, subject, "")

    assert [row["chat_of"] for row in noted] == ["Slow morning / صباح هادئ", "Lina / لينا"]
    assert all(row["muted_until_at"] for row in noted)
    assert [(row["name"], row["text"]) for row in known] == [("Sofia", "my words")]
    assert (erased, left) == (3, [])
    assert await talk.shown() == ["of somebody else"]


@pytest.mark.parametrize("next_one", ["another", "nobody"])
async def test_token_of_an_account_is_no_pen_for_the_next_at_the_same_browser(
    talk: Talk, database: Database, next_one: str
) -> None:
    account = await signed_in(talk, database)
    said = await first(talk, account, "Sofia", "mine")
    token = {"Authorization": f"Bearer {said.json()['token']}"}
    sibling = {}
    if next_one == "another":
        sibling = await signed_in(talk, database, "omar@example.com")

    answer = await talk.say("not hers", token | sibling)

    assert (answer.status_code, answer.json()["code"]) == (401, "chat_token_invalid")
    assert (await talk.say("still mine", token | account)).status_code == 201
    assert await talk.shown() == ["mine", "still mine"]


async def test_token_of_an_erased_account_writes_no_more(talk: Talk, database: Database) -> None:
    who = await signed_in(talk, database)
    said = (await first(talk, who, "Sofia", "my words")).json()
    async with database.session() as session:
        message = await queries.message(session, ids.parse("msg", said["id"]))
        assert message is not None
        await queries.note_purchase(session, message.author_id)
        author = await queries.author(session, message.author_id)
        assert author is not None
        await ERASER.erase(session, Subject("sofia@example.com", author.viewer_id))

    answer = await talk.say("a ghost", {"Authorization": f"Bearer {said['token']}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "chat_token_invalid")
    async with database.session() as session:
        left = await queries.author(session, message.author_id)
    assert left is not None and not left.has_bought
