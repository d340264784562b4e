"""One publisher's WebSocket (RFC 6455): from the upgrade request to the last frame."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import cast

from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from showfloor.kit import clock
from showfloor.kit import publishing as packets
from showfloor.kit.network import Proxies
from showfloor.kit.publishing import Codec, Unreadable
from showfloor.streaming.codecs.annexb import to_length_prefixed
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.pool import ConnectionPool
from showfloor.streaming.ports import (
    TOO_MANY_PUBLISHERS,
    AudioFrame,
    LetGo,
    MediaSink,
    PublishAuthorizer,
    PublishRefused,
    VideoFrame,
)
from showfloor.streaming.sound.lane import CONFIG, OpusLane, prepare

log = logging.getLogger("showfloor.streaming.websocket")
_quiet = logging.getLogger("showfloor.streaming.websocket.frames")
_quiet.setLevel(logging.CRITICAL)
"""The library's own lines; ours say what it would."""

_SUBPROTOCOL = Subprotocol(packets.SUBPROTOCOL)
_WRAP = 1 << 32
_UNPROVEN_LIMIT = 32 << 10
"""Bytes of a peer without a valid key: a browser's upgrade request and a hello are 5 kB."""
_RECEIPT_SECONDS = 0.25
_LINGER_SECONDS = 0.5
"""The reason must reach the publisher before the connection closes."""
_REFUSED, _LET_GO, _UNREADABLE = 4003, 4000, 4002
"""Close codes of the private range (RFC 6455 §7.4.2)."""
_KEY_IN_ADDRESS = PublishRefused(
    "key_in_address",
    "A key in an address ends up in logs. Send it in the first message.",
)


