"""What strangers may ask of the web process itself, with nothing in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from showfloor.app import middleware, protocol, uploads
from showfloor.app.asgi import Readiness
from showfloor.app.middleware import RateLimit
from showfloor.app.protocol import MOST_HEAD
from showfloor.app.protocol import bounded as protocol_with
from showfloor.app.uploads import UPLOADS, upload_at
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.minutes import PerMinute
from showfloor.kit.network import ConnectionLimit, Proxies
from showfloor.kit.recent import Recent
from tests import buckets
from tests.integration.app.test_limits import client_at
from tests.integration.shows.test_covers import picture
from tests.people import FakeStreaming, add_floor, add_key, put_on_air
from tests.waiting import bounded, until

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HOST = b"Host: shop.localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\n"
CLOSE = b"Connection: close\r\n\r\n"


@asynccontextmanager
async def served(app: FastAPI, *, per_network: int = 100) -> AsyncIterator[int]:
    """The application behind our own protocol on a real socket; the port."""
    limit = ConnectionLimit("web", most=100, most_per_network=per_network, proxies=Proxies(""))
    config = uvicorn.Config(
        app, port=0, http=protocol_with(limit), ws="none", lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        async with bounded():
            yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def exchange(port: int, sent: bytes) -> bytes:
    """Everything that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_head_is_judged_before_the_application_sees_it(app: FastAPI) -> None:
    cases = {
        "right": (GET + HOST + CLOSE, b"200"),
        "HTTP 1.0 needs no host": (b"GET /healthz HTTP/1.0\r\n\r\n", b"200"),
        "no host": (GET + b"\r\n", b"400"),
        "two hosts": (GET + HOST + HOST + b"\r\n", b"400"),
        "large": (GET + HOST + b"X: " + b"x" * MOST_HEAD + b"\r\n\r\n", b"431"),
        "endless": (GET + HOST + b"X: " + b"x" * (3 * MOST_HEAD), b"431"),
        "long": (b"GET /" + b"x" * MOST_HEAD + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"431"),
    }
    async with served(app) as port:
        found = {name: await exchange(port, sent) for name, (sent, _) in cases.items()}

    assert {name: answer[9:12] for name, answer in found.items()} == {
        name: status for name, (_, status) in cases.items()
    }


