"""Somebody says that a writer may be a child: limited at once, decided by a deadline, and every
step is in the evidence. Each guard has its twin.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from showfloor.identity.service import gate
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.markets import service as markets
from showfloor.privacy import service as privacy
from showfloor.privacy.rules import cases as rules
from showfloor.privacy.types.cases import About, Closing, Decision, Source, Suspicion
from showfloor.privacy.types.evidence import Actor
from showfloor.room.rules.pace import CHILDREN
from tests.clocks import stopped
from tests.integration.checkout.shop import scalar
from tests.integration.room.conftest import Talk
from tests.integration.room.suspicions import (
    CHILD,
    MISTAKEN,
    PROVED,
    SECRET,
    SENTENCE,
    decide,
    noted,
    operator,
    safety,
    verify,
    work,
)
from tests.integration.room.test_accounts import Headers, first, signed_in
from tests.integration.room.test_filter import refusal
from tests.integration.room.test_reports import report
from tests.waiting import until_somebody_waits


@pytest.fixture(autouse=True)
def one_market(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody may write is that of the show."""
    only = [market for market in markets.list_markets() if market.country == "GB"]
    monkeypatch.setattr(markets, "list_markets", lambda: only)


async def limit_of(talk: Talk, who: Headers) -> Any:
    answer = await talk.client.get("/api/v1/viewer/limit", headers=who)
    return answer.json()["limit"]


