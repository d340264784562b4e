"""The configuration that we hand out is one that nginx and systemd take."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

NGINX = shutil.which("nginx")
pytestmark = pytest.mark.skipif(
    not NGINX and os.environ.get("CI") != "true", reason="not run: no nginx (Debian: nginx)"
)


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    ours = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    site = tmp_path / "site.conf"
    site.write_text(
        re.sub(r"ssl_certificate.*", "", ours).replace("listen 443 ssl", "listen 127.0.0.1:9443")
    )
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"events {{ }}\npid {tmp_path}/pid;\nhttp {{ include {site}; }}\n")

    assert NGINX is not None, "CI installs nginx (scripts/setup)"
    said = subprocess.run(
        [NGINX, "-t", "-c", whole, "-e", tmp_path / "error.log"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stderr


STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


@pytest.mark.skipif(not STREAM.exists(), reason="not run: no libnginx-mod-stream")
def test_nginx_takes_the_configuration_of_rtmps(tmp_path: Path) -> None:
    ours = (ROOT / "deploy" / "rtmps.conf").read_text("utf-8")
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"load_module {STREAM};\nevents {{ }}\npid {tmp_path}/pid;\n"
        + re.sub(r"ssl_certificate.*", "", ours).replace("listen 443 ssl", "listen 127.0.0.1:9443")
    )

    assert NGINX is not None
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
