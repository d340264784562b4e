"""One connection to another network's RTMP server, as its publisher (RTMP 1.0 §7.2)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar, cast

from showfloor.kit import clock
from showfloor.kit.addresses import IpNetwork
from showfloor.streaming.push.address import Target, find_addresses, read_target
from showfloor.streaming.push.errors import PushFailed
from showfloor.streaming.push.tags import CHUNK_SIZE
from showfloor.streaming.rtmp import amf, chunks, messages

STEP_SECONDS = 8.0
"""For each of: name and connection, handshake, each answer."""
_HANDSHAKE_SIZE = 1 + 1536 + 1536
_MESSAGE_LIMIT = 64 << 10
_CHATTER_BYTES = 256 << 10
_CHATTER_RATE = 16 << 10
"""A server answers a publisher a few bytes a second; one that sends more than this keeps us busy.
"""
_CONNECT, _CREATE, _PUBLISH = 1.0, 4.0, 5.0
_ADDRESS_SECONDS = 4.0
"""One of several addresses may be out of reach."""
_MOST_ADDRESSES = 4
_LINGER_SECONDS = 3.0
_MOST_WORDS = 200
T = TypeVar("T")
_CONTROL_CHARACTERS = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")


class RtmpClient(asyncio.Protocol):
    """From the first byte to the permission to publish; then a pipe with a known backlog."""

    def __init__(self, key: str, send_buffer: int) -> None:
        self.stream = 1
        self.closed = asyncio.Event()
        self.failure: PushFailed | None = None
        """Why it is closed."""
        self._key = key
        self._send_buffer = send_buffer
        self._greeting: bytearray | None = bytearray()
        self._reader = chunks.ChunkReader(_MESSAGE_LIMIT)
        self._received = 0
        self._greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers: dict[float, asyncio.Future[list[amf.Value]]] = {}

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        endpoint: socket.socket | None = transport.get_extra_info("socket")
        if endpoint is not None:
            with contextlib.suppress(OSError):
                endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
        self._since = clock.monotonic()
        self._transport.write(b"\3" + bytes(8) + os.urandom(1528))

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        allowed = _CHATTER_BYTES + _CHATTER_RATE * (clock.monotonic() - self._since)
        if self._received > allowed:
            self.fail(PushFailed("not_rtmp"))
            return
        try:
            self._take(data)
        except (chunks.ChunkError, amf.AmfError):
            self.fail(PushFailed("not_rtmp"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail_waiting(PushFailed("closed"))

    # Towards the destination

    async def publish(self, target: Target) -> None:
        """Until the server takes media; raises PushFailed."""
        await self._answer(self._greeted)
        self._transport.write(
            chunks.write(2, chunks.SET_CHUNK_SIZE, 0, CHUNK_SIZE.to_bytes(4, "big"))
        )
        app = {
            "app": target.app,
            "type": "nonprivate",
            "flashVer": "FMLE/3.0 (compatible; Showfloor)",
            "tcUrl": target.url,
        }
        await self._call(_CONNECT, "connect", app)
        # Some servers want these two; their answers mean nothing.
        self._command(0, "releaseStream", 2.0, None, self._key)
        self._command(0, "FCPublish", 3.0, None, self._key)
        created = await self._call(_CREATE, "createStream", None)
        number = created[-1] if created else None
        if isinstance(number, float) and 0 < number < 1 << 31:
            self.stream = int(number)
        try:
            await self._call(_PUBLISH, "publish", None, self._key, "live", stream=self.stream)
        except PushFailed as problem:
            # Several servers answer a wrong key by closing the connection.
            by_key = problem.code in ("closed", "refused")
            raise PushFailed("key_refused" if by_key else problem.code, problem.detail) from None

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    @property
    def backlog(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self._transport.get_write_buffer_size()

    def finish(self) -> None:
        """The show is over here: say so, and close when that is sent."""
        if not self._transport.is_closing():
            self._command(0, "FCUnpublish", 6.0, None, self._key)
            self._command(0, "deleteStream", 7.0, None, float(self.stream))
            self._transport.close()
            # What a destination does not take must not keep the connection for good.
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.abort)

    def fail(self, problem: PushFailed) -> None:
        """Close at once."""
        self._fail_waiting(problem)
        self._transport.abort()

    def _command(self, stream: int, *values: object) -> None:
        payload = amf.encode(*values)
        self._transport.write(
            chunks.write(3, messages.COMMAND, stream, payload, chunk_size=CHUNK_SIZE)
        )

    async def _call(
        self, transaction: float, name: str, *values: object, stream: int = 0
    ) -> list[amf.Value]:
        answer = self._answers[transaction] = asyncio.get_running_loop().create_future()
        self._command(stream, name, transaction, *values)
        try:
            return await self._answer(answer)
        finally:
            del self._answers[transaction]

    async def _answer(self, answer: asyncio.Future[T]) -> T:
        if self.failure is not None:
            raise self.failure
        try:
            async with asyncio.timeout(STEP_SECONDS):
                return await answer
        except TimeoutError:
            raise PushFailed("no_answer") from None

    # From the destination

    def _take(self, data: bytes) -> None:
        if self._greeting is not None:
            self._greeting += data
            if self._greeting[0] != 3:
                raise chunks.ChunkError("no RTMP version")
            if len(self._greeting) < _HANDSHAKE_SIZE:
                return
            self._transport.write(bytes(self._greeting[1:1537]))
            data = bytes(self._greeting[_HANDSHAKE_SIZE:])
            self._greeting = None
            if not self._greeted.done():
                self._greeted.set_result(None)
        for message in self._reader.feed(data):
            if message.kind == messages.COMMAND:
                self._take_command(amf.decode_command(message.payload))
            elif message.kind == messages.COMMAND_AMF3:
                self._take_command(amf.decode_command(message.payload[1:]))
            elif message.kind == messages.USER_CONTROL:
                answer = messages.pong(message.payload)
                if answer is not None:
                    self._transport.write(answer)

    def _take_command(self, command: amf.Command | None) -> None:
        if command is None:
            return
        match command.name:
            case "_result" | "_error" if isinstance(command.transaction, float):
                self._settle(command.transaction, command.name == "_error", command.arguments)
            case "onStatus":
                status = command.arguments[-1] if command.arguments else None
                level = status.get("level") if isinstance(status, dict) else None
                if _PUBLISH in self._answers:
                    self._settle(_PUBLISH, level == "error", command.arguments)
                elif level == "error":
                    self.fail(PushFailed("refused", self._words(command.arguments)))
            case "close":
                self.fail(PushFailed("closed"))

    def _settle(self, transaction: float, refused: bool, arguments: list[amf.Value]) -> None:
        waiting = self._answers.get(transaction)
        if waiting is None or waiting.done():
            return
        if refused:
            waiting.set_exception(PushFailed("refused", self._words(arguments)))
        else:
            waiting.set_result(arguments)

    def _words(self, arguments: list[amf.Value]) -> str:
        """What the server says about a refusal, for the host: its text without our key."""
        about = arguments[-1] if arguments else None
        if not isinstance(about, dict):
            return ""
        said = [about.get("code"), about.get("description")]
        text = ": ".join(word for word in said if isinstance(word, str) and word)
        if self._key:
            text = text.replace(self._key, "…")
        return _CONTROL_CHARACTERS.sub(" ", text)[:_MOST_WORDS]

    def _fail_waiting(self, problem: PushFailed) -> None:
        if self.failure is None:
            self.failure = problem
        self.closed.set()
        _fail(self._greeted, self.failure)
        for waiting in self._answers.values():
            _fail(waiting, self.failure)


def _fail(waiting: asyncio.Future[T], problem: PushFailed) -> None:
    if not waiting.done():
        waiting.set_exception(problem)
        # Read here, so that a failure that nobody waits for is no error in the log.
        waiting.exception()


async def connect(
    url: str,
    key: str,
    *,
    allowed: tuple[IpNetwork, ...],
    trust: Callable[[], ssl.SSLContext],
    send_buffer: int,
) -> RtmpClient:
    """A connection that takes media; raises PushFailed.

    `trust` makes the TLS context. `send_buffer` bounds the kernel's: without, it takes megabytes
    that a slow destination gets far too late.
    """
    target = read_target(url)
    context = await asyncio.to_thread(trust) if target.secure else None
    try:
        async with asyncio.timeout(STEP_SECONDS):
            addresses = await find_addresses(target, allowed)
    except TimeoutError:
        raise PushFailed("unreachable") from None
    client = await _connect_to_first(
        lambda: RtmpClient(key, send_buffer), target, addresses[:_MOST_ADDRESSES], context
    )
    try:
        await client.publish(target)
    except BaseException as problem:
        client.fail(problem if isinstance(problem, PushFailed) else PushFailed("closed"))
        raise
    return client


async def _connect_to_first(
    make: Callable[[], RtmpClient],
    target: Target,
    addresses: list[str],
    context: ssl.SSLContext | None,
) -> RtmpClient:
    for address in addresses:
        try:
            async with asyncio.timeout(_ADDRESS_SECONDS):
                _, client = await asyncio.get_running_loop().create_connection(
                    make,
                    address,
                    target.port,
                    ssl=context,
                    # The certificate is for the name, not for the address that it has now.
                    server_hostname=target.host if context is not None else None,
                )
        except ssl.SSLCertVerificationError:
            raise PushFailed("certificate_invalid") from None
        except ssl.SSLError:
            raise PushFailed("tls_failed") from None
        except (OSError, TimeoutError):
            continue
        return client
    raise PushFailed("unreachable")
