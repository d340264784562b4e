"""A camera that speaks RTMP inside TLS, through the proxy whose configuration we hand out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.architecture.sources import ROOT
from tests.certificates import certificate_for
from tests.integration.streaming.peers import FakeWeb, Streaming
from tests.integration.streaming.test_inputs import durations
from tests.ports import free_ports
from tests.waiting import bounded, until

NGINX = shutil.which("nginx")
STREAM_MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
pytestmark = pytest.mark.skipif(
    not (NGINX and STREAM_MODULE.exists()) and os.environ.get("CI") != "true",
    reason="not run: no nginx with the stream module (Debian: nginx, libnginx-mod-stream)",
)


@pytest.fixture
async def proxy(streaming: Streaming, tmp_path: Path) -> AsyncIterator[int]:
    """The port of deploy/rtmps.conf in a running nginx, in front of `streaming`."""
    assert NGINX is not None, "CI installs nginx (scripts/setup)"
    port = free_ports(1)
    certificate, _ = certificate_for("localhost", tmp_path)
    site = (ROOT / "deploy" / "rtmps.conf").read_text("utf-8")
    for ours, here in (
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (r"(ssl_certificate +)\S+;", rf"\1{certificate};"),
        (r"(ssl_certificate_key +)\S+;", rf"\1{certificate.with_name('key.pem')};"),
        (r"proxy_pass \S+;", f"proxy_pass 127.0.0.1:{streaming.rtmp_port};"),
    ):
        site, count = re.subn(ours, here, site)
        assert count == 1, ours
    whole = tmp_path / "nginx.conf"
    # The folder of a test is its user's alone.
    user = "user root;\n" if os.getuid() == 0 else ""
    whole.write_text(
        f"load_module {STREAM_MODULE};\n{user}daemon off;\nevents {{ }}\n"
        f"pid {tmp_path}/nginx.pid;\n{site}"
    )
    process = await asyncio.create_subprocess_exec(
        NGINX, "-c", whole, "-e", tmp_path / "nginx.log", stderr=asyncio.subprocess.DEVNULL
    )

    async def listens() -> bool:
        assert process.returncode is None, (tmp_path / "nginx.log").read_text()
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        return False

    try:
        await until(listens)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        async with bounded():
            await process.wait()


async def test_ffmpeg_publishes_inside_tls(
    proxy: int, streaming: Streaming, web: FakeWeb, clip: Callable[[str], Path], tmp_path: Path
) -> None:
    trusted = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "certificate.pem")}
    source = ["-re", "-readrate_initial_burst", "9", "-i", str(clip("plain")), "-c", "copy"]
    host = await asyncio.create_subprocess_exec(
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source),
        *("-f", "flv", f"rtmps://localhost:{proxy}/live/key-a"),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=trusted,
    )
    async with bounded():
        _, said = await host.communicate()

    assert (host.returncode, said.decode()) == (0, "")
    assert web.publishes[0]["stream_key"] == "key-a"
    assert durations(await streaming.playlist())[:3] == [2.0, 2.0, 2.0]


async def test_plain_rtmp_is_not_understood_by_the_port_of_tls(
    proxy: int, web: FakeWeb, clip: Callable[[str], Path]
) -> None:
    """The twin: what arrives through the proxy was inside TLS."""
    host = await asyncio.create_subprocess_exec(
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip("plain")), "-c", "copy"),
        *("-f", "flv", f"rtmp://127.0.0.1:{proxy}/live/key-a"),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with bounded():
        status = await host.wait()

    assert status != 0
    assert web.publishes == []
