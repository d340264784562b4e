"""A stream key is no part of a command line, which everybody on the machine sees, and ffmpeg takes
the address from nowhere else. So it publishes to this relay under a name that opens nothing, and
the relay writes the key in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

PIECE = 64 * 1024
COMMANDS = 3
"""releaseStream, FCPublish and publish name the stream, each in one chunk: they are shorter than
the 128 bytes of RTMP's first chunks (RTMP 1.0 §5.4.1).
"""


@asynccontextmanager
async def key_relay(rtmp_url: str, stream_key: str) -> AsyncIterator[str]:
    """The address for ffmpeg while the block runs."""
    target = urlsplit(rtmp_url)
    placeholder = "x" * len(stream_key)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(target.hostname, target.port or 1935)
        forth = _replace(reader, back, placeholder.encode(), stream_key.encode())
        await asyncio.gather(forth, _pass_on(there, writer), return_exceptions=True)

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"rtmp://127.0.0.1:{port}{target.path}/{placeholder}"
    finally:
        server.close()


async def _replace(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, old: bytes, new: bytes
) -> None:
    """Pass on with the first occurrences replaced; what could be the beginning of one waits."""
    held, left = b"", COMMANDS
    with contextlib.suppress(OSError):
        while left and (piece := await reader.read(PIECE)):
            held += piece
            found = min(left, held.count(old))
            left -= found
            held = held.replace(old, new, found)
            waiting = _beginning_at_end(held, old) if left else 0
            writer.write(held[: len(held) - waiting])
            held = held[len(held) - waiting :]
            await writer.drain()
        writer.write(held)
        await _pass_on(reader, writer)
    writer.close()


def _beginning_at_end(data: bytes, old: bytes) -> int:
    """How many bytes at the end of the data could be the beginning of `old`."""
    return next((size for size in range(len(old) - 1, 0, -1) if data.endswith(old[:size])), 0)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()
