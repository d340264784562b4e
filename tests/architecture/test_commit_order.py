"""The commit happens before the answer, with FastAPI's default beside it as the twin that fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from showfloor.kit.http import SessionDep, get_database


class Ledger:
    """A database that notes its commits, and around an application what notes its answers."""

    def __init__(self) -> None:
        self.happened: list[str] = []

    def session(self) -> Any:
        return self

    async def __aenter__(self) -> Ledger:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.happened.append("commit")

    def around(self, app: ASGIApp) -> ASGIApp:
        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.happened.append("answer")
                await send(message)

            await app(scope, receive, note)

        return noting


async def _what_happens(app: FastAPI) -> list[str]:
    app.state.database = ledger = Ledger()
    transport = httpx2.ASGITransport(ledger.around(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        assert (await client.post("/")).status_code == 200
    return ledger.happened


async def test_answer_leaves_after_the_commit() -> None:
    app = FastAPI()

    @app.post("/")
    async def write(session: SessionDep) -> None: ...

    assert await _what_happens(app) == ["commit", "answer"]


async def _with_default_scope(
    database: Annotated[Any, Depends(get_database)],
) -> AsyncIterator[Any]:
    async with database.session() as opened:
        yield opened


async def test_default_scope_would_answer_first() -> None:
    app = FastAPI()

    @app.post("/")
    async def write(session: Annotated[Any, Depends(_with_default_scope)]) -> None: ...

    assert await _what_happens(app) == ["answer", "commit"]
