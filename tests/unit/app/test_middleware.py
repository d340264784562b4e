"""What wraps every request of the web process, layer by layer."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from showfloor.app import middleware
from showfloor.app.middleware import (
    BodyLimit,
    HeadAsGet,
    NeverStored,
    OwnHosts,
    RateLimit,
    SafeHeaders,
)
from tests.unit.app.asgi import Answer, Page, ask, scope
from tests.waiting import bounded

TOKEN = "t" * 32
AUTHORISED = {"authorization": f"Bearer {TOKEN}"}


def code(answer: Answer) -> str:
    found: str = json.loads(answer.body)["code"]
    return found


async def test_head_is_get_with_an_empty_body() -> None:
    page = Page(b"hello", {"content-length": "5"})

    answer = await ask(HeadAsGet(page), scope(method="HEAD"))

    assert page.methods == ["GET"]
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "5", b"")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_other_methods_keep_their_content(method: str) -> None:
    page = Page()

    answer = await ask(HeadAsGet(page), scope(method=method))

    assert (page.methods, answer.body) == ([method], b"hello")


async def test_answers_of_the_api_are_never_stored() -> None:
    kept = await ask(NeverStored(Page()), scope("/api/v1/shows"))
    page = await ask(NeverStored(Page()), scope("/apiary"))

    assert kept.headers["cache-control"] == "no-store"
    assert "cache-control" not in page.headers


async def test_route_of_the_api_may_say_itself_how_long_it_holds() -> None:
    page = Page(headers={"cache-control": "max-age=5"})

    answer = await ask(NeverStored(page), scope("/api/v1/shows"))

    assert answer.headers["cache-control"] == "max-age=5"


async def test_answer_without_headers_gets_the_safe_ones() -> None:
    answer = await ask(SafeHeaders(Page(), secure=False), scope())

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers


async def test_page_keeps_the_policy_that_it_brings() -> None:
    page = Page(headers={"content-security-policy": "default-src 'self'"})

    answer = await ask(SafeHeaders(page, secure=True), scope())

    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "host", ["shop.test", "SHOP.test", "shop.test:8080", "[::1]", "[::1]:8080", "127.0.0.1:1"]
)
async def test_own_names_are_answered_with_any_port(host: str) -> None:
    app = OwnHosts(Page(), hosts=["Shop.test", "[::1]", "127.0.0.1"])

    assert (await ask(app, scope(headers={"host": host}))).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.test", "shop.test.evil.test", "evil.test:80", "", "shop.test:x", "::1", "shop.test "],
)
async def test_name_of_a_stranger_is_refused_and_not_repeated(host: str) -> None:
    page = Page()
    app = OwnHosts(page, hosts=["shop.test", "[::1]"])

    answer = await ask(app, scope(headers={"host": host}))

    assert (answer.status, code(answer)) == (400, "host_unknown")
    assert page.methods == [] and b"evil" not in answer.body


async def test_two_names_are_refused() -> None:
    request = scope()
    request["headers"].append((b"host", b"shop.test"))

    assert (await ask(OwnHosts(Page(), hosts=["shop.test"]), request)).status == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/internal/ingests"])
async def test_own_processes_ask_by_address(path: str) -> None:
    app = OwnHosts(Page(), hosts=["shop.test"])

    assert (await ask(app, scope(path, headers={"host": "10.0.0.7:8080"}))).status == 200


async def test_body_of_exactly_the_limit_is_read() -> None:
    page = Page()
    app = BodyLimit(page, internal_token=TOKEN)
    whole = b"x" * middleware.LARGEST_BODY

    answer = await ask(app, scope(method="POST"), whole[:1000], whole[1000:])

    assert answer.status == 200 and page.bodies == [whole]


async def test_body_that_says_it_is_too_large_is_refused_before_it_is_read() -> None:
    page = Page()
    app = BodyLimit(page, internal_token=TOKEN)

    answer = await ask(app, scope(method="POST", headers={"content-length": "65537"}))

    assert (answer.status, code(answer), page.methods) == (413, "payload_too_large", [])


async def test_body_that_lies_about_its_length_is_cut_off() -> None:
    page = Page()
    app = BodyLimit(page, internal_token=TOKEN)
    request = scope(method="POST", headers={"content-length": "10"})

    answer = await ask(app, request, b"x" * middleware.LARGEST_BODY, b"x")

    assert (answer.status, code(answer), page.bodies) == (413, "payload_too_large", [])


@pytest.mark.parametrize("length", ["", "x", "-1", "9" * 20, "1e9", "٦٥٥٣٧٠٠"])
async def test_length_that_is_no_number_counts_as_none(length: str) -> None:
    app = BodyLimit(Page(), internal_token=TOKEN)
    request = scope(method="POST")
    request["headers"].append((b"content-length", length.encode("utf-8")))

    assert (await ask(app, request, b"{}")).status == 200


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        (AUTHORISED, TOKEN, 200),
        ({}, TOKEN, 401),
        ({"authorization": "Bearer other"}, TOKEN, 401),
        ({"authorization": f"Basic {TOKEN}"}, TOKEN, 401),
        ({}, "", 401),
        ({"authorization": "Bearer "}, "", 401),
    ],
    ids=["right", "none", "wrong", "scheme", "not set", "not set, empty"],
)
async def test_internal_address_reads_nothing_without_the_token(
    headers: dict[str, str], token: str, status: int
) -> None:
    page = Page()
    app = BodyLimit(page, internal_token=token)

    answer = await ask(app, scope("/internal/ingests", method="POST", headers=headers), b"{}")

    assert answer.status == status
    assert page.bodies == ([b"{}"] if status == 200 else [])


async def test_report_may_be_larger_than_what_people_send() -> None:
    page = Page()
    app = BodyLimit(page, internal_token=TOKEN)
    request = scope("/internal/ingests", method="POST", headers=AUTHORISED)

    assert (await ask(app, request, b"x" * (middleware.LARGEST_BODY + 1))).status == 200
    assert (await ask(app, request, b"x" * (middleware.LARGEST_REPORT + 1))).status == 413


async def test_body_that_never_ends_is_answered_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_WITHIN", 0.01)
    app = BodyLimit(Page(), internal_token=TOKEN)
    sent: list[Message] = []

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    async with bounded():
        await app(scope(method="POST"), never, send)

    assert sent[0]["status"] == 408 and b"request_timeout" in sent[1]["body"]


async def test_answer_that_has_begun_is_not_followed_by_a_refusal() -> None:
    async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.body", "body": b"begun"})

    app = BodyLimit(hasty, internal_token=TOKEN)

    answer = await ask(app, scope(method="POST"), b"x" * middleware.LARGEST_BODY, b"x", b"")

    assert (answer.status, answer.body) == (200, b"begun")


async def test_caller_who_leaves_is_no_refusal() -> None:
    async def gone(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    with pytest.raises(ClientDisconnect):
        await ask(BodyLimit(gone, internal_token=TOKEN), scope(method="POST"))


async def test_limit_is_counted_for_each_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PER_MINUTE", 2)
    app = RateLimit(Page())
    mine = scope("/api/v1/shows", headers={"authorization": "Bearer mine"})
    yours = scope("/api/v1/shows", headers={"authorization": "Bearer yours"})

    assert [(await ask(app, mine)).status for _ in range(3)] == [200, 200, 429]
    assert (await ask(app, yours)).status == 200


async def test_answer_says_what_is_left_of_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PER_MINUTE", 2)
    app = RateLimit(Page())

    answers = [await ask(app, scope("/api/v1/shows")) for _ in range(3)]

    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"caller";q=2;w=60'}
    left = [answer.headers["ratelimit"].split(";t=") for answer in answers]
    assert [part[0] for part in left] == ['"caller";r=1', '"caller";r=0', '"caller";r=0']
    assert all(0 <= int(part[1]) <= 60 for part in left)
    assert answers[2].headers["retry-after"] == "60" and code(answers[2]) == "rate_limited"


async def test_address_is_counted_beside_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PER_ADDRESS", 3)
    app = RateLimit(Page())

    def call(number: int, client: str) -> Scope:
        return scope("/api/v1/shows", client=client, headers={"authorization": f"Bearer {number}"})

    household = [f"2001:db8:1:2::{number}" for number in range(4)]
    found = [(await ask(app, call(n, address))).status for n, address in enumerate(household)]

    assert found == [200, 200, 200, 429]
    assert (await ask(app, call(9, "2001:db8:1:3::1"))).status == 200


async def test_pages_of_one_address_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PAGES_PER_ADDRESS", 1)
    app = RateLimit(Page())

    assert [(await ask(app, scope("/s/x"))).status for _ in range(2)] == [200, 429]
    assert (await ask(app, scope("/api/v1/shows"))).status == 200
    assert (await ask(app, scope("/s/x", client="192.0.2.2"))).status == 200


@pytest.mark.parametrize(
    ("path", "method", "counted"),
    [
        ("/static/assets/a.js", "GET", False),
        ("/uploads/mug.webp", "GET", False),
        ("/embed.js", "GET", False),
        ("/healthz", "GET", False),
        ("/internal/ingests", "POST", False),
        ("/api/v1/shows/show_1/holds", "POST", False),
        ("/api/v1/shows/show_1/holds", "GET", True),
        ("/api/v1/shows/show_1/holds/holds", "POST", True),
        ("/api/v1/x/holds", "POST", True),
        ("/s/x", "GET", True),
        ("/", "GET", True),
    ],
)
async def test_what_is_counted(
    monkeypatch: pytest.MonkeyPatch, path: str, method: str, counted: bool
) -> None:
    monkeypatch.setattr(middleware, "PER_MINUTE", 1)
    monkeypatch.setattr(middleware, "PAGES_PER_ADDRESS", 1)
    app = RateLimit(Page())

    statuses = [(await ask(app, scope(path, method=method))).status for _ in range(2)]

    assert statuses == [200, 429 if counted else 200]


@pytest.mark.parametrize(
    "wrap",
    [
        HeadAsGet,
        NeverStored,
        RateLimit,
        lambda app: SafeHeaders(app, secure=True),
        lambda app: OwnHosts(app, hosts=["shop.test"]),
        lambda app: BodyLimit(app, internal_token=TOKEN),
    ],
    ids=["head", "stored", "rate", "headers", "hosts", "body"],
)
async def test_start_and_end_of_the_process_pass_every_layer(wrap) -> None:  # type: ignore[no-untyped-def] # six constructors
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((await receive())["type"])
        await send({"type": "lifespan.startup.complete"})

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        seen.append(message["type"])

    await wrap(app)({"type": "lifespan"}, receive, send)

    assert seen == ["lifespan.startup", "lifespan.startup.complete"]
