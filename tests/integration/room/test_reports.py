"""Viewers report a message, and the show's team decides once what becomes of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import psycopg
import pytest
from fastapi import FastAPI

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.privacy.types import Subject
from showfloor.room.eraser import ERASER
from showfloor.room.queries import reports
from showfloor.room.rules.pace import REPORTS
from showfloor.room.service import reports as service
from tests.clocks import stopped
from tests.integration.checkout.shop import scalar
from tests.integration.room.conftest import Talk, done
from tests.integration.room.test_accounts import first, signed_in, viewer_of
from tests.integration.room.test_filter import refusal
from tests.integration.room.test_moderators import named
from tests.waiting import until_somebody_waits


async def report(
    talk: Talk, message: Any, reason: str = "unkind", network: str = "192.0.2.7"
) -> Any:
    transport = httpx2.ASGITransport(app(talk), client=(network, 4000))
    async with httpx2.AsyncClient(transport=transport, base_url=talk.client.base_url) as client:
        return await client.post(
            f"/api/v1/messages/{message['id']}/report", json={"reason": reason}
        )


def app(talk: Talk) -> FastAPI:
    transport = talk.client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    found: FastAPI = transport.app
    return found


async def cases(talk: Talk, who: dict[str, str] | None = None) -> Any:
    path = f"/api/v1/shows/{talk.show}/reports"
    return (await talk.client.get(path, headers=who or talk.host)).json()


async def waiting(talk: Talk) -> list[tuple[str, int]]:
    found = await cases(talk)
    assert found["count"] == len(found["items"])
    return [(case["text"], case["reports"]) for case in found["items"]]


async def decide(talk: Talk, message: Any, how: str, who: dict[str, str] | None = None) -> Any:
    path = f"/api/v1/messages/{message['id']}/case"
    return await talk.client.post(path, json={"decision": how}, headers=who or talk.host)


async def test_reported_message_waits_for_the_team_and_stays_until_it_decides(talk: Talk) -> None:
    _, rude = await talk.guest("Rana", "go home")
    _, spam = await talk.guest("Karim", "buy mine")

    assert (await report(talk, spam, "spam")).status_code == 204
    assert (await report(talk, rude, "unkind", "192.0.2.8")).status_code == 204
    assert (await report(talk, rude, "other", "192.0.2.9")).status_code == 204

    assert await waiting(talk) == [("go home", 2), ("buy mine", 1)]
    case = (await cases(talk))["items"][0]
    assert (case["name"], case["role"]) == ("Rana", "viewer")
    assert case["reasons"] == [
        {"reason": "other", "count": 1},
        {"reason": "unkind", "count": 1},
    ]
    assert await talk.shown() == ["go home", "buy mine"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_network_has_one_report_of_a_message(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, database_url: str, guard: bool
) -> None:
    """Whatever names and accounts somebody there makes up."""
    if not guard:
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute(
                "alter table chat_report drop constraint uq_chat_report_message_id_network"
            )
    _, rude = await talk.guest("Rana", "go home")

    for reason in ("unkind", "spam", "unkind"):
        assert (await report(talk, rude, reason)).status_code == 204

    assert await waiting(talk) == [("go home", 1 if guard else 3)]


async def test_network_reports_at_a_pace(talk: Talk) -> None:
    _, rude = await talk.guest("Rana", "go home")
    with stopped():
        answers = [await report(talk, rude) for _ in range(REPORTS.most + 1)]

    assert [each.status_code for each in answers] == [204] * REPORTS.most + [429]
    assert refusal(answers[-1])[1] == "rate_limited"
    assert (await report(talk, rude, network="192.0.2.8")).status_code == 204


async def test_what_nobody_reads_is_not_reported(talk: Talk) -> None:
    _, rude = await talk.guest("Rana", "go home")
    await talk.client.delete(f"/api/v1/messages/{rude['id']}", headers=talk.host)

    assert refusal(await report(talk, rude)) == (404, "message_not_found")
    assert (await report(talk, {"id": "msg_" + "0" * 32})).status_code == 404
    assert (await report(talk, rude, "because")).status_code == 422
    assert await waiting(talk) == []


@pytest.mark.parametrize(
    ("how", "shown", "log"),
    [
        ("delete", [], ["delete"]),
        ("mute", [], ["mute", "delete"]),
        ("keep", ["go home"], ["keep"]),
    ],
)
async def test_decision_closes_the_case(
    talk: Talk, how: str, shown: list[str], log: list[str]
) -> None:
    token, rude = await talk.guest("Rana", "go home")
    await report(talk, rude)

    assert (await decide(talk, rude, how)).status_code == 204
    assert (await decide(talk, rude, how)).status_code == 204

    assert await waiting(talk) == []
    assert await talk.shown() == shown
    assert await done(talk) == log
    again = await talk.say("again", token)
    assert again.status_code == (403 if how == "mute" else 201)


async def test_mute_after_a_colleague_deleted_mutes_all_the_same(talk: Talk) -> None:
    token, rude = await talk.guest("Rana", "go home")
    await report(talk, rude)
    assert (await decide(talk, rude, "delete")).status_code == 204
    assert (await talk.say("once more", token)).status_code == 201

    assert (await decide(talk, rude, "mute")).status_code == 204

    assert (await talk.say("and again", token)).status_code == 403


async def test_report_is_of_one_message_and_leads_to_nothing_else_of_its_network(
    talk: Talk, database: Database
) -> None:
    _, rude = await talk.guest("Rana", "go home")
    _, spam = await talk.guest("Karim", "buy mine")
    for message in (rude, spam):
        await report(talk, message)

    kept = await scalar(
        database,
        "select count(distinct network) from (select network from chat_report"
        " union all select network from chat_author) each",
    )

    authors = await scalar(database, "select count(distinct network) from chat_author")
    assert int(str(kept)) == int(str(authors)) + 2


async def test_message_that_the_team_keeps_comes_back_with_no_further_report(talk: Talk) -> None:
    _, fair = await talk.guest("Rana", "too dear")
    await report(talk, fair)
    await decide(talk, fair, "keep")

    assert (await report(talk, fair, network="192.0.2.8")).status_code == 204

    assert await waiting(talk) == []


async def test_message_that_is_deleted_otherwise_waits_no_more(talk: Talk) -> None:
    _, rude = await talk.guest("Rana", "go home")
    await report(talk, rude)
    await talk.client.delete(f"/api/v1/messages/{rude['id']}", headers=talk.host)

    assert await waiting(talk) == []
    assert refusal(await decide(talk, rude, "keep")) == (409, "message_decided")
    assert await done(talk) == ["delete"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_two_who_decide_otherwise_at_one_moment_make_one_decision(
    talk: Talk,
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:

        async def always(*_: object) -> bool:
            return True

        monkeypatch.setattr(reports, "is_open", always)
    _, rude = await talk.guest("Rana", "go home")
    await report(talk, rude)

    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("select from chat_message for update")
        keeping_it = asyncio.create_task(decide(talk, rude, "keep"))
        await until_somebody_waits(database, 1)
        deleting = asyncio.create_task(decide(talk, rude, "delete"))
        await until_somebody_waits(database, 2)
        await other.commit()
    answers = sorted([(await keeping_it).status_code, (await deleting).status_code])

    assert answers == ([204, 409] if guard else [204, 204])
    assert len(await done(talk)) == (1 if guard else 2)


async def test_only_the_team_sees_and_decides(talk: Talk, database: Database) -> None:
    helper = await named(talk, database)
    token, rude = await talk.guest("Rana", "go home")
    await report(talk, rude)
    path = f"/api/v1/shows/{talk.show}/reports"

    for who in (talk.stranger, talk.seller):
        assert (await talk.client.get(path, headers=who)).status_code == 404
        assert refusal(await decide(talk, rude, "delete", who)) == (404, "message_not_found")
    assert (await talk.client.get(path, headers=token)).status_code == 401
    assert await waiting(talk) == [("go home", 1)]

    assert (await decide(talk, rude, "delete", helper.key)).status_code == 204


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_moderator_clears_no_report_of_the_team(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(service, "check_may_keep", lambda *_: None)
    helper = await named(talk, database)
    of_host = (await talk.say("Buy or go", talk.host)).json()
    own = (await talk.say("Shut up", helper.key)).json()
    _, rude = await talk.guest("Rana", "go home")
    for message in (of_host, own, rude):
        assert (await report(talk, message)).status_code == 204

    answers = [await decide(talk, each, "keep", helper.key) for each in (of_host, own, rude)]

    left = sorted(text for text, _ in await waiting(talk))
    if guard:
        assert [refusal(each) for each in answers[:2]] == [(403, "forbidden")] * 2
        assert left == ["Buy or go", "Shut up"]
        assert (await decide(talk, own, "keep")).status_code == 204
    else:
        assert left == []
    assert answers[2].status_code == 204


async def test_what_nobody_reported_is_no_case(talk: Talk) -> None:
    _, kind = await talk.guest("Rana", "lovely")

    assert refusal(await decide(talk, kind, "delete")) == (404, "message_not_found")
    assert await talk.shown() == ["lovely"]


async def test_report_says_nothing_of_who_made_it(talk: Talk, database_url: str) -> None:
    """Neither what everybody reads nor what the team does; the digest goes after a day."""
    _, rude = await talk.guest("Rana", "go home")
    await report(talk, rude)

    case = (await cases(talk))["items"][0]
    assert case.keys() == {*rude.keys()} - {"token", "held", "wish"} | {
        "reports",
        "reasons",
        "reported_at",
    }
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        (network,) = await (await other.execute("select network from chat_report")).fetchone() or ()
    assert b"192.0.2" not in network


async def test_old_report_loses_its_network_and_then_goes(talk: Talk, database: Database) -> None:
    _, rude = await talk.guest("Rana", "go home")
    await report(talk, rude)

    async with database.session() as session:
        await reports.forget_networks(session, clock.now() + timedelta(seconds=1))
    assert (await report(talk, rude)).status_code == 204
    assert await waiting(talk) == [("go home", 2)]
    async with database.session() as session:
        assert await reports.delete_old(session, clock.now() + timedelta(seconds=1)) == 2
    assert await waiting(talk) == []


async def test_case_goes_with_whoever_is_reported(talk: Talk, database: Database) -> None:
    who = await signed_in(talk, database)
    sent = (await first(talk, who, "Sofia", "my words")).json()
    await report(talk, sent)
    subject = Subject("sofia@example.com", await viewer_of(database, sent))

    async with database.session() as session:
        await ERASER.erase(session, subject)

    assert await waiting(talk) == []
    assert refusal(await decide(talk, sent, "keep")) == (404, "message_not_found")