async def suspected(talk: Talk, database: Database) -> tuple[Headers, Any]:
    """An account that wrote, and was reported by somebody who watches; with the open case."""
    sofia = await signed_in(talk, database)
    message = (await first(talk, sofia, "Sofia")).json()
    assert (await report(talk, message, "child")).status_code == 204
    (case,) = (await safety(talk, await operator(database)))["cases"]
    return sofia, case


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_account_is_limited_at_once_on_all_its_devices(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(gate, "_check_limited", lambda *_: None)
        monkeypatch.setattr(gate, "band_since", lambda *_: gate.Band.ADULT)
    phone, laptop = await signed_in(talk, database), await signed_in(talk, database)
    message = (await first(talk, phone, "Sofia")).json()

    await report(talk, message, "child")

    told = await first(talk, laptop, "Sofia", "again")
    buying = await talk.client.post(
        "/api/v1/viewer/admissions",
        json={"door": "guest_checkout", "country": "GB"},
        headers=phone,
    )
    if guard:
        assert refusal(told) == (403, "account_limited")
        assert refusal(buying) == (403, "account_limited")
        assert "set-cookie" not in buying.headers, "a suspicion refuses no browser"
        assert await talk.shown() == ["hello"]
    else:
        assert told.status_code == 201
        assert buying.status_code == 200


async def test_limited_account_keeps_no_addresses_and_follows_nobody(
    talk: Talk, database: Database
) -> None:
    sofia, _ = await suspected(talk, database)
    host = talk.floor.show.host_creator_id

    for path in (f"follows/cre_{host.hex}", f"reminders/{talk.show}"):
        answer = await talk.client.put(f"/api/v1/viewer/{path}", headers=sofia)
        assert refusal(answer) == (403, "account_limited")

    assert await scalar(database, "select count(*) from viewer_follow") == 0


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_guest_is_limited_at_once(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(gate, "_check_limited", lambda *_: None)
    token, message = await talk.guest("Omar")

    await report(talk, message, "child")

    told = await talk.say("again", token)
    assert told.status_code == (403 if guard else 201)
    assert await talk.shown() == (["Hello"] if guard else ["Hello", "again"])


async def test_who_reports_learns_nothing(talk: Talk, database: Database) -> None:
    """An account, a guest, one who is limited already, and the host answer the same."""
    sofia, _ = await suspected(talk, database)
    del sofia
    (said,) = (await talk.client.get(f"/api/v1/shows/{talk.show}/messages")).json()["items"]
    _, by_guest = await talk.guest("Omar")
    by_host = (await talk.say("welcome", talk.host)).json()

    answers = [
        await report(talk, message, "child", network=f"192.0.2.{10 + place}")
        for place, message in enumerate((said, by_guest, by_host))
    ]

    assert {(each.status_code, each.content) for each in answers} == {(204, b"")}
    assert await scalar(database, "select count(*) from suspicion") == 2, "nobody doubts the team"


async def test_who_is_limited_sees_it_and_appeals_once(talk: Talk, database: Database) -> None:
    sofia, case = await suspected(talk, database)

    limit = await limit_of(talk, sofia)
    assert limit["due_at"] == case["due_at"] and limit["appealed_at"] is None
    assert not any(digit in str(limit["proofs"]) for digit in "0123456789")

    path = "/api/v1/viewer/appeal"
    wrong = await talk.client.post(path, json={"proof": "my_word"}, headers=sofia)
    asked = await talk.client.post(path, json={"proof": "video_call"}, headers=sofia)
    again = await talk.client.post(path, json={"proof": "wallet"}, headers=sofia)

    assert refusal(wrong) == (422, "decision_incomplete")
    assert asked.json()["limit"]["appealed_at"]
    assert refusal(again) == (409, "already_appealed")
    (shown,) = (await safety(talk, await operator(database)))["cases"]
    assert shown["proof"] == "video_call"


async def test_an_adult_has_everything_back_and_what_was_seen_is_not_kept(
    talk: Talk, database: Database
) -> None:
    sofia, case = await suspected(talk, database)
    olga = await operator(database)

    answer = await decide(talk, olga, case, **PROVED)

    assert answer.status_code == 204
    assert (await first(talk, sofia, "Sofia", "here again")).status_code == 201
    assert await limit_of(talk, sofia) is None
    assert (await safety(talk, olga))["cases"] == []
    assert await noted(database) == ["reported", "limited", "decided", "lifted"]
    facts = str(await scalar(database, "select facts from evidence where number = 3"))
    assert '"proof":"video_call"' in facts and '"words_sha256":' in facts
    assert SENTENCE not in facts


LACKING: dict[str, dict[str, Any]] = {
    "words": {**PROVED, "words": "ok"},
    "proof": {**PROVED, "proof": None},
    "reason": {**PROVED, "reason": "because"},
}


@pytest.mark.parametrize("lacks", LACKING)
@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_no_case_is_closed_without_a_reason_a_sentence_and_a_proof(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, lacks: str, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "problem_of_closing", lambda *_: None)
    _, case = await suspected(talk, database)
    olga = await operator(database)

    answer = await decide(talk, olga, case, **LACKING[lacks])

    still_open = len((await safety(talk, olga))["cases"])
    if guard:
        assert (answer.status_code, answer.json()["lacks"], still_open) == (422, lacks, 1)
        assert await noted(database) == ["reported", "limited"]
    else:
        assert (answer.status_code, still_open) == (204, 0)


async def test_a_child_is_suspended_and_everything_is_erased(
    talk: Talk, database: Database
) -> None:
    sofia, case = await suspected(talk, database)
    olga = await operator(database)

    await decide(talk, olga, case, **CHILD)
    await work(database)

    assert (await talk.client.get("/api/v1/viewer/session", headers=sofia)).status_code == 401
    assert await scalar(database, "select count(*) from viewer") == 0
    assert await talk.shown() == []
    left = "select count(*) from suspicion where subject_id is not null or words is not null"
    assert await scalar(database, left) == 0
    assert await noted(database) == ["reported", "limited", "decided", "suspended", "purged"]
    again = await decide(talk, olga, case, **PROVED)
    assert refusal(again) == (404, "case_not_found")


@pytest.mark.parametrize("hours", [71, 73])
async def test_at_the_deadline_the_default_is_suspend_and_purge(
    talk: Talk, database: Database, hours: int
) -> None:
    """The twin is an hour earlier."""
    _, case = await suspected(talk, database)
    del case
    later = clock.now() + timedelta(hours=hours)

    with clock.use(lambda: later):
        await work(database)
        await work(database)

    is_over = hours > 72
    assert await scalar(database, "select count(*) from viewer") == (0 if is_over else 1)
    overdue = ["overdue", "suspended", "purged"] if is_over else []
    assert await noted(database) == ["reported", "limited", *overdue]
    reason = await scalar(database, "select reason from suspicion")
    assert reason == ("not_decided_in_time" if is_over else None)
    assert (await verify(database)).holds


async def test_of_two_who_decide_at_once_one_has_decided(talk: Talk, database: Database) -> None:
    _, case = await suspected(talk, database)
    olga, omar = await operator(database), await operator(database)

    answers = await asyncio.gather(
        decide(talk, olga, case, **PROVED), decide(talk, omar, case, **CHILD)
    )

    assert sorted(each.status_code for each in answers) == [204, 404]
    assert len(await noted(database)) == 4
    assert (await verify(database)).holds


async def test_a_guest_is_purged_and_their_browser_knows_nothing(
    talk: Talk, database: Database
) -> None:
    token, message = await talk.guest("Omar")
    await report(talk, message, "child")
    (case,) = (await safety(talk, olga := await operator(database)))["cases"]

    await decide(talk, olga, case, **CHILD)
    await work(database)

    assert await talk.shown() == []
    assert refusal(await talk.say("again", token)) == (401, "chat_token_invalid")
    named = "select count(*) from chat_author where name = 'Omar'"
    assert await scalar(database, named) == 0
    assert await noted(database) == ["reported", "limited", "decided", "suspended", "purged"]


async def test_strangers_limit_nobody_again_whom_an_operator_found_to_be_an_adult(
    talk: Talk, database: Database
) -> None:
    sofia, case = await suspected(talk, database)
    await decide(talk, await operator(database), case, **PROVED)
    message = (await first(talk, sofia, "Sofia", "hello again")).json()

    for network in ("192.0.2.50", "192.0.2.51", "192.0.2.52"):
        assert (await report(talk, message, "child", network)).status_code == 204

    assert await limit_of(talk, sofia) is None
    assert len(await noted(database)) == 4
    assert await scalar(database, "select reports from suspicion") == 4


@pytest.mark.parametrize(("said", "is_heard"), [(PROVED, False), (MISTAKEN, True)])
async def test_a_team_is_heard_again_where_nothing_was_proved(
    talk: Talk, database: Database, said: dict[str, str], is_heard: bool
) -> None:
    sofia, case = await suspected(talk, database)
    olga = await operator(database)
    await decide(talk, olga, case, **said)
    message = (await first(talk, sofia, "Sofia", "hello again")).json()

    path = f"/api/v1/messages/{message['id']}/suspicion"
    assert (await talk.client.post(path, headers=talk.host)).status_code == 204

    assert (await limit_of(talk, sofia) is not None) is is_heard
    cases = "select count(*) from suspicion"
    assert await scalar(database, cases) == (2 if is_heard else 1)


async def test_a_team_that_says_it_again_adds_one_entry(talk: Talk, database: Database) -> None:
    _, message = await talk.guest("Omar")
    path = f"/api/v1/messages/{message['id']}/suspicion"
    await report(talk, message, "child")

    for _ in range(3):
        assert (await talk.client.post(path, headers=talk.host)).status_code == 204

    assert await noted(database) == ["reported", "limited", "reported"]
    assert await scalar(database, "select reports from suspicion") == 4


async def test_a_stranger_who_waited_for_the_decision_limits_nobody(
    talk: Talk, database: Database
) -> None:
    sofia, case = await suspected(talk, database)
    viewer = UUID(str(await scalar(database, "select subject_id from suspicion")))
    said = Suspicion(About.ACCOUNT, viewer, Source.CHAT, Actor.VISITOR)

    async def report_again() -> None:
        async with database.session() as session:
            await privacy.report_suspicion(session, said)

    async with database.session() as session:
        closing = Closing(Decision.ADULT, "age_proved", SENTENCE, "video_call")
        case_id = ids.parse("case", case["id"])
        await privacy.decide_case(session, case_id=case_id, closing=closing, secret=SECRET)
        waiting = asyncio.create_task(report_again())
        await until_somebody_waits(database)
    await waiting

    assert await limit_of(talk, sofia) is None
    assert await scalar(database, "select count(*) from suspicion where state <> 'closed'") == 0


@pytest.mark.parametrize(("days", "is_limited"), [(364, False), (366, True)])
async def test_after_a_year_strangers_are_heard_again(
    talk: Talk, database: Database, days: int, is_limited: bool
) -> None:
    sofia, case = await suspected(talk, database)
    await decide(talk, await operator(database), case, **PROVED)
    message = (await first(talk, sofia, "Sofia", "hello again")).json()
    later = clock.now() + timedelta(days=days)

    with clock.use(lambda: later):
        await report(talk, message, "child", "192.0.2.50")

    limited = "select count(*) from viewer where limited_at is not null"
    assert await scalar(database, limited) == int(is_limited)


async def test_a_flood_about_one_person_is_one_case_and_one_entry(
    talk: Talk, database: Database
) -> None:
    sofia = await signed_in(talk, database)
    message = (await first(talk, sofia, "Sofia")).json()

    answers = await asyncio.gather(
        *(report(talk, message, "child", f"198.51.100.{place}") for place in range(1, 8))
    )

    assert {each.status_code for each in answers} == {204}
    assert await scalar(database, "select reports from suspicion") == 7
    assert await noted(database) == ["reported", "limited"]


async def test_one_network_doubts_a_few_people_an_hour(talk: Talk, database: Database) -> None:
    most = CHILDREN.most
    said = [(await talk.guest(f"Guest {place}"))[1] for place in range(most + 1)]

    with stopped():
        answers = [await report(talk, message, "child") for message in said]

    assert [each.status_code for each in answers] == [204] * most + [429]
    assert await scalar(database, "select count(*) from suspicion") == most


async def test_contact_is_read_for_a_reason_that_is_noted(talk: Talk, database: Database) -> None:
    _, case = await suspected(talk, database)
    olga = await operator(database)
    path = f"/api/v1/safety/cases/{case['id']}/contact"

    curious = await talk.client.post(path, json={"reason": "curious"}, headers=olga)
    found = await talk.client.post(path, json={"reason": "ask_for_proof"}, headers=olga)

    assert refusal(curious) == (422, "decision_incomplete")
    assert found.json() == {"email": "sofia@example.com"}
    assert await noted(database) == ["reported", "limited", "contact_read"]
    log = "select count(*) from security_event where event = 'contact_read'"
    assert await scalar(database, log) == 1


async def test_only_operators_see_and_decide(talk: Talk, database: Database) -> None:
    _, case = await suspected(talk, database)
    paths = {
        "decision": PROVED,
        "contact": {"reason": "ask_for_proof"},
        "review": {},
    }

    for who in (talk.host, talk.seller, talk.stranger):
        assert (await talk.client.get("/api/v1/safety", headers=who)).status_code == 403
        for path, body in paths.items():
            answer = await talk.client.post(
                f"/api/v1/safety/cases/{case['id']}/{path}", json=body, headers=who
            )
            assert answer.status_code == 403
        reported = await talk.client.post(
            "/api/v1/safety/reports", json={"email": "sofia@example.com"}, headers=who
        )
        assert reported.status_code == 403

    assert await noted(database) == ["reported", "limited"]


async def test_only_the_shows_moderators_doubt_a_writer_as_a_team(
    talk: Talk, database: Database
) -> None:
    _, message = await talk.guest("Omar")
    path = f"/api/v1/messages/{message['id']}/suspicion"

    stranger = await talk.client.post(path, headers=talk.stranger)
    host = await talk.client.post(path, headers=talk.host)

    assert (stranger.status_code, host.status_code) == (404, 204)
    assert await scalar(database, "select source from suspicion") == "studio"


async def test_operator_doubts_an_account_by_its_address(talk: Talk, database: Database) -> None:
    sofia = await signed_in(talk, database)
    olga = await operator(database)

    for address in ("nobody@example.com", "Sofia@example.com"):
        answer = await talk.client.post(
            "/api/v1/safety/reports", json={"email": address}, headers=olga
        )
        assert (answer.status_code, answer.content) == (204, b"")

    assert await limit_of(talk, sofia) is not None
    assert len((await safety(talk, olga))["cases"]) == 1


async def test_what_a_guest_said_is_read_by_who_decides_and_that_is_noted(
    talk: Talk, database: Database
) -> None:
    token, message = await talk.guest("Omar", "I am eleven")
    await talk.guest("Maha", "I am forty")
    await talk.say("and a half", token)
    await report(talk, message, "child")
    (case,) = (await safety(talk, olga := await operator(database)))["cases"]

    looked = await talk.client.post(f"/api/v1/safety/cases/{case['id']}/review", headers=olga)

    assert looked.json() == {"said": ["I am eleven", "and a half"]}
    assert await noted(database) == ["reported", "limited", "reviewed"]
    facts = await scalar(database, "select facts from evidence where number = 3")
    assert facts == '{"messages_read":2}'


async def test_who_erases_themselves_ends_the_case(talk: Talk, database: Database) -> None:
    sofia, _ = await suspected(talk, database)

    asked = await talk.client.post("/api/v1/viewer/erasure", headers=sofia)
    assert asked.status_code == 202
    await work(database)

    assert (await safety(talk, await operator(database)))["cases"] == []
    assert await scalar(database, "select reason from suspicion") == "erased_at_own_request"
    assert await noted(database) == ["reported", "limited", "purged"]


async def test_medians_are_those_of_people_who_looked(talk: Talk, database: Database) -> None:
    _, case = await suspected(talk, database)
    olga = await operator(database)
    start = clock.now()
    path = f"/api/v1/safety/cases/{case['id']}/review"

    with clock.use(lambda: start + timedelta(hours=1)):
        looked = await talk.client.post(path, json={}, headers=olga)
        assert (looked.status_code, looked.json()) == (200, {"said": ["hello"]})
    with clock.use(lambda: start + timedelta(hours=1, seconds=90)):
        await decide(talk, olga, case, **PROVED)
        figures = (await safety(talk, olga))["figures"]

    assert (figures["decided"], figures["overdue"], figures["median_review_s"]) == (1, 0, 90)
    assert 3690 <= figures["median_open_s"] < 3690 + 3600
