"""Signing in by a mail: from the question to the session, over the real application, the real
outbox and a real mail server. Each guard has its twin.
"""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from showfloor.app import wiring
from showfloor.identity.service import Gate
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.kit.outbox import Dispatcher
from showfloor.kit.pace import Limit, Pace
from showfloor.notices import service as notices
from showfloor.notices.views import Office
from showfloor.viewers import http as viewers_http
from showfloor.viewers import queries, rules
from showfloor.viewers import service as viewers
from tests.clocks import stopped
from tests.integration.notices.postbox import Postbox, postbox
from tests.integration.viewers.visitors import ADULT, BASE, EMAIL, SECRET, Visitor, visitor
from tests.statements import noted

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
CHILD = {"day": 3, "month": 1, "year": clock.now().year - 11}


async def deliver(database: Database, box: Postbox) -> None:
    """What the worker does."""
    dispatcher = Dispatcher(database)
    wiring.connect_worker(dispatcher)
    while await dispatcher.drain():
        pass
    office = Office(BASE, SECRET.encode(), "shop.example")
    await notices.send_due(database, box.mailer(seconds=5), office)


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def count(database: Database, table: str) -> int:
    async with database.session() as session:
        found = await session.execute(text(f"select count(*) from {table}"))
        return int(found.scalar_one())


@pytest.mark.parametrize(
    ("lang", "subject"), [("en", "Sign in to Showfloor"), ("ar", "الدخول إلى Showfloor")]
)
async def test_mail_signs_in_by_its_link_and_by_its_code(
    app: FastAPI, sofia: Visitor, stranger: Visitor, lang: str, subject: str
) -> None:
    database: Database = app.state.database
    for each in (sofia, stranger):
        each.client.headers["Accept-Language"] = lang
    async with postbox() as box:
        first, second = await sofia.ask(), await stranger.ask()
        assert (first.status_code, second.status_code) == (201, 201)
        await deliver(database, box)

        assert [mail["To"] for mail in box.taken] == [EMAIL, EMAIL]
        assert [mail["Subject"] for mail in box.taken] == [subject, subject]
        by_link, by_code = [words(mail) for mail in box.taken]

    link = re.search(rf"{BASE}/account\?lang={lang}#in=(\S+)", by_link)
    code = re.search(r"^(\d{3} \d{3})\r?$", by_code, re.MULTILINE)
    assert link and code
    entered = await sofia.enter(link=link[1])
    also = await stranger.enter(sign_in=second.json()["id"], code=code[1])

    assert entered.status_code == also.status_code == 200
    assert entered.json()["id"] == also.json()["id"], "one address, one account"
    assert (await sofia.get("/viewer/session")).json()["email"] == EMAIL
    assert await count(database, "viewer") == 1


@guarded
@pytest.mark.parametrize("said", [{"born": CHILD}, {}], ids=["child", "nothing"])
async def test_who_is_refused_leaves_no_account_no_mail_and_no_row(
    app: FastAPI, sofia: Visitor, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], guard: bool
) -> None:
    if not guard:
        grown = app.state.gate.gate.admit(
            viewers_http.CollectionPoint.VIEWER_ACCOUNT,
            viewers_http.AgeIn(born=ADULT).answer(None),
        )
        monkeypatch.setattr(Gate, "admit", lambda *_: grown)

    answer = await sofia.client.post("/viewer/sign-ins", json={"email": EMAIL, **said})

    assert (answer.status_code == 403) is guard
    for table in ("viewer_sign_in", "outbox_event", "viewer"):
        left = await count(app.state.database, table)
        assert left == (0 if guard or table == "viewer" else 1)


async def test_refused_browser_does_not_use_a_link_either(sofia: Visitor) -> None:
    letter = await sofia.letter(await sofia.ask())
    assert (await sofia.ask(born=CHILD)).status_code == 403
    # The browser keeps it for a trusted page; this client does not trust plain HTTP.
    sofia.client.cookies.set("gate", clock.now().date().isoformat())

    answer = await sofia.enter(link=letter.link)

    assert (answer.status_code, answer.json()["code"]) == (403, "age_refused")
    assert await count(sofia.database, "viewer") == 0


async def test_known_and_unknown_address_get_the_same_answer_by_the_same_statements(
    sofia: Visitor, stranger: Visitor
) -> None:
    await sofia.sign_in()

    with noted(sofia.database) as for_known:
        known = await stranger.ask(EMAIL)
    with noted(sofia.database) as for_unknown:
        unknown = await stranger.ask("nobody@example.com")

    assert known.status_code == unknown.status_code == 201
    assert known.json().keys() == unknown.json().keys()
    assert len(known.content) == len(unknown.content)
    # The same work takes the same time, and none of it looks for an account.
    assert for_known == for_unknown
    assert not [each for each in for_known if re.search(r"\bviewer\b", each)]


