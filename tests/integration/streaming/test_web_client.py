"""The calls to web: one connection for many, and what happens when web closes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from showfloor.streaming.control.web_client import Answer, WebClient, WebUnavailable
from tests.waiting import BOUND, bounded

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
Start = Callable[[Serve], Coroutine[Any, Any, WebClient]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    servers: list[asyncio.Server] = []

    async def start(serve: Serve) -> WebClient:
        servers.append(await asyncio.start_server(serve, "127.0.0.1", 0))
        port = servers[-1].sockets[0].getsockname()[1]
        return WebClient(f"http://127.0.0.1:{port}", "token", BOUND)

    yield start
    for server in servers:
        server.close()


async def read(reader: asyncio.StreamReader) -> bytes:
    """The body of the next request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    size = int(head.partition("Content-Length: ")[2].partition("\r\n")[0])
    return await reader.readexactly(size)


def answer(body: bytes, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (extra, len(body), body)


async def test_one_connection_carries_one_request_after_the_other(start: Start) -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while not reader.at_eof():
            writer.write(answer(await read(reader)))

    web = await start(serve)
    async with bounded():
        answers = [await web.post("/internal/ingests", b"%d" % number) for number in range(3)]
        together = await asyncio.gather(*(web.post("/x", b"%d" % number) for number in range(3)))
    web.close()

    assert [body for _, body in answers] == [b"0", b"1", b"2"]
    assert [body for _, body in together] == [b"0", b"1", b"2"]
    assert connections == 3  # one, and two more for those that were asked at the same time


@pytest.mark.parametrize("says_so", [True, False], ids=["says so", "just closes"])
async def test_a_connection_that_web_closed_costs_no_report(start: Start, says_so: bool) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await read(reader))
        writer.write(answer(b"{}", b"Connection: close\r\n" if says_so else b""))
        if not says_so:
            # The next request is on its way when the connection ends.
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    web = await start(serve)
    async with bounded():
        answers = [await web.post("/internal/ingests", b"%d" % number) for number in range(2)]
    web.close()

    assert answers == [Answer(200, b"{}")] * 2
    assert asked == [b"0", b"1"]


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"SSH-2.0\r\n\r\n"],
    ids=["nothing", "half an answer", "no HTTP"],
)
async def test_what_is_no_answer_is_web_out_of_reach(start: Start, said: bytes) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await read(reader))
        writer.write(said)
        writer.close()

    web = await start(serve)
    async with bounded():
        with pytest.raises(WebUnavailable):
            await web.post("/internal/ingests", b"{}")

    assert asked == [b"{}"]
