"""The configuration that we hand out is one that nginx takes."""

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
