"""The gate at every door: decided before any SQL, refused for a day, counted and nothing more.

Each guard has its twin: without it the same request is let in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.identity import deps
from showfloor.identity import queries as identity_queries
from showfloor.identity import service as identity
from showfloor.identity.errors import AgeRefused
from showfloor.identity.service import Gate, gate
from showfloor.identity.types import AgeAnswer, BirthDate, CollectionPoint, GateCount
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.errors import Busy
from showfloor.markets import service as markets
from showfloor.markets.types import Decision, Market, Outcome
from showfloor.stock import service as stock
from showfloor.viewers import http as viewers_http
from tests.people import add_floor

BASE = "https://shop.localhost:8000"
SECRET = "s" * 32
YEAR = clock.now().year
CHILD, TEEN, ADULT = ({"day": 3, "month": 1, "year": YEAR - age} for age in (11, 17, 40))
HOME = {
    "name": "Anna Example",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "N1 1AA",
    "country": "GB",
}
BROWSER = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
ASKS = [
    *("checkouts", "session", "messages", "questions", "askers"),
    *("viewer/sign-ins", "invitations/join"),
]
"""Doors that let nobody in without an answer."""
DOORS = ["admissions", *ASKS, "viewer/session"]
"""The last one asks whoever has no account yet."""
NO_SUCH_SECRET = ("invitation_not_found", "sign_in_over")
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture(autouse=True)
def own_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are counted in the process, and all tests come from one address."""
    asked = viewers_http.PerMinute(viewers_http._asked.most)
    monkeypatch.setattr(viewers_http, "_asked", asked)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx2.AsyncClient]:
    """A shop by HTTPS whose database nobody can reach: whatever it answers, it has sent no SQL."""
    app = create_app(
        Settings(
            mode="test",
            data=tmp_path,
            database_url="postgresql:///nothing?host=/nowhere",
            base_url=BASE,
            secret=SECRET,
            internal_token="t" * 32,
        )
    )
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    yield httpx2.AsyncClient(transport=transport, base_url=BASE)


def gate_of(client: httpx2.AsyncClient) -> Gate:
    transport = client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    found: Gate = transport.app.state.gate.gate  # type: ignore[attr-defined]  # a FastAPI
    return found


def form_of(door: str) -> tuple[str, dict[str, Any], dict[str, str]]:
    """The address of a door, what is filled in there besides the age, and headers."""
    if door == "session":
        return "session", {"email": "kid@example.com", "password": "correct horse"}, {}
    written = {"name": "Kid", "country": "GB"}
    said = {**written, "text": "mail me: kid@example.com"}
    if door in ("messages", "questions"):
        return f"shows/{ids.encode('show', ids.new())}/{door}", said, {}
    if door == "askers":
        return f"questions/{ids.encode('qst', ids.new())}/askers", written, {}
    if door == "viewer/sign-ins":
        return door, {"email": "kid@example.com"}, {}
    if door == "viewer/session":
        return door, {"link": ids.secret()}, {}
    if door == "invitations/join":
        new = {"token": ids.secret(), "name": "Kid", "password": "kid@example.com password"}
        return door, new, {}
    hold = ids.new()
    rest = {"hold_id": ids.encode("hold", hold), "email": "kid@example.com", "address": HOME}
    token = stock.hold_token(SECRET.encode(), hold)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": ids.secret()}
    return "checkouts", rest, headers


async def knock(
    client: httpx2.AsyncClient,
    door: str,
    said: dict[str, Any],
    *,
    whole: bool = True,
    **headers: str,
) -> httpx2.Response:
    """The door's own request with this about the age; `whole` with all the rest filled in."""
    if door == "admissions":
        # An admission and an adult cannot be said here: this door is for the question.
        asked = {"door": "guest_checkout", "country": "GB", **said}
        return await client.post("/api/v1/admissions", json=asked, headers=headers)
    path, rest, own = form_of(door)
    body = {**said, **(rest if whole else {})}
    return await client.post(f"/api/v1/{path}", json=body, headers={**own, **headers})


def let_in(answer: httpx2.Response) -> bool:
    """Past the gate: this shop then fails at its database, or knows that a secret is none of its
    own.
    """
    return answer.status_code in (201, 500, 503) or answer.json()["code"] in NO_SUCH_SECRET


@guarded
@pytest.mark.parametrize("whole", [True, False], ids=["filled in", "alone"])
@pytest.mark.parametrize("born", [CHILD, TEEN], ids=["child", "teen"])
@pytest.mark.parametrize("door", DOORS)
async def test_door_refuses_who_may_not_before_it_looks_at_anything_else(
    client: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
    born: dict[str, int],
    whole: bool,
    guard: bool,
) -> None:
    if not guard:
        allowed = Decision(Outcome.ALLOW)
        monkeypatch.setattr(gate, "_decide", lambda *_: allowed)

    answer = await knock(client, door, {"born": born}, whole=whole)

    if guard:
        assert (answer.status_code, answer.json()["code"]) == (403, "age_refused")
        assert not {"13", "16", "18"} & set(answer.json()["detail"].split())
        assert "kid@" not in answer.text and str(born["year"]) not in answer.text
    else:
        assert let_in(answer) if whole else answer.status_code != 403


