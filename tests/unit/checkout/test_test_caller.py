"""How the provider `test` calls back: one kept connection, and no harm when nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from showfloor.checkout.adapters.test_caller import TestCaller
from tests.waiting import bounded, until


class Shop:
    """The shop's callback address: takes requests, answers what the test says."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.answers: list[bytes | None] = []
        """The next answers; None hangs up instead. Without any it is 204."""
        self.writers: list[asyncio.StreamWriter] = []
        self.silent = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        while head := await _head(reader):
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            self.requests.append(head + await reader.readexactly(length))
            if self.silent:
                continue
            answer = (
                self.answers.pop(0)
                if self.answers
                else b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"
            )
            if answer is None:
                break
            writer.write(answer)
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


@pytest.fixture
async def shop() -> AsyncIterator[tuple[Shop, TestCaller]]:
    shop = Shop()
    server = await asyncio.start_server(shop.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    caller = TestCaller(f"http://127.0.0.1:{port}/api/v1/payments/test/callback")
    caller.timeout = 3600.0
    yield shop, caller
    caller.close()
    server.close()


async def test_callback_is_a_whole_request(shop: tuple[Shop, TestCaller]) -> None:
    there, caller = shop

    async with bounded():
        assert await caller.post("{«1»}".encode(), {"webhook-id": "msg_1"})

    (request,) = there.requests
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /api/v1/payments/test/callback HTTP/1.1"
    assert lines[1].startswith(b"host: 127.0.0.1:")
    assert b"webhook-id: msg_1" in lines and b"content-length: 7" in lines
    assert body == "{«1»}".encode()


async def test_connection_is_kept_for_the_next_callback(shop: tuple[Shop, TestCaller]) -> None:
    there, caller = shop

    async with bounded():
        for number in range(3):
            assert await caller.post(b"%d" % number, {})

    assert (len(there.requests), there.connections) == (3, 1)


async def test_callbacks_at_once_do_not_mix(shop: tuple[Shop, TestCaller]) -> None:
    there, caller = shop

    async with bounded():
        assert await asyncio.gather(*(caller.post(b"%d" % n, {}) for n in range(5))) == [True] * 5

    assert sorted(request[-1:] for request in there.requests) == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize(
    ("status", "taken"),
    [("200 OK", True), ("204 No Content", True), ("400 Bad Request", False), ("500 Oh", False)],
)
async def test_only_a_good_answer_counts_as_taken(
    shop: tuple[Shop, TestCaller], status: str, taken: bool
) -> None:
    there, caller = shop
    there.answers = [f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok".encode()]

    async with bounded():
        assert await caller.post(b"x", {}) is taken
        assert await caller.post(b"y", {})

    assert there.connections == 1, "what was answered is read to its end"


async def test_connection_that_the_shop_closes_is_not_used_again(
    shop: tuple[Shop, TestCaller],
) -> None:
    there, caller = shop
    there.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]

    async with bounded():
        assert await caller.post(b"x", {}) and await caller.post(b"y", {})

    assert there.connections == 2


async def test_shop_that_hung_up_meanwhile_is_called_anew(shop: tuple[Shop, TestCaller]) -> None:
    there, caller = shop
    async with bounded():
        assert await caller.post(b"x", {})
    there.writers[0].close()
    await until(lambda: caller._idle[0][0].at_eof())

    async with bounded():
        assert await caller.post(b"y", {})

    assert there.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ],
    ids=["hangs up", "no length", "no number"],
)
async def test_answer_that_is_none_is_not_taken(
    shop: tuple[Shop, TestCaller], answer: bytes | None
) -> None:
    there, caller = shop
    there.answers = [answer]

    async with bounded():
        assert not await caller.post(b"x", {})
        assert await caller.post(b"y", {})


async def test_shop_that_never_answers_is_given_up(shop: tuple[Shop, TestCaller]) -> None:
    there, caller = shop
    there.silent = True
    caller.timeout = 0.01

    async with bounded():
        assert not await caller.post(b"x", {})


async def test_shop_that_is_not_there_takes_nothing() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()

    async with bounded():
        assert not await TestCaller(f"http://127.0.0.1:{port}/x").post(b"x", {})
