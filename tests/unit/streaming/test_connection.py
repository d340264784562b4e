"""A viewer's connection when the router fails or its show leaves memory."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest

from showfloor.kit import clock
from showfloor.kit.contract import IngestAnswer, ShowOrders
from showfloor.kit.network import ConnectionLimit, Proxies
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.control.web_client import WebClient
from showfloor.streaming.http import answers
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection, Request, Router
from showfloor.streaming.http.responder import Responder
from showfloor.streaming.http.routes import HttpRouter
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.recording.recorder import Recorder

ASK = b"GET /live/show_a/media.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n"


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str) -> tuple[str, int]:
        assert name == "peername"
        return ("192.0.2.1", 40_000)


class FailsOnce:
    """A router with a fault."""

    def __init__(self) -> None:
        self.asked = 0

    def handle(self, request: Request, connection: Connection) -> Answer | None:
        self.asked += 1
        if self.asked == 1:
            raise ZeroDivisionError
        return answers.as_json(200, {})

    def give_up(self, connection: Connection) -> Answer:
        return answers.NOT_YET

    def forget(self, connection: Connection) -> None: ...


class Listener:
    """Tells viewers alone."""

    def __init__(self, responder: Responder) -> None:
        self.show_changed = responder.show_changed
        self.show_forgotten = responder.show_forgotten

    def signal_changed(self) -> None: ...


def some_places(most: int = 100) -> ConnectionLimit:
    return ConnectionLimit("test", most=most, most_per_network=most, proxies=Proxies(""))


def connect(
    config: StreamingConfig, router: Router, places: ConnectionLimit | None = None
) -> tuple[Connection, Wire]:
    wire, connection = Wire(), Connection(config, router, set(), places or some_places())
    connection.connection_made(wire)  # type: ignore[arg-type]
    return connection, wire


@pytest.fixture
def config(tmp_path: Path) -> StreamingConfig:
    return StreamingConfig(
        "http://127.0.0.1:1", "x", tmp_path, forget_seconds=-1.0, abandon_seconds=-1.0
    )


def test_a_fault_of_ours_is_logged_and_said(
    config: StreamingConfig, caplog: pytest.LogCaptureFixture
) -> None:
    connection, wire = connect(config, FailsOnce())

    connection.data_received(ASK + ASK)

    broken, after = wire.said
    assert broken.startswith(b"HTTP/1.1 500 ")
    assert json.loads(broken.partition(b"\r\n\r\n")[2])["code"] == "internal_error"
    assert after.startswith(b"HTTP/1.1 200 ")
    assert "ZeroDivisionError" in caplog.text


def test_every_refusal_says_what_to_do() -> None:
    refusals = [
        value
        for value in vars(answers).values()
        if isinstance(value, Answer) and value is not answers.PREFLIGHT
    ]

    assert len(refusals) >= 9
    assert all(json.loads(refusal.body[0])["detail"].endswith(".") for refusal in refusals)


def test_what_a_browser_may_open_as_a_page_does_nothing_there() -> None:
    for answer in (answers.as_json(200, {}), answers.NOT_FOUND, answers.NOT_ALLOWED):
        head = answer.head.split(b"\r\n")

        assert b"X-Content-Type-Options: nosniff" in head
        assert b"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'" in head
        assert b"Referrer-Policy: no-referrer" in head
    assert b"Allow: GET, HEAD, OPTIONS" in answers.NOT_ALLOWED.head.split(b"\r\n")


def test_who_waits_for_a_show_that_leaves_memory_is_told(config: StreamingConfig) -> None:
    folder = config.data_dir / "recordings" / "show_a"
    folder.mkdir(parents=True)
    line = {"open": 0, "start": clock.now().timestamp() * 1000, "ingest": "ingest_1"}
    (folder / "index.jsonl").write_text(json.dumps(line) + "\n")
    responder = Responder()
    shows = ShowRegistry(
        config,
        WebClient(config.web_url, "x", 1.0),
        Recorder(config.data_dir / "recordings"),
        Listener(responder),
    )
    router = HttpRouter(shows, responder, "x")
    shows.restore()
    orders = ShowOrders("live", 0, "", key_revoked=False, cues=[])
    shows.apply_all(IngestAnswer({"show_a": orders}), clock.monotonic())
    connection, wire = connect(config, router)
    connection.data_received(ASK)
    assert wire.said == []

    shows.forget_old()

    assert [answer.split(b" ")[1] for answer in wire.said] == [b"404"]


class Repeats:
    """A router that answers each request with its target."""

    def handle(self, request: Request, connection: Connection) -> Answer | None:
        return answers.as_json(200, {"target": request.target.decode()})

    def give_up(self, connection: Connection) -> Answer:
        return answers.NOT_YET

    def forget(self, connection: Connection) -> None: ...


def statuses(wire: Wire) -> list[str]:
    return [answer.split(b" ")[1].decode() for answer in wire.said]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", ["200"]),
        (b"GET /a HTTP/1.1\r\nhOsT:x\r\n\r\n", ["200"]),
        (b"GET /a HTTP/1.0\r\n\r\n", ["200"]),
        (b"\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", ["200"]),
        (b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n" * 3, ["200"] * 3),
        (b"GET /a HTTP/1.1\r\nAccept: */*\r\n\r\n", ["400"]),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", ["400"]),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nHOST : y\r\n\r\n", ["400"]),
        (b"PUT /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", ["400"]),
        (b"PUT /a HTTP/1.1\r\nHost: x\r\nHost: x\r\nContent-Length: 0\r\n\r\n", ["400"]),
        (b"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", ["200"]),
    ],
)
def test_a_request_names_one_host(
    config: StreamingConfig, sent: bytes, expected: list[str]
) -> None:
    connection, wire = connect(config, Repeats())

    connection.data_received(sent)

    assert statuses(wire) == expected
    assert wire.closed == (expected == ["400"] or b"HTTP/1.0" in sent)


def test_the_host_is_found_wherever_the_network_cuts(config: StreamingConfig) -> None:
    whole = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
    two = b"GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"
    for request, expected in ((whole, ["200"]), (two, ["400"])):
        for cut in range(1, len(request)):
            connection, wire = connect(config, Repeats())
            connection.data_received(request[:cut])
            connection.data_received(request[cut:])

            assert statuses(wire) == expected


def test_byte_of_a_long_request_costs_what_one_of_a_short_one_does(
    config: StreamingConfig,
) -> None:
    """A request that came byte by byte was searched from its beginning for each: a millisecond."""

    def seconds(before: int) -> float:
        connection, wire = connect(config, Repeats())
        connection.data_received(b"GET /a HTTP/1.1\r\nHost: x\r\nX: " + b"a" * before)
        began = process_time()
        for _ in range(1000):
            connection.data_received(b"a")
        took = process_time() - began
        connection.data_received(b"\r\n\r\n")
        assert statuses(wire) == ["200"]
        return took

    short = seconds(1_000)

    assert seconds(400_000) < 50 * short


def test_absolute_form_is_the_same_request(config: StreamingConfig) -> None:
    connection, wire = connect(config, Repeats())

    connection.data_received(b"GET http://x/live/a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n")

    assert json.loads(wire.said[0].partition(b"\r\n\r\n")[2]) == {"target": "/live/a?b=1"}


def test_blank_lines_do_not_renew_the_deadline(config: StreamingConfig) -> None:
    connection, _ = connect(config, Repeats())
    connection.data_received(b"\r\n")
    deadline = connection.deadline

    connection.data_received(b"\r\n" * 5)

    assert connection.deadline == deadline


def test_a_viewer_beyond_the_limit_is_refused_and_frees_nothing(config: StreamingConfig) -> None:
    places = some_places(1)
    first, _ = connect(config, Repeats(), places)
    second, refused = connect(config, Repeats(), places)

    second.connection_lost(None)

    assert statuses(refused) == ["503"] and refused.closed
    assert places.open == 1
    first.connection_lost(None)
    assert places.open == 0


def test_cameras_keep_files_of_their_own(config: StreamingConfig) -> None:
    assert config.viewer_places(1_000_000) == config.max_viewers
    assert config.viewer_places(4_096) == 4_096 - 864
    assert config.viewer_places(256) == 128
