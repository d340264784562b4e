"""What one 1080p30 4 Mbit/s show costs: our ingest, packaging and recording beside Debian's
nginx-rtmp, which only receives.

    .venv/bin/python -m bench.ingest [--shows 1 5] [--seconds 20]

ffmpeg publishes a file without re-encoding; CPU is the server's own (user and system, from /proc),
in per cent of one core. Memory is what the process holds more than before the first publisher, once
every window is full.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg

from showfloor.app.demo.camera import send_in_a_loop
from showfloor.kit.contract import (
    DestinationOrder,
    IngestAnswer,
    PublishPermission,
    ShowOrders,
    to_json,
)

ROOT = Path(__file__).parents[1]
WARM_SECONDS = 25
"""Ten segments of two seconds, the anchor's second, and some."""
NGINX_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
TICKS = os.sysconf("SC_CLK_TCK")


class Row(NamedTuple):
    server: str
    shows: int
    cores: float
    """CPU seconds a second."""
    added: float
    """Bytes of resident memory."""


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--shows", type=int, nargs="+", default=[1, 5])
    arguments.add_argument("--seconds", type=float, default=20.0)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = make_clip(Path(folder))
        rows = [measure_ours(clip, shows, options.seconds, Path(folder)) for shows in options.shows]
        if NGINX_MODULE.exists() and shutil.which("nginx"):
            rows += [
                measure_nginx(clip, shows, options.seconds, Path(folder)) for shows in options.shows
            ]
        else:
            print(
                "nginx with its RTMP module: not run (Debian: apt install nginx libnginx-mod-rtmp)"
            )
    print_table(rows)


def make_clip(folder: Path) -> Path:
    """20 s of 1080p30 at a constant 4 Mbit/s, key frames every 2 s, AAC."""
    target = folder / "clip.flv"
    video = (
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -b:v 4M -minrate 4M -maxrate 4M "
        "-bufsize 4M -x264-params nal-hrd=cbr -g 60"
    )
    sources = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=1920x1080:r=30:d=20",
        "-f",
        "lavfi",
        "-i",
        "sine=f=440:r=48000:d=20",
    ]
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        *sources,
        *video.split(),
        "-c:a",
        "aac",
        "-b:a",
        "128k",
        str(target),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


@contextmanager
def publishers(clip: Path, urls: list[str]) -> Iterator[None]:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    running = [
        subprocess.Popen(
            [ffmpeg, "-v", "error", *send_in_a_loop(clip, url)], stdin=subprocess.DEVNULL
        )
        for url in urls
    ]
    try:
        yield
        gone = [process.returncode for process in running if process.poll() is not None]
        if gone:
            raise SystemExit(f"publishers were refused or ended: exit codes {gone}")
    finally:
        for process in running:
            process.kill()
            process.wait()


def measure_ours(
    clip: Path, shows: int, seconds: float, folder: Path, destinations: tuple[str, ...] = ()
) -> Row:
    """`destinations` are the addresses of other networks that get each show, too."""
    launch = """
import asyncio, json, pathlib, sys
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.server import run
web, data = sys.argv[1:]
config = StreamingConfig(
    web, "bench", pathlib.Path(data), rtmp_port=0, http_port=0, push_networks="127.0.0.0/8"
)
run(config, lambda addresses: print(addresses.rtmp[1], flush=True))
"""
    with allowing_web(destinations) as web, tempfile.TemporaryDirectory(dir=folder) as data:
        command = [sys.executable, "-c", launch, web, data]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
        )
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            urls = [f"rtmp://127.0.0.1:{port}/live/key{number}" for number in range(shows)]
            name = f"showfloor, {len(destinations)} destinations" if destinations else "showfloor"
            return watch(name, server.pid, clip, urls, seconds)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def measure_nginx(clip: Path, shows: int, seconds: float, folder: Path) -> Row:
    with nginx(folder) as (worker, port):
        urls = [f"rtmp://127.0.0.1:{port}/live/key{number}" for number in range(shows)]
        return watch("nginx-rtmp (receives only)", worker, clip, urls, seconds)


@contextmanager
def nginx(folder: Path) -> Iterator[tuple[int, int]]:
    """Debian's nginx-rtmp: its worker's process id, and its port."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        f"load_module {NGINX_MODULE}; daemon off; pid {folder}/nginx.pid; error_log stderr "
        f"error; worker_processes 1;\n"
        "events { worker_connections 256; }\n"
        f"rtmp {{ server {{ listen 127.0.0.1:{port}; chunk_size 4096; application live {{ "
        f"live on; }} }} }}\n"
    )
    server = subprocess.Popen(
        ["nginx", "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(1)
        worker = int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[0])
        yield worker, port
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def watch(name: str, process: int, clip: Path, urls: list[str], seconds: float) -> Row:
    before = resident(process)
    with publishers(clip, urls):
        time.sleep(WARM_SECONDS)
        began, used = time.monotonic(), cpu_seconds(process)
        time.sleep(seconds)
        cores = (cpu_seconds(process) - used) / (time.monotonic() - began)
        return Row(name, len(urls), cores, resident(process) - before)


@contextmanager
def allowing_web(destinations: tuple[str, ...] = ()) -> Iterator[str]:
    """A web that allows every key as a show of its own, in a process of its own."""
    answering = subprocess.Popen(
        [sys.executable, __file__, "--allowing-web", *destinations],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    try:
        assert answering.stdout is not None
        yield f"http://127.0.0.1:{int(answering.stdout.readline())}"
    finally:
        answering.kill()
        answering.wait()


def orders(show_id: str, destinations: list[str]) -> ShowOrders:
    wanted = [
        DestinationOrder(f"dest_{number}", url, f"{show_id}-{number}")
        for number, url in enumerate(destinations)
    ]
    return ShowOrders("live", 0, "", False, [], destinations=wanted)


async def allow_everything(destinations: list[str]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                size = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
                asked = json.loads(await reader.readexactly(size))
                key = asked.get("stream_key")
                answer = to_json(
                    PublishPermission(f"show_{key}", f"key_{key}", "live", 0, [])
                    if key
                    else IngestAnswer(
                        {
                            line["show_id"]: orders(line["show_id"], destinations)
                            for line in asked["ingests"]
                        }
                    )
                )
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
                )
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(process: int) -> float:
    """User and system time of all threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def print_table(rows: list[Row]) -> None:
    print("| server | shows | CPU, % of a core | per show | memory added, MB | per show |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        percent, megabytes = row.cores * 100, row.added / 1e6
        print(
            f"| {row.server} | {row.shows} | {percent:.2f} | {percent / row.shows:.2f} | "
            f"{megabytes:.1f} | {megabytes / row.shows:.1f} |"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--allowing-web"]:
        asyncio.run(allow_everything(sys.argv[2:]))
    else:
        main()
