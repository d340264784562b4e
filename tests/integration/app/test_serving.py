"""`showfloor serve` as an operator starts it: nothing is there but a folder and free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.architecture.sources import ROOT
from tests.ports import free_ports
from tests.waiting import BOUND, until_blocking

PORTS = ("PORT", "MEDIA_PORT", "ROOMS_PORT", "RTMP_PORT", "RTC_PORT")


@pytest.mark.long
def test_first_start_says_what_it_does_and_keeps_the_secrets_that_it_makes(tmp_path: Path) -> None:
    data, log, first = tmp_path / "data", tmp_path / "serve.log", free_ports(len(PORTS))
    base = f"http://127.0.0.1:{first}"
    inherited = {name: value for name, value in os.environ.items() if "SHOWFLOOR" not in name}
    environment = inherited | {
        f"SHOWFLOOR_{name}": str(first + at) for at, name in enumerate(PORTS)
    }
    environment |= {
        "PYTHONPATH": str(ROOT / "src"),
        "SHOWFLOOR_DATA": str(data),
        "SHOWFLOOR_BASE_URL": base,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "showfloor", "serve"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
    try:
        until_blocking(
            lambda: "3 of 3" in log.read_text() or process.poll() is not None,
            within=4 * BOUND,
            otherwise=log.read_text,
        )
        answer = httpx2.get(f"{base}/readyz", trust_env=False, timeout=BOUND)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(BOUND)

    lines = log.read_text().splitlines()
    secrets = data / "secrets.json"
    assert lines[0] == f"Secrets that are not set are kept in {secrets}."
    assert lines[1] == f"Showfloor starts in {data}. Logs: {data / 'logs'}"
    assert [line for line in lines if " of 3: " in line] == [
        f"1 of 3: PostgreSQL in {data / 'postgres'}, and its newest shape ...",
        "2 of 3: web, streaming, rtc, fanout and worker ...",
        f"3 of 3: ready. Pages: {base}  Studio: {base}/studio  "
        f"Cameras: rtmp://127.0.0.1:{first + PORTS.index('RTMP_PORT')}/live",
    ]
    assert answer.status_code == 200, answer.text
    assert process.returncode == 0
    assert secrets.stat().st_mode & 0o077 == 0
    made = json.loads(secrets.read_text())
    assert {"secret", "internal_token"} <= made.keys()
    assert not [value for value in made.values() if str(value) in log.read_text()]