@pytest.mark.parametrize("door", DOORS)
async def test_adult_is_let_in_with_a_date_and_then_without(
    client: httpx2.AsyncClient, door: str
) -> None:
    assert let_in(await knock(client, door, {"born": ADULT}))

    points = {
        "checkouts": "guest_checkout",
        "session": "studio_sign_in",
        "messages": "chat",
        "questions": "chat",
        "askers": "chat",
        "viewer/sign-ins": "viewer_account",
        "viewer/session": "viewer_account",
        "invitations/join": "account",
    }
    point = points.get(door)
    if point is None:
        return
    where = {"country": "GB"} if point in ("guest_checkout", "chat") else {}
    asked = {"door": point, "born": ADULT, **where}
    admission = (await client.post("/api/v1/admissions", json=asked)).json()["admission"]
    assert let_in(await knock(client, door, {"admission": admission}))
    spoilt = await knock(client, door, {"admission": admission + "0"})
    assert (spoilt.status_code, spoilt.json()["code"]) == (403, "adult_declaration_required")


@pytest.mark.parametrize("door", ASKS)
async def test_door_without_an_answer_asks_for_it(client: httpx2.AsyncClient, door: str) -> None:
    answer = await knock(client, door, {})

    assert (answer.status_code, answer.json()["code"]) == (403, "adult_declaration_required")
    assert "set-cookie" not in answer.headers


@guarded
@pytest.mark.parametrize("field", deps.BROWSER_FIELDS)
@pytest.mark.parametrize("door", ASKS)
async def test_page_may_not_say_for_a_person_that_they_are_an_adult(
    client: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
    field: str,
    guard: bool,
) -> None:
    if not guard:
        monkeypatch.setattr(deps, "BROWSER_FIELDS", ())

    by_a_page = await knock(client, door, {"adult": True}, **{field: "same-origin"})
    by_a_program = await knock(client, door, {"adult": True})

    assert (by_a_page.status_code == 403) is guard
    assert let_in(by_a_program)


@pytest.mark.parametrize(
    "born",
    [
        {"day": 31, "month": 2, "year": 2000},
        {"day": 1, "month": 1, "year": YEAR + 1},
        {"day": 1, "month": 1, "year": 90},
        {"day": 0, "month": 1, "year": 2000},
        {"day": "3", "month": 1, "year": 2000},
        {"day": 1, "month": 1},
    ],
)
@pytest.mark.parametrize("door", DOORS)
async def test_date_that_is_none_is_typed_again(
    client: httpx2.AsyncClient, door: str, born: dict[str, Any]
) -> None:
    answer = await knock(client, door, {"born": born})

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert all(field["path"].startswith("body/born") for field in answer.json()["fields"])
    assert "set-cookie" not in answer.headers
    assert not gate_of(client)._refused


