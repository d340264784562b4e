"""A wheel carries all that the product needs: nothing is read from a checkout beside it."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import httpx2

from tests.journeys.conftest import IN_TURN, Installation
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]


def _command_lines(ancestor: int) -> dict[int, str]:
    """What every user of the machine sees of a process and its descendants, by id (proc(5)).

    The ids say nothing of age: the kernel starts again from low ones when it has used the last.
    """
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
    return {process: lines[process] for process in family if process in lines}


def test_wheel_outside_the_checkout_runs_the_demo(wheel: Path, demo: Installation) -> None:
    source = "import showfloor; print(showfloor.__file__)"
    found = subprocess.run(
        [wheel.with_name("python"), "-c", source],
        cwd=demo.data.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.startswith(str(wheel.parents[1]))
    lines = _command_lines(demo.supervisor.pid)
    assert str(wheel) in lines[demo.supervisor.pid]
    # Each of its processes is started with the interpreter of the wheel's own environment.
    ours = [line for line in lines.values() if " -m showfloor " in line]
    assert len(ours) >= 5
    assert [line for line in ours if not line.startswith(f"{wheel.with_name('python')} ")] == []

    page = httpx2.get(
        f"http://127.0.0.1:{demo.port}/s/{demo.facts['slug']}", trust_env=False, timeout=BOUND
    )

    assert page.status_code == 200
    assert "Dawn Mug" in page.text
    style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert httpx2.get(
        f"http://127.0.0.1:{demo.port}{style}", trust_env=False, timeout=BOUND
    ).is_success


def _mode(path: Path) -> int:
    """Nothing of a file that was renamed or removed since it was listed: cameras are recorded."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return 0


def test_others_on_the_machine_read_nothing_of_the_demo(demo: Installation) -> None:
    # Recorded files that are public are linked, and open where they are public: their folders
    # close them here.
    open_to_others = [
        path
        for name in ("recordings", "logs", "demo.json", "secrets.json")
        for path in (demo.data / name, *(demo.data / name).rglob("*"))
        if _mode(path) & 0o077 and (path.is_dir() or name != "recordings")
    ]

    assert open_to_others == []
    seen: list[str] = []

    def camera_is_seen() -> bool:
        """It is started anew when it ends, and is not there for a moment."""
        seen[:] = _command_lines(demo.supervisor.pid).values()
        return any("ffmpeg" in line and "flv" in line for line in seen)

    until_blocking(camera_is_seen)
    assert [line for line in seen if "sk_" in line] == []
