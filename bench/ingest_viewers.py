"""What waiting viewers cost: blocking playlist reloads answered per CPU second of the streaming
process, and how late they come.

    .venv/bin/python -m bench.ingest_viewers [--viewers 1000 4000] [--seconds 8]

One real-time publisher; every viewer keeps one blocking request open, as hls.js does. The delay is
measured between the first and each later viewer who hears of the same part, in the viewers' own
process, so the client's share of the time is in it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import ClassVar

import uvloop

from bench import ingest
from showfloor.fanout.viewer import as_write_transport

HEADERS = (
    "Host: 127.0.0.1\r\nConnection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nAccept: */*\r\n"
    "Origin: http://shop.localhost\r\nReferer: http://shop.localhost/\r\n"
    "Accept-Encoding: gzip, deflate\r\nAccept-Language: en\r\n\r\n"
)
LAUNCH = """
import pathlib, sys
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.server import run
web, data = sys.argv[1:]
config = StreamingConfig(web, "bench", pathlib.Path(data), rtmp_port=0, http_port=0)
run(config, lambda addresses: print(addresses.rtmp[1], addresses.http[1], flush=True))
"""


class Viewer(asyncio.Protocol):
    """Asks for the next part as soon as it has heard of the last."""

    answers = 0
    heard: ClassVar[dict[tuple[int, int], float]] = {}
    delays: ClassVar[list[float]] = []

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = as_write_transport(transport)
        self._ask("")

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.index(b"Content-Length: ") + 16
        if len(body) < int(head[at : head.index(b"\r\n", at)]):
            return
        self._received = b""
        hint = body.rpartition(b'TYPE=PART,URI="')[2].split(b".")
        self._note((int(hint[0]), int(hint[1])))
        self._ask(f"?_HLS_msn={hint[0].decode()}&_HLS_part={hint[1].decode()}")

    def _note(self, following: tuple[int, int]) -> None:
        now = time.perf_counter()
        first = Viewer.heard.setdefault(following, now)
        Viewer.delays.append(now - first)
        Viewer.answers += 1

    def _ask(self, query: str) -> None:
        self._transport.write(
            f"GET /live/show_key0/media.m3u8{query} HTTP/1.1\r\n{HEADERS}".encode()
        )


async def watch(port: int, viewers: int, seconds: float, server: int) -> str:
    loop = asyncio.get_running_loop()
    for start in range(0, viewers, 200):
        await asyncio.gather(
            *(
                loop.create_connection(Viewer, "127.0.0.1", port)
                for _ in range(min(200, viewers - start))
            )
        )
    await asyncio.sleep(2)
    Viewer.heard.clear()
    Viewer.answers, Viewer.delays, used, began = 0, [], ingest.cpu_seconds(server), time.monotonic()
    await asyncio.sleep(seconds)
    cpu, delays = ingest.cpu_seconds(server) - used, sorted(Viewer.delays)
    rate = Viewer.answers / (time.monotonic() - began)
    p50, p99 = delays[len(delays) // 2] * 1000, delays[len(delays) * 99 // 100] * 1000
    return f"| {viewers} | {rate:,.0f} | {Viewer.answers / cpu:,.0f} | {p50:.0f} | {p99:.0f} |"


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--viewers", type=int, nargs="+", default=[1000, 4000])
    arguments.add_argument("--seconds", type=float, default=8.0)
    options = arguments.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(
        "| viewers | answers/s | answers per CPU second | delay p50, ms | p99, ms "
        "|\n|---|---|---|---|---|"
    )
    for viewers in options.viewers:
        with tempfile.TemporaryDirectory() as folder, ingest.allowing_web() as web:
            command = [sys.executable, "-c", LAUNCH, web, folder]
            server = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(ingest.ROOT / "src")},
            )
            try:
                assert server.stdout is not None
                rtmp, http = map(int, server.stdout.readline().split())
                with ingest.publishers(
                    ingest.make_clip(Path(folder)), [f"rtmp://127.0.0.1:{rtmp}/live/key0"]
                ):
                    time.sleep(4)
                    print(uvloop.run(watch(http, viewers, options.seconds, server.pid)), flush=True)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait()


if __name__ == "__main__":
    main()