@guarded
async def test_who_was_refused_stays_refused_at_every_door_for_a_day(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(deps, "is_refused", lambda *_: False)
    asked = {"door": "guest_checkout", "country": "GB", "born": ADULT}
    admission = (await client.post("/api/v1/admissions", json=asked)).json()["admission"]
    refused = await knock(client, "checkouts", {"born": CHILD})
    assert refused.json()["code"] == "age_refused"

    says = [*((door, {"born": ADULT}) for door in DOORS), ("checkouts", {"admission": admission})]
    for lang in ("en", "ar"):
        for door, said in says:
            again = await knock(client, door, said, **BROWSER, **{"Accept-Language": lang})
            assert (again.status_code == 403) is guard, door

    start = clock.now()
    with clock.use(lambda: start + timedelta(hours=48)):
        assert let_in(await knock(client, "checkouts", {"born": ADULT}))


@guarded
async def test_who_was_refused_in_another_tab_does_not_pay(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(deps, "is_refused", lambda *_: False)
    await knock(client, "checkouts", {"born": CHILD})
    token = stock.hold_token(SECRET.encode(), ids.new())

    answer = await client.post(
        f"/api/v1/checkouts/{ids.encode('chk', ids.new())}/pay",
        json={
            "payment_method": {"type": "test", "number": "4242424242424242"},
            "expected_total": {"amount": 2200, "currency": "GBP"},
        },
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": ids.secret(), **BROWSER},
    )

    if guard:
        assert (answer.status_code, answer.json()["code"]) == (403, "age_refused")
    else:
        assert let_in(answer), "past the gate, to a database that is away"


@guarded
async def test_form_of_another_website_has_nobody_refused(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(deps, "_is_json", lambda _: True)
    field = json.dumps({"born": CHILD, "x": "="})  # what a form makes of a name and a value

    answer = await client.post(
        "/api/v1/session", content=field, headers={"Content-Type": "text/plain"}
    )

    assert (answer.status_code, "set-cookie" in answer.headers) == (
        (422, False) if guard else (403, True)
    )
    assert let_in(await knock(client, "checkouts", {"born": ADULT})) is guard


async def test_mark_of_everybody_refused_on_a_day_is_the_same(client: httpx2.AsyncClient) -> None:
    moment = clock.now().replace(hour=9)
    marks = set()
    for hours, door, born in (
        (0, "checkouts", CHILD),
        (7, "session", TEEN),
        (9, "admissions", CHILD),
    ):
        with clock.use(lambda hours=hours: moment + timedelta(hours=hours)):
            client.cookies.clear()
            marks.add((await knock(client, door, {"born": born})).headers["set-cookie"])

    assert marks == {
        f"__Host-gate={moment.date().isoformat()}; Path=/; Max-Age=86400; HttpOnly; Secure; "
        "SameSite=None; Partitioned"
    }


BIRTHDAY = datetime(2027, 1, 15, tzinfo=UTC)
"""UTC's midnight on the eighteenth birthday of somebody."""
PLACES = {"AE": ("Asia/Dubai", -4), "US": ("America/New_York", 5)}
"""Where their own day begins so many hours before or after UTC's."""


@guarded
@pytest.mark.parametrize("country", PLACES)
async def test_age_is_that_of_the_day_where_the_goods_go(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, country: str, guard: bool
) -> None:
    timezone, hours = PLACES[country]
    there = Market(country.lower(), {"en": country}, "USD", country, timezone, (6, 7))
    monkeypatch.setattr(markets, "_markets", lambda: {there.code: there})
    if not guard:
        monkeypatch.setattr(gate, "_day", lambda _country, now: now.date())
    born = {"day": 15, "month": 1, "year": 2009}

    async def bought_at(moment: datetime) -> bool:
        client.cookies.clear()
        said = {"born": born, "door": "guest_checkout", "country": country}
        with clock.use(lambda: moment):
            answer = await client.post("/api/v1/admissions", json=said)
        return answer.status_code == 201

    own_midnight = BIRTHDAY + timedelta(hours=hours)
    found = [await bought_at(own_midnight + timedelta(minutes=minutes)) for minutes in (-1, 1)]

    assert (found == [False, True]) is guard


async def test_refusal_leaves_a_count_and_nothing_else(
    client: httpx2.AsyncClient, database: Database
) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with clock.use(lambda: hour + timedelta(minutes=20)):
        for door, born in (("checkouts", CHILD), ("checkouts", TEEN), ("session", CHILD)):
            client.cookies.clear()
            await knock(client, door, {"born": born})

    counting = gate_of(client)
    await counting.save_counts(database)
    await counting.save_counts(database)
    async with database.session() as session:
        counts = {
            (count.hour, count.market, count.door): count.refused
            for count in await identity.list_counts(session)
        }

    assert counts == {
        (hour, "gb", CollectionPoint.GUEST_CHECKOUT): 2,
        (hour, "unknown", CollectionPoint.STUDIO_SIGN_IN): 1,
    }


async def test_counts_that_cannot_be_stored_wait(
    client: httpx2.AsyncClient, database: Database
) -> None:
    await knock(client, "checkouts", {"born": CHILD})
    counting, away = gate_of(client), Database("postgresql:///nothing?host=/nowhere")

    with pytest.raises(Busy):
        await counting.save_counts(away)
    await counting.save_counts(database)

    async with database.session() as session:
        assert [count.refused for count in await identity.list_counts(session)] == [1]


async def test_count_of_an_hour_adds_up_over_processes(database: Database) -> None:
    born = BirthDate(CHILD["day"], CHILD["month"], CHILD["year"])
    for _ in range(2):
        counting = Gate(SECRET)
        with pytest.raises(AgeRefused):
            counting.admit(CollectionPoint.GUEST_CHECKOUT, AgeAnswer(born, country="GB"))
        await counting.save_counts(database)

    async with database.session() as session:
        assert [count.refused for count in await identity.list_counts(session)] == [2]


async def test_count_is_kept_for_a_year(database: Database) -> None:
    now = clock.now()
    async with database.session() as session:
        for days in (0, 364, 366, 800):
            hour = now - timedelta(days=days)
            count = GateCount(hour, "gb", CollectionPoint.GUEST_CHECKOUT, 1)
            await identity_queries.add_count(session, count)

    async with database.session() as session:
        forgotten = await identity.forget_old_counts(session)
    async with database.session() as session:
        left = [now - count.hour for count in await identity.list_counts(session)]

    assert forgotten == 2 and left == [timedelta(0), timedelta(days=364)]


async def test_device_that_signed_in_before_is_not_asked_again(
    app: Any, database: Database
) -> None:
    transport = httpx2.ASGITransport(app)
    async with database.session() as session:
        floor = await add_floor(session)
    who = {"email": floor.host.email, "password": "correct horse"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://shop.localhost:8000/api/v1"
    ) as device:
        assert (await device.post("/session", json=who)).status_code == 403
        assert (await device.post("/session", json={**who, "born": ADULT})).status_code == 200

        again = await device.post("/session", json=who)
        another = await device.post("/session", json={**who, "email": floor.sellers[0].email})

    assert again.status_code == 200
    assert another.json()["code"] == "adult_declaration_required"
