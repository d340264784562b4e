"""The commit happens before the answer: measured on a real server, with FastAPI's default beside it
as the twin that fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import uvicorn
from fastapi import Depends, FastAPI

from showfloor.kit import clock
from showfloor.kit.http import SessionDep, get_database

COMMIT_TAKES = 0.2


class SlowCommit:
    """A database whose commit takes a while; notes when it is done."""

    def __init__(self) -> None:
        self.committed_at = 0.0

    def session(self) -> Any:
        return self

    async def __aenter__(self) -> SlowCommit:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(COMMIT_TAKES)
        self.committed_at = clock.monotonic()


async def _answered_after_commit(app: FastAPI, database: SlowCommit) -> bool:
    app.state.database = database
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx2.AsyncClient(trust_env=False) as client:
        await client.post(f"http://127.0.0.1:{port}/")
        answered_at = clock.monotonic()
    server.should_exit = True
    await task
    return 0 < database.committed_at <= answered_at


async def test_answer_leaves_after_the_commit() -> None:
    app = FastAPI()

    @app.post("/")
    async def write(session: SessionDep) -> None: ...

    assert await _answered_after_commit(app, SlowCommit())


async def test_default_scope_would_answer_first() -> None:
    app = FastAPI()

    async def session(database: Annotated[Any, Depends(get_database)]) -> AsyncIterator[Any]:
        async with database.session() as opened:
            yield opened

    @app.post("/")
    async def write(session: Annotated[Any, Depends(session)]) -> None: ...

    assert not await _answered_after_commit(app, SlowCommit())
