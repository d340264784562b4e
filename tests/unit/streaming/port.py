"""The HTTP port of the media server without its sockets, and who asks there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from showfloor.streaming.http.answers import Answer
from showfloor.streaming.http.connection import Connection, Request
from showfloor.streaming.http.responder import Responder
from showfloor.streaming.http.routes import HttpRouter
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.recording.recorder import Recorder
from tests.unit.streaming.ends import NobodyListens
from tests.unit.streaming.shows import Web, config_at

TOKEN = "t" * 32


class Viewer:
    """A connection as the router sees it."""

    def __init__(self) -> None:
        self.place: object = None
        self.patient_until = 0.0
        self.got: list[Answer] = []

    def wait_until(self, deadline: float) -> None:
        self.patient_until = deadline

    def answer(self, answer: Answer) -> None:
        self.got.append(answer)


class RespondingListener(NobodyListens):
    """The responder hears of shows, as in the server."""

    def __init__(self, responder: Responder) -> None:
        self.responder = responder

    def show_changed(self, show: LiveShow) -> None:
        self.responder.show_changed(show)

    def show_forgotten(self, show: LiveShow) -> None:
        self.responder.show_forgotten(show)


class Port:
    """The HTTP port with one show that somebody publishes."""

    def __init__(self, folder: Path) -> None:
        self.responder = Responder()
        self.web = Web()
        self.shows = ShowRegistry(
            config_at(folder),
            self.web,
            Recorder(folder / "recordings"),
            RespondingListener(self.responder),
        )
        self.router = HttpRouter(self.shows, self.responder, TOKEN)

    async def publish(self, state: str = "live") -> LiveShow:
        self.web.allow("key", "show_a", state=state)
        await self.shows.authorize("key", lambda reason: None)
        show = self.shows.find("show_a")
        assert show is not None
        return show

    def ask(
        self,
        target: str,
        viewer: Viewer | None = None,
        *,
        method: str = "GET",
        body: object = None,
        token: str | None = None,
    ) -> Answer | None:
        authorization = f"Bearer {token}".encode() if token is not None else b""
        request = Request(
            method.encode(),
            target.encode(),
            authorization,
            b"" if body is None else json.dumps(body).encode(),
            True,
        )
        return self.router.handle(request, cast("Connection", viewer or Viewer()))


@pytest.fixture
def port(tmp_path: Path) -> Port:
    return Port(tmp_path)


def status(answer: Answer | None) -> int:
    assert answer is not None
    return int(answer.head.split(b" ")[1])


def text(answer: Answer | None) -> str:
    assert answer is not None
    return b"".join(answer.body).decode()


def body(answer: Answer | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text(answer))
    return found
