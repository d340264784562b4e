"""One publisher's connection: from the first byte to the last, with every clock that can run out on
it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from typing import cast

from showfloor.kit import clock
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.pool import ConnectionPool
from showfloor.streaming.ports import (
    TOO_MANY_PUBLISHERS,
    LetGo,
    MediaSink,
    PublishAuthorizer,
    PublishRefused,
)
from showfloor.streaming.rtmp import amf, chunks, media, messages, names
from showfloor.streaming.rtmp.handshake import Handshake, NotRtmp

log = logging.getLogger("showfloor.streaming.rtmp")

MESSAGE_LIMIT = 64 << 10
"""Commands are decoded in one go, so they stay small for a publisher, too."""
MEDIA_LIMIT = 8 << 20
"""A key frame of 8 MB would be 500 Mbit/s at 60 fps."""
_LINGER_SECONDS = 0.5
"""A refusal must reach the encoder before the connection closes, or the host sees a network error
instead of the reason.
"""
_SOUND_BYTES = 1200
"""More than a packet of sound."""
_SHORT_WAIT = 64
"""A reciprocal of seconds: 16 ms."""
_MOST_AWAITED = 64 << 10


class RtmpSession(asyncio.Protocol):
    """A bare protocol: bytes in, media to the sink. Anything malformed closes the connection and is
    one log line.

    A publisher may stop and publish again on the same connection, one stream at a time.

    Waking up costs more than what is done with a packet, so the kernel is asked to wake us when the
    rest of a message has come, and not for a packet of sound alone (`_await_bytes`).

    Log lines do not say where a publisher connects from: that is a camera at somebody's home.
    """

    def __init__(
        self, config: StreamingConfig, authorizer: PublishAuthorizer, pool: ConnectionPool
    ) -> None:
        self._config = config
        self._authorizer = authorizer
        self._pool = pool
        self._handshake: Handshake | None = Handshake()
        self._reader = chunks.ChunkReader(MESSAGE_LIMIT)
        self._messages: Iterator[chunks.Message] = iter(())
        self._app = ""
        self._sink: MediaSink | None = None
        self._admission: asyncio.Task[None] | None = None
        self._deciding = self._refused = self._announced = False
        self._received = self._acknowledged = self._checked = 0
        self._window = messages.WINDOW

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._pool.add(self, (transport.get_extra_info("peername") or ("",))[0])
        self._idle_since = self._heard = clock.monotonic()
        """Since when nothing is published."""
        self._awaited = self._least_awaited = 1

    def connection_lost(self, error: Exception | None) -> None:
        self._pool.remove(self)
        if self._admission is not None:
            self._admission.cancel()
        self._drop_sink()

    def data_received(self, data: bytes) -> None:
        self._heard = clock.monotonic()
        self._guard(self._take, data)

    def pause_writing(self) -> None:
        """The peer reads no answers, so they would pile up; a publisher's are a few bytes a
        second.
        """
        log.info("rtmp closed reason=%s", "does not read")
        self.abort()

    def close(self, reason: LetGo) -> None:
        """Let go of the publisher: its show ended, its key was replaced, or a newer publisher took
        over.
        """
        self._drop_sink()
        if not self._transport.is_closing():
            self._transport.write(
                messages.status(
                    1,
                    "status",
                    "NetStream.Unpublish.Success",
                    f"{reason.value}: {reason.detail}",
                )
            )
            self._close_soon()

    def check(self) -> None:
        """Once a second: close the connection when it has been silent for too long."""
        now = clock.monotonic()
        publishing = self._sink is not None
        patience = (
            self._config.publish_seconds
            if self._handshake is None
            else self._config.handshake_seconds
        )
        if now - self._heard > self._config.idle_seconds or (
            not publishing and now - self._idle_since > patience
        ):
            log.info("rtmp closed reason=%s", "silent" if publishing else "did not publish in time")
            self.abort()
            return
        rate, self._checked = self._received - self._checked, self._received
        self._least_awaited = max(1, min(rate // _SHORT_WAIT, _SOUND_BYTES))
        self._await_bytes(self._least_awaited)

    def _await_bytes(self, count: int) -> None:
        """Have the kernel wake us for so many bytes (SO_RCVLOWAT), or when the peer is gone.

        What an encoder that stops sends last may be less; `check` takes it after a second.
        """
        if count != self._awaited:
            self._awaited = count
            endpoint: socket.socket = self._transport.get_extra_info("socket")
            with contextlib.suppress(OSError):
                endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)

    def _guard(self, step: Callable[..., None], *arguments: object) -> None:
        try:
            step(*arguments)
        except (NotRtmp, chunks.ChunkError, amf.AmfError) as problem:
            log.info("rtmp closed reason=%s", problem)
            self._drop_sink("stream_unreadable")
            self.abort()
        except Exception:
            # Whatever else a stranger's bytes provoke must end here: one connection, never the
            # process.
            log.exception("rtmp failed")
            self.abort()

    def _take(self, data: bytes) -> None:
        self._received += len(data)
        if self._handshake is not None:
            reply, rest = self._handshake.feed(data)
            if reply:
                self._transport.write(reply)
            if rest is None:
                return
            self._handshake = None
            data = rest
        self._messages = self._reader.feed(data)
        self._read_on()

    def _read_on(self) -> None:
        """Handle what has come.

        A hasty publisher's media stays in the reader while web decides about it.
        """
        for message in self._messages:
            if self._sink is not None and media.hand_on(message, self._sink):
                continue
            self._handle(message)
            if self._deciding or self._transport.is_closing():
                return
        if self._received - self._acknowledged >= self._window:
            self._acknowledged = self._received
            self._transport.write(messages.acknowledgement(self._received))
        if self._sink is not None:
            missing = min(self._reader.missing, _MOST_AWAITED)
            self._await_bytes(max(missing, self._least_awaited))

    def _handle(self, message: chunks.Message) -> None:
        match message.kind:
            case messages.COMMAND:
                self._command(message.stream, message.payload)
            case messages.COMMAND_AMF3:
                self._command(message.stream, message.payload[1:])
            case messages.WINDOW_SIZE if len(message.payload) >= 4:
                # A tiny window would have us answer every byte.
                self._window = max(int.from_bytes(message.payload[:4], "big"), 1 << 16)
            case messages.USER_CONTROL:
                answer = messages.pong(message.payload)
                if answer is not None:
                    self._transport.write(answer)

    def _command(self, stream: int, payload: bytes | bytearray) -> None:
        command = amf.decode_command(payload)
        if command is None:
            if self._sink is None:
                raise amf.AmfError("a command without a name")
            return
        name, transaction, arguments = command
        if not self._announced:
            # Here and not in the answer to `connect`, which some peers leave out.
            self._announced = True
            self._transport.write(messages.announce_chunk_size())
        match name:
            case "connect":
                details = arguments[0] if arguments else None
                app = details.get("app") if isinstance(details, dict) else None
                self._app = app if isinstance(app, str) else ""
                self._transport.write(messages.welcome(transaction))
            case "createStream":
                self._transport.write(messages.result(transaction, None, 1.0))
            case "releaseStream" | "FCPublish" | "_checkbw":
                self._transport.write(messages.result(transaction, None, None))
            case "publish":
                self._publish(stream, arguments)
            case "play":
                self._fail(
                    stream,
                    "NetStream.Play.Failed",
                    "play: Watch by HLS; this port only takes publishers.",
                )
            case "FCUnpublish" | "deleteStream" | "closeStream" if self._sink is not None:
                self._unpublish(stream)

    def _unpublish(self, stream: int) -> None:
        """The publisher has stopped, and may publish again."""
        self._drop_sink()
        self._idle_since = clock.monotonic()
        self._least_awaited = 1
        self._await_bytes(1)
        self._transport.write(
            messages.status(stream, "status", "NetStream.Unpublish.Success", "Stopped.")
        )

    def _publish(self, stream: int, arguments: list[amf.Value]) -> None:
        if self._refused:
            return
        if self._sink is not None:
            self._transport.write(
                messages.status(
                    stream,
                    "error",
                    "NetStream.Publish.BadName",
                    "publishing_already: Open another connection for another stream.",
                )
            )
            return
        text = arguments[1] if len(arguments) > 1 else None
        key = names.read_key(self._app, text if isinstance(text, str) else "")
        # Nothing is read while web decides, so all but the read under way waits in the publisher's
        # own socket buffer.
        self._transport.pause_reading()
        self._deciding = True
        self._admission = asyncio.get_running_loop().create_task(self._admit(stream, key))

    async def _admit(self, stream: int, key: str) -> None:
        try:
            sink = await self._authorizer.authorize(key, self.close)
        except PublishRefused as refusal:
            log.info("rtmp publish refused code=%s", refusal.code)
            self._refuse(stream, refusal)
            return
        except Exception:
            log.exception("rtmp admission failed")
            self.abort()
            return
        if self._transport.is_closing():
            sink.closed()
            return
        if not self._pool.admit(self):
            sink.closed()
            log.warning("rtmp publish refused, too many publishers=%d", self._config.max_publishers)
            self._refuse(stream, TOO_MANY_PUBLISHERS)
            return
        self._sink = sink
        self._deciding = False
        self._heard = clock.monotonic()
        self._reader.media_limit = MEDIA_LIMIT
        self._transport.write(
            messages.stream_begin(stream or 1)
            + messages.status(stream, "status", "NetStream.Publish.Start", "Publishing.")
        )
        self._guard(self._read_on)
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _refuse(self, stream: int, refusal: PublishRefused) -> None:
        self._refused = True
        status = "NetStream.Publish.Failed" if refusal.temporary else "NetStream.Publish.BadName"
        self._fail(stream, status, f"{refusal.code}: {refusal.detail}")

    def _fail(self, stream: int, status: str, description: str) -> None:
        if not self._transport.is_closing():
            self._transport.write(messages.status(stream, "error", status, description))
            self._close_soon()

    def _close_soon(self) -> None:
        # `check` must not close it before the peer has read why.
        self._idle_since = clock.monotonic()
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.close)

    def _drop_sink(self, problem: str | None = None) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.closed(problem)

    def abort(self) -> None:
        """Close at once, without an answer."""
        self._transport.abort()
