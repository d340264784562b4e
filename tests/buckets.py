"""An S3-compatible server, and servers that are wrong in the ways that such a service can be."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.ports import free_ports
from tests.waiting import BOUND

KEY_ID, SECRET = "AKIDOFATEST", "secret-of-a-test-that-nobody-may-read"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_REGION": "us-east-1",
}


@contextlib.contextmanager
def moto() -> Iterator[str]:
    """Its address; it knows no bucket."""
    port = free_ports(1)
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        assert server.stderr is not None
        # Werkzeug says so once it listens.
        for line in server.stderr:
            if b"Running on" in line:
                break
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait(BOUND)


def make_bucket(endpoint: str, name: str) -> None:
    asked = urllib.request.Request(f"{endpoint}/{name}", method="PUT")
    urllib.request.urlopen(asked, timeout=BOUND).close()


@contextlib.contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    """Answers every request so, and quotes the key as S3 does."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = f"<Error><Code>{code}</Code><AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId></Error>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_DELETE = do_POST = do_PUT  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(BOUND)


@contextlib.contextmanager
def silent() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class Stalling:
    """A way to a store on which, after so many bytes, nothing moves any more: whoever uploads over
    it is in the middle.
    """

    def __init__(self, store: str, most: int) -> None:
        self._store, self._left = store, most
        self._lines: list[socket.socket] = []
        self._counting = threading.Lock()
        self.stalled = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        host, _, port = self._store.removeprefix("http://").partition(":")
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection((host, int(port)))
                self._lines += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                with self._counting:
                    self._left -= len(data)
                    if self._left < 0:
                        self.stalled.set()
                        return
                to.sendall(data)

    def close(self) -> None:
        for line in (self._listener, *self._lines):
            line.close()


@contextlib.contextmanager
def stalling(store: str, most: int) -> Iterator[Stalling]:
    """`most` bytes reach `store`, or come from it."""
    way = Stalling(store, most)
    try:
        yield way
    finally:
        way.close()
