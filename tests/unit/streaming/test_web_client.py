"""How the media server asks web: one short request, and one kind of failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from showfloor.streaming.control.web_client import WebClient, WebUnavailable
from tests.ports import free_ports
from tests.waiting import bounded


class Web:
    """The web process's port: keeps requests, answers what the test says, then hangs up."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[bytes] = []
        self.answer = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"]
        self.stays = False
        self.over = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r")[0])
        self.requests.append(head + await reader.readexactly(length))
        for piece in self.answer:
            writer.write(piece)
            await writer.drain()
        if self.stays:
            await reader.read()
        self.over.set()
        writer.close()

    def client(self, prefix: str = "", timeout: float = 3600.0) -> WebClient:
        return WebClient(f"http://127.0.0.1:{self.port}{prefix}", "t" * 32, timeout)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    made = Web()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


async def test_request_is_whole_and_carries_the_token(web: Web) -> None:
    async with bounded():
        answer = await web.client().post("/internal/publish", '{"key":"«»"}'.encode())

    assert answer == (200, b"{}")
    head, _, body = web.requests[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /internal/publish HTTP/1.1",
        f"Host: 127.0.0.1:{web.port}".encode(),
        b"Authorization: Bearer " + b"t" * 32,
        b"Content-Type: application/json",
        b"Content-Length: 14",
    ]
    assert body == '{"key":"«»"}'.encode()


@pytest.mark.parametrize("prefix", ["/inner", "/inner/"])
async def test_path_of_the_address_stands_in_front(web: Web, prefix: str) -> None:
    async with bounded():
        await web.client(prefix).post("/internal/publish", b"{}")

    assert web.requests[0].startswith(b"POST /inner/internal/publish HTTP/1.1\r\n")


@pytest.mark.parametrize("status", [200, 204, 403, 500, 503])
async def test_every_status_is_the_caller_s_to_judge(web: Web, status: int) -> None:
    web.answer = [f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n".encode()]

    async with bounded():
        assert await web.client().post("/x", b"{}") == (status, b"")


async def test_answer_may_come_in_pieces_and_chunks(web: Web) -> None:
    web.answer = [
        b"HTTP/1.1 200 OK\r\nTransfer-Enco",
        b"ding: chunked\r\n\r\n3\r\nabc\r\n",
        b"2\r\nde\r\n0\r\n\r\n",
    ]

    async with bounded():
        assert await web.client().post("/x", b"{}") == (200, b"abcde")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "EOFError"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"], "EOFError"),
        ([b"SSH-2.0-OpenSSH_9.2\r\n"], "HttpParserInvalidStatusError"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", bytes(5 << 20)], "EOFError"),
    ],
    ids=["hangs up", "half", "no HTTP", "endless"],
)
async def test_answer_that_is_none_means_that_web_is_away(
    web: Web, answer: list[bytes], reason: str
) -> None:
    web.answer = answer

    with pytest.raises(WebUnavailable) as away:
        async with bounded():
            await web.client().post("/x", b'{"stream_key": "sk_secret"}')

    assert "sk_secret" not in str(away.value) and "127.0.0.1" not in str(away.value)
    assert str(away.value).startswith(reason[:4])


async def test_web_that_does_not_answer_in_time_is_away_and_let_go(web: Web) -> None:
    web.answer, web.stays = [], True

    with pytest.raises(WebUnavailable, match="TimeoutError"):
        # waits: the deadline is what this test is about
        await web.client(timeout=0.05).post("/x", b"{}")

    async with bounded():
        await web.over.wait()


async def test_web_that_is_not_there_is_away() -> None:
    with pytest.raises(WebUnavailable, match="ConnectionRefusedError"):
        async with bounded():
            await WebClient(f"http://127.0.0.1:{free_ports(1)}", "t", 3600.0).post("/x", b"{}")