@pytest.mark.parametrize("drop", [b"\r\n", b"x"], ids=["blank lines", "a byte at a time"])
async def test_head_that_drips_ends_at_its_deadline(
    app: FastAPI, drop: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_WITHIN", 0.5)
    async with served(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if drop == b"x":
            writer.write(GET + b"X: ")

        async def drip() -> None:
            while True:
                writer.write(drop)
                await asyncio.sleep(0.05)  # waits: between two drops, for the server's deadline

        dripping = asyncio.create_task(drip())
        try:
            answer = await reader.read()
        except ConnectionResetError:
            answer = b""
        dripping.cancel()
        writer.close()

    assert answer == b"" or answer.startswith(b"HTTP/1.1 408")


async def test_connections_of_one_address_are_bounded_and_given_back(app: FastAPI) -> None:
    async with served(app, per_network=1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + HOST + b"\r\n")
        await reader.readuntil(b'{"status":"ok"}')
        assert await exchange(port, GET + HOST + CLOSE) == b""

        writer.close()

        async def answered() -> bool:
            return bool(await exchange(port, GET + HOST + CLOSE))

        await until(answered)


async def _call(app: Any, scope: dict[str, Any], chunks: list[bytes]) -> tuple[int, int, bytes]:
    """Status, how many chunks were read, body. An empty last chunk never comes."""
    read, status, body = 0, 0, b""

    async def receive() -> dict[str, Any]:
        nonlocal read
        if read >= len(chunks) or not chunks[read]:
            await asyncio.Event().wait()
        read += 1
        more = read < len(chunks)
        return {"type": "http.request", "body": chunks[read - 1], "more_body": more}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    async with bounded():
        await app(scope, receive, send)
    return status, read, body


def _post(path: str, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(b"host", b"shop.localhost"), (b"content-type", b"application/json"), *headers],
        "client": ("192.0.2.77", 1),
        "server": ("127.0.0.1", 80),
    }


async def test_report_is_read_from_who_has_the_token_alone(app: FastAPI) -> None:
    huge = [b"x" * 65536] * 50
    report = [json.dumps({"ingests": []}).encode().rjust(200_000)]
    path, name = "/internal/ingests", b"authorization"

    nobody = await _call(app, _post(path), huge)
    wrong = await _call(app, _post(path, (name, b"Bearer wrong")), huge)
    right = await _call(app, _post(path, (name, b"Bearer " + b"t" * 32)), report)

    assert [nobody[:2], wrong[:2], right[:2]] == [(401, 0), (401, 0), (200, 1)]


async def test_body_that_is_too_large_is_refused_where_it_becomes_so(app: FastAPI) -> None:
    announced = _post("/api/v1/session", (b"content-length", b"314572800"))
    whole = await _call(app, announced, [b"x"] * 100)
    chunked = await _call(app, _post("/api/v1/session"), [b"x" * 16384] * 100)

    assert whole[:2] == (413, 0) and json.loads(whole[2])["code"] == "payload_too_large"
    assert chunked[:2] == (413, 5)


async def test_body_that_does_not_arrive_ends_the_request(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "BODY_WITHIN", 0.2)

    status, _, body = await _call(app, _post("/api/v1/session"), [b"{", b""])

    assert status == 408 and json.loads(body)["code"] == "request_timeout"


async def _half_a_cover(app: FastAPI, database: Database, port: int) -> tuple[Connection, bytes]:
    """A host's connection on which half of a picture was sent, and the other half."""
    async with database.session() as session:
        floor = await add_floor(session)
        key = await add_key(session, floor.host)
    cover = picture(640, 400)
    head = (
        f"PUT /api/v1/shows/{ids.encode('show', floor.show.id)}/cover HTTP/1.1\r\n"
        f"Authorization: {key['Authorization']}\r\nContent-Type: image/jpeg\r\n"
        f"Content-Length: {len(cover)}\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + HOST + CLOSE + cover[:1000])
    return (reader, writer), cover[1000:]


async def _ask_slowly(port: int) -> bytes:
    """What a body that never ends gets of a route that takes no file."""
    return await exchange(
        port, b"POST /api/v1/session HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n{"
    )


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_upload_has_its_own_time(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_WITHIN", 0.5)
    if not guard:
        monkeypatch.setattr(uploads, "UPLOADS", ())
    async with served(app) as port:
        (reader, writer), rest = await _half_a_cover(app, database, port)
        # It began later, so what bounds it has passed for the picture too.
        other = await _ask_slowly(port)
        writer.write(rest)
        with contextlib.suppress(ConnectionResetError):
            cover = await reader.read()
        writer.close()

    assert other[9:12] == b"408"
    assert cover[9:12] == (b"200" if guard else b"408")


async def test_upload_that_dawdles_ends_at_its_own_deadline(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tuple(replace(upload, within=0.2) for upload in UPLOADS)
    monkeypatch.setattr(uploads, "UPLOADS", short)
    async with served(app) as port:
        (reader, writer), _ = await _half_a_cover(app, database, port)
        answer = await reader.read()
        writer.close()

    assert answer[9:12] == b"408" and b'"request_timeout"' in answer


def test_uploads_are_known_by_method_and_whole_path() -> None:
    show = "/api/v1/shows/show_1"
    found = [
        upload_at(method, path) is not None
        for method, path in (
            ("PUT", f"{show}/cover"),
            ("PUT", f"{show}/captions/ar"),
            ("DELETE", f"{show}/cover"),
            ("PUT", f"{show}/cover/x"),
            ("PUT", f"/x{show}/cover"),
            ("PUT", "/api/v1/shows/a/b/cover"),
        )
    ]

    assert found == [True, True, False, False, False, False]


async def test_host_of_a_stranger_leads_nowhere(client: httpx2.AsyncClient) -> None:
    for path in ("/static", "/uploads", "/api/v1/shows/", "/healthz/", "/s/", "/studio/"):
        evil = await client.get(path, headers={"Host": "evil.example"})
        ours = await client.get(path)

        assert evil.status_code in (400, 404) and "evil" not in str(evil.headers)
        assert "location" not in ours.headers
    assert (await client.get("/", headers={"Host": "evil.example"})).status_code == 400


async def test_every_answer_has_the_safe_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/api/v1/shows", "/healthz", "/oembed?url=x", "/nothing", "/static/x"):
        answer = await client.get(path)

        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["referrer-policy"], path


async def test_readiness_is_asked_once_whoever_wants_to_know(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def ask(_self: Readiness) -> dict[str, bool]:
        nonlocal asked
        asked += 1
        return {"database": True}

    monkeypatch.setattr(Readiness, "_ask", ask)
    monkeypatch.setattr(app.state.readiness, "_answers", Recent(seconds=3600, most=1))
    async with client_at(app, "192.0.2.1") as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200} and asked == 1


class AnsweringStreaming(FakeStreaming):
    async def is_alive(self) -> bool:
        return True


async def test_who_asks_whether_all_is_ready_hears_of_rtc(app: FastAPI) -> None:
    app.state.streaming = AnsweringStreaming()
    with buckets.answering(200, "") as rtc, buckets.answering(503, "") as broken:
        there, away = (
            app.state.settings.model_copy(
                update={"internal_rtc_url": url, "internal_rooms_url": rtc}
            )
            for url in (rtc, broken)
        )
        app.state.settings = there
        ready = await Readiness(app).get()
        app.state.settings = away
        not_ready = await Readiness(app).get()

    assert ready == {"database": True, "streaming": True, "rtc": True, "fanout": True}
    assert not_ready == {**ready, "rtc": False}


async def test_pages_are_counted_and_holds_alone_are_not(app: FastAPI) -> None:
    limited = RateLimit(app)
    limited._pages = PerMinute(2)
    limited._callers = PerMinute(2)
    async with client_at(limited, "192.0.2.20") as client:
        pages = [(await client.get("/")).status_code for _ in range(3)]
        # These only end like the address that is free.
        ends = [(await client.get("/api/v1/orders/holds")).status_code for _ in range(3)]
        holds = [(await client.post("/api/v1/shows/show_0/holds")).status_code for _ in range(4)]

    assert pages == [200, 200, 429]
    assert ends[2] == 429 and 429 not in holds


async def test_page_of_one_second_is_rendered_once(app: FastAPI, database: Database) -> None:
    app.state.pages = Recent(seconds=3600, most=10)
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
    async with client_at(app, "192.0.2.21") as client:
        first = await client.get(f"/s/{floor.show.slug}")
        async with database.session() as session:
            await session.execute(text("update show set slug = 'another'"))
        again = await client.get(f"/s/{floor.show.slug}")
        gone = await client.get(f"/s/{floor.show.slug}?lang=ar")

    assert first.status_code == 200 and again.text == first.text
    assert gone.status_code == 404, "the twin: another page is not kept"


async def test_values_that_could_not_be_worked_out_are_not_kept() -> None:
    recent: Recent[int] = Recent(seconds=3600, most=2)

    async def fail() -> int:
        raise ZeroDivisionError

    async def one() -> int:
        return 1

    with pytest.raises(ZeroDivisionError):
        await recent.get("a", fail)
    assert await recent.get("a", one) == 1
    assert await recent.get("a", fail) == 1
