"""A wheel carries all that the product needs: nothing is read from a checkout beside it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx2
import pytest

from tests.architecture.sources import ROOT
from tests.journeys.conftest import start_demo, stop_demo

pytestmark = [pytest.mark.serial]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The program of an empty environment outside the checkout, into which the wheel went.

    The dependencies are read from the environment that runs the tests, so that no network is
    needed; the checkout itself is not among them.
    """
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", tmp_path], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    uv = next(path for path in (ROOT / ".tool/bin/uv", ROOT / ".tool/lib/bin/uv") if path.exists())
    options = ["--offline", "--no-index", "--no-deps", "--no-cache", "--no-config", "--quiet"]
    subprocess.run([uv, "pip", "install", *options, "--python", python, wheel], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "showfloor"


def _command_lines_with(text: str) -> list[bytes]:
    """What every user of the machine sees."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = file.read_bytes()
            if b"ffmpeg" in line.split(b"\0")[0] and b"flv" in line and text.encode() in line:
                found.append(line)
    return found


def test_wheel_outside_the_checkout_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    source = "import showfloor; print(showfloor.__file__)"
    found = subprocess.run(
        [installed.with_name("python"), "-c", source],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.startswith(str(tmp_path))

    demo = start_demo(tmp_path / "data", [installed])

    try:
        page = httpx2.get(
            f"http://127.0.0.1:{demo.port}/s/{demo.facts['slug']}", trust_env=False, timeout=20
        )
        assert page.status_code == 200
        assert "Dawn Mug" in page.text
        style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
        assert httpx2.get(f"http://127.0.0.1:{demo.port}{style}", trust_env=False).is_success
        open_to_others = [
            path
            for name in ("recordings", "logs", "demo.json", "secrets.json")
            for path in (demo.data / name, *(demo.data / name).rglob("*"))
            if path.stat().st_mode & 0o077
        ]
        assert open_to_others == []
        assert not _command_lines_with("sk_")
    finally:
        stop_demo(demo)
