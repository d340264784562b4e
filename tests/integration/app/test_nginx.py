"""The configuration that we hand out is one that nginx and systemd take."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest

from showfloor.app.uploads import UPLOADS
from showfloor.web.files import AN_HOUR, OPEN, SAFE
from tests.architecture.sources import ROOT
from tests.ports import free_ports
from tests.waiting import BOUND, until_blocking

NGINX = shutil.which("nginx")
pytestmark = pytest.mark.skipif(
    not NGINX and os.environ.get("CI") != "true", reason="not run: no nginx (Debian: nginx)"
)


def _configuration(folder: Path, port: int, *, log: str = "off") -> Path:
    """Ours, without what only a real host has: certificates and port 443."""
    ours = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    plain = re.sub(r"ssl_certificate.*|http2(?=;)", "", ours)
    site = folder / "site.conf"
    plain = plain.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    site.write_text(plain.replace("root /var/lib/showfloor", f"root {folder}"))
    whole = folder / "nginx.conf"
    # The folder of a test is its user's alone.
    user = "user root;\n" if os.getuid() == 0 else ""
    whole.write_text(
        f"{user}daemon off;\nevents {{ }}\npid {folder}/pid;\n"
        f"http {{ access_log {log}; include {site}; }}\n"
    )
    return whole


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    whole = _configuration(tmp_path, 9443)

    assert NGINX is not None, "CI installs nginx (scripts/setup)"
    said = subprocess.run(
        [NGINX, "-t", "-c", whole, "-e", tmp_path / "error.log"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="not run: no systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "showfloor.service"
    ours = (ROOT / "deploy" / "showfloor.service").read_text("utf-8")
    unit.write_text(ours.replace("/opt/showfloor/.venv/bin/python", "/bin/sh"))

    said = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )

    assert "showfloor.service" not in said.stderr, said.stderr


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[int]:
    """A running one with nothing behind it, which logs as nginx does unless it is told not to; the
    port.
    """
    assert NGINX is not None, "CI installs nginx (scripts/setup)"
    port = free_ports(1)
    whole = _configuration(tmp_path, port, log=str(tmp_path / "access.log"))
    command = [NGINX, "-c", whole, "-e", tmp_path / "error.log"]
    process = subprocess.Popen(command)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(BOUND)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    def listens() -> bool:
        assert process.poll() is None, "nginx ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        return False

    until_blocking(listens)


def _statuses(port: int, path: str, count: int = 600) -> list[int]:
    """Of so many requests in one write: how fast they are is nginx's own affair."""
    request = f"GET {path} HTTP/1.1\r\nHost: live.example\r\n"
    requests = f"{request}\r\n" * (count - 1) + f"{request}Connection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), BOUND) as connection:
        connection.sendall(requests.encode())
        answers = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]


def test_nginx_keeps_strangers_out(nginx: int) -> None:
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{nginx}", headers={"Host": "live.example"}, trust_env=False
    ) as client:
        inside = [client.get(path).status_code for path in ("/internal/ingests", "/readyz")]
        with pytest.raises(httpx2.RemoteProtocolError):
            client.get("/", headers={"Host": "evil.example"})
        large = client.post("/api/v1/session", content=b"x" * 70_000).status_code
    answers, files = _statuses(nginx, "/s/x"), _statuses(nginx, "/static/x")

    assert inside == [404, 404] and large == 413
    assert answers[0] == 502 and answers[-1] == 429, "nobody is behind it, and 20 a second pass"
    assert set(files) == {502}


def test_nginx_lets_every_upload_through(nginx: int) -> None:
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{nginx}", headers={"Host": "live.example"}, trust_env=False
    ) as client:
        for upload in UPLOADS:
            path = upload.path.pattern.replace("[^/]+", "x")
            answer = client.request(upload.method, path, content=b"x" * upload.most)

            assert answer.status_code == 502, f"{path}: nobody is behind it"


def test_nobody_who_is_refused_by_age_stands_in_a_log(nginx: int, tmp_path: Path) -> None:
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{nginx}", headers={"Host": "live.example"}, trust_env=False
    ) as client:
        for door in ("admissions", "checkouts", "session"):
            client.post(f"/api/v1/{door}", json={})
        client.get("/s/x")

    log = tmp_path / "access.log"
    until_blocking(lambda: "GET /s/x" in log.read_text())
    assert "/api/" not in log.read_text()


def _has(log: Path, text: str) -> bool:
    return text in log.read_text()


def test_address_that_opens_an_order_stands_in_no_log(nginx: int, tmp_path: Path) -> None:
    statuses = _statuses(nginx, "/o/secret")
    for path in ("/o/secret/withdrawal", "/api/v1/viewer/erasures/secret", "/s/x"):
        _statuses(nginx, path, 1)

    # Nobody is behind it, and some were too many: each is an error, whose line has the address.
    for log in (tmp_path / "access.log", tmp_path / "error.log"):
        until_blocking(partial(_has, log, "GET /s/x"))
        assert not _has(log, "secret")
    assert statuses[0] == 502 and statuses[-1] == 429, "as slow as any page"


def test_nginx_sends_what_may_be_watched_and_asks_web_for_the_rest(
    nginx: int, tmp_path: Path
) -> None:
    folder = tmp_path / "replays" / "show_a"
    folder.mkdir(parents=True)
    for name in ("1.m4s", ".2.m4s.kept", ".3.m4s", "media.m3u8", "story.json"):
        (folder / name).write_bytes(b"0123456789")
    (tmp_path / "secrets.json").write_bytes(b"{}")
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{nginx}", headers={"Host": "live.example"}, trust_env=False
    ) as client:
        whole = client.get("/replays/show_a/1.m4s")
        part = client.get("/replays/show_a/1.m4s", headers={"Range": "bytes=2-4"})
        same = client.get("/replays/show_a/1.m4s", headers={"If-None-Match": whole.headers["ETag"]})
        beyond = client.get("/replays/show_a/1.m4s", headers={"Range": "bytes=90-"})
        others = [
            client.get(f"/replays/show_a/{name}").status_code
            for name in ("2.m4s", ".2.m4s.kept", ".3.m4s", "media.m3u8", "story.json")
        ]
        outside = client.get("/replays/%2e%2e/secrets.json").status_code
        (folder / "1.m4s").unlink()
        hidden = client.get("/replays/show_a/1.m4s").status_code

    ours = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    location = ours.split("(m4s|mp4|webp)$ {")[1].split("  }\n")[0]
    # A test may run as root, which may read everything.
    assert "error_page 403 404 = @showfloor_replays;" in location
    assert "open_file_cache off;" in location
    assert (whole.status_code, part.status_code, part.content) == (200, 206, b"234")
    assert (same.status_code, beyond.status_code) == (304, 416)
    assert whole.headers["Content-Type"] == "video/mp4"
    sent = {name.title(): value for name, value in whole.headers.items()}
    assert sent.items() >= {**OPEN, **SAFE, "Cache-Control": AN_HOUR}.items()
    assert [*others, outside, hidden] == [502] * 7, "nobody is behind it"
