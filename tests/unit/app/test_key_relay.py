"""ffmpeg's command line has no key, and the server gets one."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from showfloor.app.demo.key_relay import key_relay
from tests.waiting import bounded

KEY = "sk_abcdefgh"


async def test_key_takes_the_place_of_the_name_in_the_commands_alone() -> None:
    got: asyncio.Queue[bytes] = asyncio.Queue()

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"welcome")
        got.put_nowait(await reader.read())
        writer.close()

    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with bounded(), key_relay(f"rtmp://127.0.0.1:{port}/live", KEY) as address:
        url = urlsplit(address)
        assert KEY not in address and url.path == "/live/" + "x" * len(KEY)
        name = "x" * len(KEY)
        reader, writer = await asyncio.open_connection("127.0.0.1", url.port)
        # Cut in the middle of a name, and a picture that looks like one after the three commands.
        for piece in (f"a{name[:4]}", f"{name[4:]}b{name}c{name}d{name}", "e"):
            writer.write(piece.encode())
            await writer.drain()
            await asyncio.sleep(0)
        assert await reader.readexactly(7) == b"welcome"
        writer.write_eof()
        received = await got.get()
    listening.close()

    assert received == f"a{KEY}b{KEY}c{KEY}d{name}e".encode()
