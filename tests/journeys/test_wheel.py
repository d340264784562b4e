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
from tests.journeys.conftest import IN_TURN, start_demo, stop_demo
from tests.waiting import BOUND

pytestmark = [IN_TURN]


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


def _command_lines(ancestor: int) -> list[str]:
    """What every user of the machine sees of the descendants of a process (proc(5))."""
    parents: dict[int, int] = {}
    lines: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
            lines[int(folder.name)] = (folder / "cmdline").read_bytes().decode().replace("\0", " ")
    family = {ancestor}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return [lines[process] for process in family if process in lines]


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
            f"http://127.0.0.1:{demo.port}/s/{demo.facts['slug']}", trust_env=False, timeout=BOUND
        )
        assert page.status_code == 200
        assert "Dawn Mug" in page.text
        style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
        assert httpx2.get(
            f"http://127.0.0.1:{demo.port}{style}", trust_env=False, timeout=BOUND
        ).is_success
        # Recorded files that are public are linked, and open where they are public: their folders
        # close them here.
        open_to_others = [
            path
            for name in ("recordings", "logs", "demo.json", "secrets.json")
            for path in (demo.data / name, *(demo.data / name).rglob("*"))
            if path.stat().st_mode & 0o077 and (path.is_dir() or name != "recordings")
        ]
        assert open_to_others == []
        seen = _command_lines(demo.supervisor.pid)
        assert any("ffmpeg" in line and "flv" in line for line in seen)
        assert [line for line in seen if "sk_" in line] == []
    finally:
        stop_demo(demo)