@guarded
async def test_link_and_code_work_once(
    sofia: Visitor, stranger: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(queries, "use_sign_in", queries.find_sign_in)
    asked = await sofia.ask()
    letter = await sofia.letter(asked)
    assert (await sofia.enter(link=letter.link)).status_code == 200

    again = await stranger.enter(link=letter.link)
    by_code = await stranger.enter(sign_in=asked.json()["id"], code=letter.code)

    for answer in (again, by_code):
        assert (answer.status_code == 200) is not guard
        if guard:
            assert answer.json()["code"] == "sign_in_over"
            assert "set-cookie" not in answer.headers


async def test_link_that_two_open_at_once_lets_one_in(sofia: Visitor, stranger: Visitor) -> None:
    letter = await sofia.letter(await sofia.ask())

    # In a browser that did not ask for the mail, the age is asked for before anything is used up.
    answers = await asyncio.gather(
        sofia.enter(link=letter.link), stranger.enter(link=letter.link, born=ADULT)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 410]
    assert await count(sofia.database, "viewer_session") == 1


@guarded
async def test_code_is_tried_five_times(
    sofia: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "MOST_TRIES", 100)
    asked = await sofia.ask()
    letter = await sofia.letter(asked)
    wrong = f"{(int(letter.code) + 1) % 1_000_000:06}"
    for _ in range(5):
        answer = await sofia.enter(sign_in=asked.json()["id"], code=wrong)
        assert answer.json()["code"] == "sign_in_code_wrong"

    right = await sofia.enter(sign_in=asked.json()["id"], code=letter.code)

    assert (right.status_code == 200) is not guard
    assert await count(sofia.database, "viewer") == (0 if guard else 1)


@guarded
async def test_codes_that_are_tried_at_once_are_counted_one_by_one(
    sofia: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    together = asyncio.Barrier(7)

    async def read_first(session: Session, sign_in_id: UUID, most: int, now: datetime) -> bool:
        tries = queries.select(queries.SignInRow.tries).where(queries.SignInRow.id == sign_in_id)
        left = (await session.execute(tries)).scalar_one() < most
        await together.wait()
        return left

    if not guard:
        monkeypatch.setattr(queries, "take_try", read_first)
    asked = await sofia.ask()
    wrong = f"{(int((await sofia.letter(asked)).code) + 1) % 1_000_000:06}"

    answers = await asyncio.gather(
        *(sofia.enter(sign_in=asked.json()["id"], code=wrong) for _ in range(7))
    )

    judged = [answer.json()["code"] for answer in answers].count("sign_in_code_wrong")
    assert judged == (rules.MOST_TRIES if guard else 7)


async def test_code_is_read_in_arabic_digits_and_with_a_blank(sofia: Visitor) -> None:
    asked = await sofia.ask()
    code = (await sofia.letter(asked)).code
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    answer = await sofia.enter(sign_in=asked.json()["id"], code=f"{arabic[:3]} {arabic[3:]}")

    assert answer.status_code == 200


@guarded
async def test_mail_is_over_after_a_quarter_of_an_hour(
    sofia: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "SIGN_IN_LASTS", timedelta(days=1))
    letter, now = await sofia.letter(await sofia.ask()), clock.now()

    with clock.use(lambda: now + timedelta(minutes=16)):
        answer = await sofia.enter(link=letter.link)

    assert (answer.status_code == 410) is guard


@guarded
async def test_address_gets_five_mails_an_hour_whoever_asks(
    app: FastAPI, sofia: Visitor, stranger: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "MOST_MAILS", 100)
    with stopped() as now:
        for each in (sofia, stranger, sofia, stranger, sofia):
            assert (await each.ask()).status_code == 201

        sixth, other = await stranger.ask(EMAIL.upper()), await stranger.ask("other@example.com")

    assert (sixth.status_code == 429) is guard
    assert other.status_code == 201
    if guard:
        assert sixth.json()["code"] == "too_many_attempts"
        assert sixth.headers["retry-after"] == "3600"
        assert await count(sofia.database, "viewer_sign_in") == 6
    app.state.sign_in_mails = Pace()
    with clock.use(lambda: now + timedelta(minutes=61)):
        assert (await stranger.ask()).status_code == 201


@guarded
async def test_stranger_alone_does_not_use_up_the_mails_of_an_address(
    sofia: Visitor, stranger: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "FROM_ONE_NETWORK", Limit(100, 3600.0))

    with stopped():
        asked = [await stranger.ask(EMAIL.upper()) for _ in range(6)]
        other, by_owner = await stranger.ask("other@example.com"), await sofia.ask()

    assert [each.status_code for each in asked] == [201] * (3 if guard else 5) + [429] * (
        3 if guard else 1
    )
    assert asked[-1].headers["retry-after"] == "3600"
    assert (other.status_code, by_owner.status_code) == (201, 201 if guard else 429)


@guarded
@pytest.mark.parametrize("name", ["_asked", "_tried"])
async def test_network_is_slowed_whatever_it_types(
    sofia: Visitor, monkeypatch: pytest.MonkeyPatch, name: str, guard: bool
) -> None:
    monkeypatch.setattr(viewers_http, name, viewers_http.PerMinute(3 if guard else 100))

    async def knock(number: int) -> httpx2.Response:
        if name == "_asked":
            return await sofia.ask(f"somebody-{number}@example.com")
        return await sofia.enter(link=f"{number}" * 10)

    answers = [(await knock(number)).status_code for number in range(4)]

    assert (answers[3] == 429) is guard
    assert 429 not in answers[:3]


@pytest.mark.parametrize(
    "way",
    [
        {"link": "x"},
        {"link": "AZ" * 40},
        {"sign_in": "sin_" + "0" * 32, "code": "123456"},
        {"sign_in": "sin_x", "code": "123456"},
        {"code": "123456"},
        {},
    ],
)
async def test_what_no_mail_carried_opens_nothing(sofia: Visitor, way: dict[str, str]) -> None:
    answer = await sofia.enter(**way)

    assert (answer.status_code, answer.json()["code"]) == (410, "sign_in_over")
    assert await count(sofia.database, "viewer_session") == 0


async def test_form_of_another_website_signs_nobody_in(sofia: Visitor) -> None:
    letter = await sofia.letter(await sofia.ask())

    answer = await sofia.client.post(
        "/viewer/session",
        content=f'{{"link": "{letter.link}"}}',
        headers={"Content-Type": "text/plain"},
    )

    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


async def test_rows_tell_nobody_the_address_or_the_code(sofia: Visitor) -> None:
    asked = await sofia.ask()
    letter = await sofia.letter(asked)
    await sofia.enter(link=letter.link)

    async with sofia.database.session() as session:
        rows = [
            str(row)
            for table in ("viewer", "viewer_key", "viewer_sign_in", "viewer_session", "mail")
            for row in (await session.execute(text(f"select * from {table}"))).all()
        ]

    assert rows
    for row in rows:
        assert EMAIL not in row and letter.code not in row and letter.link not in row


async def test_changes_need_the_csrf_token_or_the_header(app: FastAPI, sofia: Visitor) -> None:
    await sofia.sign_in()

    bare = await sofia.client.delete("/viewer/session")
    assert (bare.status_code, bare.json()["code"]) == (403, "csrf_failed")
    assert (await sofia.get("/viewer/session")).status_code == 200
    assert (await sofia.send("DELETE", "/viewer/session")).status_code == 204
    assert (await sofia.get("/viewer/session")).status_code == 401

    async with visitor(app) as framed:
        letter = await framed.letter(await framed.ask())
        entered = await framed.enter(link=letter.link, as_token=True)
        assert "set-cookie" not in entered.headers
        header = {"X-Viewer-Token": entered.json()["token"]}
        assert (await framed.get("/viewer/session")).status_code == 401
        assert (await framed.get("/viewer/session", headers=header)).status_code == 200
        gone = await framed.client.delete("/viewer/session", headers=header)
        assert gone.status_code == 204
        assert (await framed.get("/viewer/session", headers=header)).status_code == 401


async def test_old_rows_are_forgotten(sofia: Visitor) -> None:
    await sofia.sign_in()
    now = clock.now()

    with clock.use(lambda: now + timedelta(days=91)):
        assert (await sofia.get("/viewer/session")).status_code == 401
        async with sofia.database.session() as session:
            assert await viewers.forget_old_sign_ins(session) == 1
            assert await viewers.forget_old_sessions(session) == 1

    assert await count(sofia.database, "viewer_sign_in") == 0


async def test_session_has_a_token_of_its_own_in_a_cookie_that_no_script_reads(
    sofia: Visitor, stranger: Visitor
) -> None:
    letter = await sofia.letter(await sofia.ask())
    sofia.client.cookies.set("showfloor-viewer", "chosen-by-somebody-else")

    entered = await sofia.enter(link=letter.link)

    first, gone = entered.headers.get_list("set-cookie")
    assert gone.startswith("showfloor-sign-in=") and "Max-Age=0" in gone
    name, _, kept = first.partition("=")
    token, *attributes = kept.lower().split("; ")
    assert name == "showfloor-viewer" and token != "chosen-by-somebody-else"
    assert {"httponly", "samesite=lax", "path=/"} <= set(attributes)
    assert not [each for each in attributes if each.startswith("domain")]
    stranger.client.cookies.set("showfloor-viewer", "chosen-by-somebody-else")
    assert (await stranger.get("/viewer/session")).status_code == 401
