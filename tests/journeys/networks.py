"""Each visitor comes from an address of its own, as people do: a SOCKS5 server (RFC 1928) for each
browser profile connects to the installation from one address of 127.0.0.0/8.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from asyncio import StreamReader, StreamWriter

_NO_AUTHENTICATION, _CONNECT, _IPV4, _NAME = 0, 1, 1, 3
_SUCCEEDED = b"\5\0\0\1" + bytes(6)


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _requested_port(reader: StreamReader, writer: StreamWriter) -> int:
    """The port that the browser asks for; every host name means this machine."""
    _version, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(bytes((5, _NO_AUTHENTICATION)))
    _version, command, _reserved, kind = await reader.readexactly(4)
    assert command == _CONNECT
    assert kind in (_IPV4, _NAME)
    await reader.readexactly(4 if kind == _IPV4 else (await reader.readexactly(1))[0])
    return int.from_bytes(await reader.readexactly(2), "big")


class Networks:
    """The SOCKS servers of all visitors of a run, in one thread that ends with the run."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._numbers = itertools.count(1)
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def new(self) -> str:
        """The URL of a SOCKS server that connects from an address which is nobody else's."""
        number = next(self._numbers)
        address = f"127.1.{number // 250}.{number % 250 + 1}"
        return asyncio.run_coroutine_threadsafe(self._listen(address), self._loop).result()

    async def _listen(self, address: str) -> str:
        async def serve(reader: StreamReader, writer: StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                port = await _requested_port(reader, writer)
                answers, requests = await asyncio.open_connection(
                    "127.0.0.1", port, local_addr=(address, 0)
                )
                writer.write(_SUCCEEDED)
                await asyncio.gather(_copy(reader, requests), _copy(answers, writer))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        return f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}"