class WebSocketSession(asyncio.Protocol):
    """A bare protocol, as RtmpSession; the library reads frames, and nothing here trusts them.

    Anything malformed closes the connection with a code, a sentence and one log line. Log lines do
    not say where a publisher connects from.
    """

    def __init__(
        self,
        config: StreamingConfig,
        authorizer: PublishAuthorizer,
        pool: ConnectionPool,
        proxies: Proxies,
    ) -> None:
        self._config = config
        self._authorizer = authorizer
        self._pool = pool
        self._proxies = proxies
        self._frames = ServerProtocol(
            subprotocols=[_SUBPROTOCOL], max_size=packets.MEDIA_LIMIT, logger=_quiet
        )
        self._message: bytearray | bytes = b""
        self._is_binary = True
        self._sink: MediaSink | None = None
        self._lane: OpusLane | None = None
        self._admission: asyncio.Task[None] | None = None
        self._deciding = False
        self._unproven = 0
        """Bytes before the publisher was admitted."""
        self._receipt_at = 0.0

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._address: str = (transport.get_extra_info("peername") or ("",))[0]
        self._pool.add(self, self._address)
        self._began = self._heard = clock.monotonic()

    def data_received(self, data: bytes) -> None:
        self._heard = clock.monotonic()
        if self._transport.is_closing():
            return
        if self._sink is None:
            self._unproven += len(data)
            if self._unproven > _UNPROVEN_LIMIT:
                log.info("websocket closed reason=too much before a key")
                self.abort()
                return
        try:
            self._frames.receive_data(data)
            for event in self._frames.events_received():
                if isinstance(event, Request):
                    self._open(event)
                elif isinstance(event, Frame) and self._frames.state is State.OPEN:
                    self._take(event)
            self._flush()
        except Unreadable as problem:
            self._unreadable(problem.detail)
        except Exception:
            # Whatever else a stranger's bytes provoke must end here: one connection, never the
            # process.
            log.exception("websocket failed")
            self.abort()

    def eof_received(self) -> None:
        self._drop_sink()

    def connection_lost(self, error: Exception | None) -> None:
        self._pool.remove(self)
        if self._admission is not None:
            self._admission.cancel()
        self._drop_sink()

    # The pool

    def check(self) -> None:
        """Once a second: close the connection when it has been silent for too long."""
        now = clock.monotonic()
        publishing = self._sink is not None
        if now - self._heard > self._config.idle_seconds or (
            not publishing and now - self._began > self._config.publish_seconds
        ):
            log.info(
                "websocket closed reason=%s", "silent" if publishing else "did not publish in time"
            )
            self.abort()

    def abort(self) -> None:
        """Close at once, without a word."""
        self._drop_sink()
        self._transport.abort()

    def close(self, reason: LetGo) -> None:
        """Let go of the publisher."""
        self._drop_sink()
        self._end(_LET_GO, "closed", reason.value, reason.detail)

    # Frames

    def _open(self, request: Request) -> None:
        self._count_by_client(request)
        response = self._frames.accept(request)
        self._frames.send_response(response)
        if "?" in request.path and self._frames.state is State.OPEN:
            self._refuse(_KEY_IN_ADDRESS)

    def _count_by_client(self, request: Request) -> None:
        """Behind a proxy of the operator's the client is who the proxy says it is."""
        forwarded = request.headers.get_all("X-Forwarded-For")
        client = forwarded[-1].rpartition(",")[2].strip() if forwarded else ""
        if client and self._address in self._proxies:
            self._pool.remove(self)
            self._pool.add(self, client)

    def _take(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._is_binary = frame.opcode is Opcode.BINARY
            self._message = bytes(frame.data)
        elif frame.opcode is Opcode.CONT:
            if not isinstance(self._message, bytearray):
                self._message = bytearray(self._message)
            self._message += frame.data
        else:
            return
        if not frame.fin:
            return
        message, self._message = self._message, b""
        if not self._is_binary:
            raise Unreadable("Messages of a publisher are binary.")
        if self._sink is not None:
            self._hand_on(packets.read(message), self._sink)
        elif self._deciding:
            raise Unreadable('Wait for {"type": "accepted"} before sending media.')
        else:
            self._publish(packets.read_hello(message))

    def _flush(self) -> None:
        """Send what the library has to say; after what it cannot read that is a close frame."""
        problem = self._frames.parser_exc
        if isinstance(problem, (WebSocketException, UnicodeDecodeError, EOFError)):
            log.info("websocket closed reason=%s", type(problem).__name__)
            self._drop_sink("stream_unreadable")
        for data in self._frames.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._drop_sink()
                self._transport.close()
                return

    # Publishing

    def _publish(self, hello: packets.Hello) -> None:
        # Nothing is read while web decides, so what comes meanwhile waits in the publisher's own
        # socket buffer.
        self._transport.pause_reading()
        self._deciding = True
        self._admission = asyncio.get_running_loop().create_task(self._admit(hello))

    async def _admit(self, hello: packets.Hello) -> None:
        try:
            if hello.opus:
                await prepare()
            sink = await self._authorizer.authorize(hello.key, self.close)
        except PublishRefused as refusal:
            log.info("websocket publish refused code=%s", refusal.code)
            self._refuse(refusal)
            return
        except Exception:
            log.exception("websocket admission failed")
            self.abort()
            return
        if self._transport.is_closing():
            sink.closed()
            return
        if not self._pool.admit(self):
            sink.closed()
            log.warning("websocket publish refused, too many publishers")
            self._refuse(TOO_MANY_PUBLISHERS)
            return
        self._sink = sink
        self._deciding = False
        self._heard = clock.monotonic()
        self._say(type="accepted")
        self._transport.resume_reading()

    def _hand_on(self, packet: packets.Packet, sink: MediaSink) -> None:
        if isinstance(packet, packets.Video):
            payload = packet.payload
            if packet.annex_b:
                payload = memoryview(to_length_prefixed(bytes(payload)))
            if payload:
                stamp = _milliseconds(packet.stamp)
                sink.video(VideoFrame("h264", stamp, 0, packet.key, payload))
            self._confirm(packet.stamp)
        elif isinstance(packet, packets.Audio):
            self._hand_on_sound(packet, sink)
        elif isinstance(packet, packets.Network):
            sink.network(packet.loss, packet.jitter_ms)
        elif isinstance(packet, packets.VideoConfig):
            sink.configure_video("h264", packet.record)
        elif packet.codec is Codec.AAC:
            sink.configure_audio("aac", packet.record)

    def _hand_on_sound(self, packet: packets.Audio, sink: MediaSink) -> None:
        if packet.codec is Codec.AAC:
            sink.audio(AudioFrame("aac", _milliseconds(packet.stamp), packet.payload))
            return
        if self._lane is None:
            sink.configure_audio("aac", CONFIG)
            self._lane = OpusLane(
                lambda stamp, sound: sink.audio(
                    AudioFrame("aac", _milliseconds(stamp), memoryview(sound))
                ),
            )
        self._lane.add(packet.stamp, bytes(packet.payload))

    def _confirm(self, stamp: int) -> None:
        """Say which picture has arrived: the publisher sees by it how far its uplink is behind."""
        if self._heard - self._receipt_at >= _RECEIPT_SECONDS:
            self._receipt_at = self._heard
            self._say(type="received", stamp=stamp)

    # The end

    def _refuse(self, refusal: PublishRefused) -> None:
        self._end(_REFUSED, "refused", refusal.code, refusal.detail, temporary=refusal.temporary)

    def _unreadable(self, detail: str) -> None:
        log.info("websocket closed reason=%s", detail)
        self._drop_sink("stream_unreadable")
        self._end(_UNREADABLE, "refused", "stream_unreadable", detail, temporary=False)

    def _end(self, number: int, kind: str, code: str, detail: str, **more: bool) -> None:
        if self._frames.state is not State.OPEN or self._transport.is_closing():
            self._transport.close()
            return
        self._say(type=kind, code=code, detail=detail, **more)
        self._frames.send_close(number, code)
        self._flush()
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.close)

    def _say(self, **members: str | int | bool) -> None:
        self._frames.send_text(json.dumps(members).encode())
        self._flush()

    def _drop_sink(self, problem: str | None = None) -> None:
        if self._lane is not None:
            self._lane.close()
            self._lane = None
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.closed(problem)


def _milliseconds(stamp: int) -> int:
    return stamp // 1000 % _WRAP
