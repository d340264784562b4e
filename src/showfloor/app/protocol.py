"""What uvicorn leaves open, bounded where the bytes arrive: how long and how large a request's head
may be, how slowly it may come, how many connections there may be (decision 0010).

nginx does the same in front (deploy/nginx.conf); this holds where nothing stands in front.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from showfloor.app.uploads import upload_at
from showfloor.kit.network import ConnectionLimit

HEAD_WITHIN = 10.0
"""Seconds for the head of a request, from the end of the answer before; blank lines and drops of
bytes do not renew them.
"""
REQUEST_WITHIN = 20.0
"""Seconds for the whole request, from its complete head, where it is no upload."""
AFTER_UPLOAD = 10.0
"""Seconds beyond an upload's own, so that `middleware` says first, and in words, what is wrong."""
MOST_HEAD = 32 * 1024
"""Bytes of the address and all header fields."""
REFUSALS = {
    400: b"Bad Request",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
}


class BoundedProtocol(HttpToolsProtocol):
    """`connection_limit` is set by `bounded`."""

    connection_limit: ConnectionLimit

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counted: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head_size = 0
        self._refused = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if not self.connection_limit.add(address):
            transport.abort()
            return
        self._counted = address
        self._expect_head(HEAD_WITHIN)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        if self._counted is not None:
            self.connection_limit.remove(self._counted)
            self._counted = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused or self._counted is None:
            return
        started_in_head = self._in_head
        super().data_received(data)
        if started_in_head and self._in_head:
            self._head_size += len(data)
            if self._head_size > MOST_HEAD:
                self._refused = 431
        if self._refused:
            self._refuse(self._refused)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_size = 0
        self._refused = self._judge_head()
        if self._refused:
            return
        super().on_headers_complete()
        upload = upload_at(self.scope["method"], self.scope["path"])
        self._start_timer(upload.within + AFTER_UPLOAD if upload else REQUEST_WITHIN)

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_timer()
        if not self._refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # A request whose body nobody read is over, too; what follows is its rest or another head.
        self._expect_head(self.timeout_keep_alive + HEAD_WITHIN)

    def _judge_head(self) -> int:
        """The status that refuses this head; 0 when it may go on."""
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MOST_HEAD:
            return 431
        hosts = sum(name == b"host" for name, _ in self.headers)
        # RFC 9112 §3.2: exactly one, but HTTP/1.0 had none.
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            return 400
        return 0

    def _refuse(self, status: int) -> None:
        if self.transport.is_closing():
            return
        reason = REFUSALS[status]
        head = b"HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
        self.transport.write(head % (status, reason, len(reason)))
        self.transport.write(b"Connection: close\r\n\r\n" + reason)
        self.transport.close()

    def _expect_head(self, seconds: float) -> None:
        self._in_head = True
        self._head_size = 0
        if self.cycle is None or self.cycle.response_complete:
            self._start_timer(seconds)

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        """An idle connection ends without a word, a request that dawdles with 408."""
        answering = self.cycle is not None and self.cycle.response_started
        unanswered = not answering or self.cycle.response_complete
        if unanswered and (self._head_size or not self._in_head):
            self._refuse(408)
        else:
            self.transport.close()


def bounded(limit: ConnectionLimit) -> type[BoundedProtocol]:
    """uvicorn makes the protocol itself, so the class carries what all connections share."""
    return type("Bounded", (BoundedProtocol,), {"connection_limit": limit})
