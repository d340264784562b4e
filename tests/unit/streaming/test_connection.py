"""A viewer's connection when the router fails or its show leaves memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.control.web_client import WebClient
from showfloor.streaming.http import answers
from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection, Request, Router
from showfloor.streaming.http.routes import Origin
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


def connect(config: StreamingConfig, router: Router) -> tuple[Connection, Wire]:
    wire, connection = Wire(), Connection(config, router, set())
    connection.connection_made(wire)  # type: ignore[arg-type]
    return connection, wire


@pytest.fixture
def config(tmp_path: Path) -> StreamingConfig:
    return StreamingConfig("http://127.0.0.1:1", "x", tmp_path, forget_seconds=-1.0)


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


def test_who_waits_for_a_show_that_leaves_memory_is_told(config: StreamingConfig) -> None:
    folder = config.data_dir / "recordings" / "show_a"
    folder.mkdir(parents=True)
    line = {"open": 0, "start": clock.now().timestamp() * 1000, "ingest": "ingest_1"}
    (folder / "index.jsonl").write_text(json.dumps(line) + "\n")
    shows = ShowRegistry(
        config, WebClient(config.web_url, "x", 1.0), Recorder(config.data_dir / "recordings")
    )
    origin = Origin(shows, "x")
    shows.restore()
    shows.obey_all({"shows": {"show_a": {"state": "live"}}}, clock.monotonic())
    connection, wire = connect(config, origin)
    connection.data_received(ASK)
    assert wire.said == []

    shows.forget_old()

    assert [answer.split(b" ")[1] for answer in wire.said] == [b"404"]
