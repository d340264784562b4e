"""A server that a test stops leaves nobody waiting."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.waiting import stop_listening


@pytest.fixture
def kept_garbage() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("turns", range(5))
@pytest.mark.usefixtures("kept_garbage")
async def test_client_of_a_server_that_stops_hears_of_it(turns: int) -> None:
    """Whatever the loop had done with the connection by then."""
    assert await _is_told(turns, stop_listening)


@pytest.mark.usefixtures("kept_garbage")
async def test_closing_alone_forgets_who_was_just_accepted() -> None:
    async def close(server: asyncio.Server) -> None:
        server.close()

    told = [await _is_told(turns, close) for turns in range(5)]

    assert told.count(False) == 1, "asyncio has mended it, stop_listening is not needed any more"


async def _is_told(turns: int, stop: Callable[[asyncio.Server], Awaitable[None]]) -> bool:
    """Whether the connection of a client has ended once a server was stopped after so many turns of
    the loop, and has nothing more to do.
    """

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        client.setblocking(False)
        for _ in range(turns):
            await asyncio.sleep(0)
        await stop(server)
        for _ in range(10):
            await asyncio.sleep(0)
        try:
            return client.recv(1) == b""
        except BlockingIOError:
            return False
        except ConnectionError:
            return True
