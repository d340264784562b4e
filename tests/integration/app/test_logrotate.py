"""The file for logrotate(8) is one that it takes, and cuts the logs that there are while processes
go on writing them.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

LOGROTATE = shutil.which("logrotate") or shutil.which("logrotate", path="/usr/sbin")
OURS = (ROOT / "deploy" / "logrotate.conf").read_text("utf-8")
UNIT = (ROOT / "deploy" / "showfloor.service").read_text("utf-8")


def test_logs_are_those_of_the_service() -> None:
    (data,) = re.findall(r"^Environment=SHOWFLOOR_DATA=(.+)$", UNIT, re.MULTILINE)
    (user,) = re.findall(r"^User=(.+)$", UNIT, re.MULTILINE)

    assert re.findall(r"/\S+\.log", OURS) == [
        f"{data}/logs/*.log",
        f"{data}/postgres/postgres.log",
    ]
    assert re.findall(r"^ *su (.+)$", OURS, re.MULTILINE) == [f"{user} {user}"]


@pytest.mark.skipif(
    not LOGROTATE and os.environ.get("CI") != "true", reason="not run: no logrotate (Debian)"
)
def test_logs_are_cut_while_they_are_written(tmp_path: Path) -> None:
    assert LOGROTATE is not None, "CI installs logrotate (scripts/setup)"
    logs = [tmp_path / "logs" / "web.log", tmp_path / "postgres" / "postgres.log"]
    us = f"{pwd.getpwuid(os.getuid()).pw_name} {grp.getgrgid(os.getgid()).gr_name}"
    settings = tmp_path / "logrotate.conf"
    settings.write_text(
        OURS.replace("/var/lib/showfloor", str(tmp_path)).replace(
            "su showfloor showfloor", f"su {us}"
        )
    )
    settings.chmod(0o644)
    opened = []
    for log in logs:
        log.parent.mkdir()
        # As the supervisor opens them: what is written goes to the end, wherever that is now.
        opened.append(log.open("ab", buffering=0))
        opened[-1].write(b"before\n")

    said = subprocess.run(
        [LOGROTATE, "--force", "--state", tmp_path / "state", settings],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stderr) == (0, "")
    for log, file in zip(logs, opened, strict=True):
        file.write(b"after\n")
        file.close()
        assert log.read_bytes() == b"after\n"
        assert log.with_name(f"{log.name}.1").read_bytes() == b"before\n"
